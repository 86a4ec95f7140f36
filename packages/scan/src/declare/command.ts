import type { Declaration, SourceFile } from '../model.js'
import { type Mapped, slice } from '../text/mapped.js'
import { shellWords } from '../text/shell-words.js'
import { findDsns } from './dsn.js'
import { declarePairs, type Pair } from './pairs.js'

/** What a shell text declares: assignments (`export K=V`, `K=V psql`, `-e K=V`) and strings in words. */
export function declareCommand(value: Mapped, file: SourceFile): Declaration[] {
  const pairs: Pair[] = []
  for (const word of shellWords(value, file)) pairs.push(pairOf(word, file))
  return declarePairs(pairs, file)
}

function pairOf(word: Mapped, file: SourceFile): Pair {
  const match = /^(?:-+[A-Za-z][\w-]*=?)?([A-Za-z_]\w*)=/.exec(word.text)
  const dsn = findDsns(word.text).next()
  if (!match?.[1] || (!dsn.done && dsn.value.start === 0)) return { key: '', value: word }
  return { key: match[1], value: slice(word, match[0].length, word.text.length, file) }
}
