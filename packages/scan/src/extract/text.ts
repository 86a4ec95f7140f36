import { declareText } from '../declare/strings.js'
import type { Extractor } from '../model.js'

/** Any other text file: connection strings, wherever they stand. */
export const text: Extractor = {
  name: 'text',
  files: /^/,
  extract: (file) => ({ declarations: declareText(file) }),
}
