import type { Declaration, SourceFile } from '../model.js'
import { type Mapped, slice } from '../text/mapped.js'
import { type ShellWord, shellWords } from '../text/shell-words.js'
import { findDsns } from './dsn.js'
import { declarePairs, type Pair } from './pairs.js'

/**
 * What a shell text declares. Variables that are exported, or set by a command of their own, hold for all of
 * it; those before a command (`K=V psql`) or among its options (`-e K=V`) for that command.
 */
export function declareCommand(value: Mapped, file: SourceFile): Declaration[] {
  const everywhere: Pair[] = []
  const commands: Pair[][] = []
  let words: ShellWord[] = []
  const finish = (): void => {
    const pairs = words.map((word) => pairOf(word, file))
    const isExport = EXPORT.test(words[0]?.text ?? '')
    if (isExport || pairs.every(({ key }) => key !== '')) everywhere.push(...pairs)
    else commands.push(pairs)
    words = []
  }
  for (const word of shellWords(value, file)) {
    if (word.first) finish()
    words.push(word)
  }
  finish()
  return [
    ...declarePairs(everywhere, file),
    ...commands.flatMap((pairs) => declarePairs(pairs, file, everywhere)),
  ]
}

const EXPORT = /^(?:export|declare|typeset|readonly|local|setenv)$/

function pairOf(word: Mapped, file: SourceFile): Pair {
  const match = /^(?:-+[A-Za-z][\w-]*=?)?([A-Za-z_]\w*)=/.exec(word.text)
  const dsn = findDsns(word.text).next()
  if (!match?.[1] || (!dsn.done && dsn.value.start === 0)) return { key: '', value: word }
  return { key: match[1], value: slice(word, match[0].length, word.text.length, file) }
}
