import { declareText } from '../declare/strings.js'
import type { Declaration, Extractor, SourceFile } from '../model.js'

/** What begins a comment in the languages that have one to the end of the line, or over several. */
const COMMENT = /^\s*(?:\/\/|#|\*|\/\*|--|;|%|<!--|""")|\s(?:\/\/|#)\s/

/** Any other text file: connection strings, wherever they stand. Those in comments are notes. */
export const text: Extractor = {
  name: 'text',
  matches: () => true,
  extract: (file) => ({ declarations: declareText(file).map((it) => inComment(it, file)) }),
}

function inComment(declaration: Declaration, file: SourceFile): Declaration {
  const { offset, column } = declaration.at
  const before = file.text.slice(Math.max(offset - column + 1, offset - LONGEST), offset)
  return COMMENT.test(before) ? { ...declaration, local: 'a comment' } : declaration
}

const LONGEST = 400
