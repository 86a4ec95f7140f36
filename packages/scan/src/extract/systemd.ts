import { declareCommand } from '../declare/command.js'
import { declarePairs, type Pair } from '../declare/pairs.js'
import type { Declaration, Extractor } from '../model.js'
import { literal, slice } from '../text/mapped.js'
import { SPACE, shellWords } from '../text/shell-words.js'

const SETTING = /^[ \t]*(Environment|Exec\w+)[ \t]*=[ \t]*((?:[^\r\n\\]|\\\r?\n|\\[^\r\n]|\\$)*)/gm

/** @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Environment */
export const systemd: Extractor = {
  name: 'systemd',
  files: /\.(?:service|timer|socket|container|pod)$|\.service\.d\/[^/]+\.conf$/,
  extract(file) {
    const pairs: Pair[] = []
    const commands: Declaration[] = []
    for (const match of file.text.matchAll(SETTING)) {
      const [whole, name, rest = ''] = match
      const value = literal(file, match.index + whole.length - rest.length, rest.length)
      if (name !== 'Environment') commands.push(...declareCommand(value, file))
      else
        for (const word of shellWords(value, file, SPACE)) {
          const key = /^([A-Za-z_]\w*)=/.exec(word.text)?.[1]
          if (key) pairs.push({ key, value: slice(word, key.length + 1, word.text.length, file) })
        }
    }
    return { declarations: [...declarePairs(pairs, file), ...commands] }
  },
}
