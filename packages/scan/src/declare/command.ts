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
    const pairs = [...words.map((word) => pairOf(word, file)), ...hostOf(words, file)]
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

/** PostgreSQL's own programs that send a password, all of them libpq. */
const CLIENT =
  /(?:^|\/)(?:psql|pgbench|pg_(?:dump|dumpall|restore|basebackup|receivewal|recvlogical))$/
const HOST = /^(?:-h|--host=?)/

/**
 * The host that a program of PostgreSQL is given as an option (`pg_dump -h db.example.com`), as the variable
 * that means the same. Where its connection string or a variable of the file has an sslmode, that is judged.
 *
 * @see https://www.postgresql.org/docs/current/app-psql.html
 */
function hostOf(words: readonly ShellWord[], file: SourceFile): Pair[] {
  const options = words.slice(words.findIndex(({ text }) => CLIENT.test(text)) + 1)
  const at = options.findIndex(({ text }) => HOST.test(text))
  const option = options[at]
  if (options.length === words.length || !option || ELSEWHERE.test(file.text)) return []
  if (options.some(({ text }) => CONNINFO.test(text))) return []
  const length = HOST.exec(option.text)?.[0].length ?? 0
  const attached = option.text.length > length
  const value = attached ? slice(option, length, option.text.length, file) : options[at + 1]
  return value ? [{ key: 'PGHOST', value }] : []
}

const ELSEWHERE = /PGSSLMODE|PGSERVICE/
const CONNINFO = /:\/\/|\b(?:sslmode|service)\s?=/

const EXPORT = /^(?:export|declare|typeset|readonly|local|setenv)$/

function pairOf(word: Mapped, file: SourceFile): Pair {
  const match = /^(?:-+[A-Za-z][\w-]*=?)?([A-Za-z_]\w*)=/.exec(word.text)
  const dsn = findDsns(word.text).next()
  // Without quotes, `?` is a pattern in arguments, and `&` ends a command everywhere.
  const quoted = /["']/.test(lastOf(word, file))
  if (!match?.[1] || (!dsn.done && dsn.value.start === 0))
    return { key: '', value: word, extent: quoted ? 'all' : 'part' }
  const value = slice(word, match[0].length, word.text.length, file)
  const bare = word.text.startsWith('-') ? 'part' : 'word'
  return { key: match[1], value, extent: quoted ? 'all' : bare }
}

/** The last character of a word as it is written. */
const lastOf = ({ at, segments }: Mapped, { text }: SourceFile): string => {
  const end = at.offset + at.length
  const last = segments.at(-1)
  return last && last.offset + last.length < end ? (text[end - 1] ?? '') : ''
}
