import { declareCommand } from '../declare/command.js'
import type { Extractor } from '../model.js'
import { literal } from '../text/mapped.js'

/** Shell scripts. A Procfile is one too: its process names are words like any other. */
export const shell: Extractor = {
  name: 'shell',
  files:
    /(?:^|\/)(?:Procfile(?:\.\w+)?|\.(?:bash|zsh)rc|\.(?:bash_|z)?profile|\.envrc)$|\.(?:sh|bash|zsh|ksh)$/,
  extract: (file) => ({
    declarations: declareCommand(literal(file, 0, file.text.length), file),
  }),
}
