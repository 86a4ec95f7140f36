/** A tree of source and configuration files, always the same for the same numbers. */
import { mkdirSync, writeFileSync } from 'node:fs'

const WORDS =
  'const function import export return await async class interface type string number boolean config value result error message index options callback promise array object map filter reduce request response user session data table column query select insert postgres client pool'.split(
    ' ',
  )
const KINDS = ['ts', 'js', 'py', 'go', 'yml', 'json', 'md', 'sh'] as const
const URL = 'postgres://app:hunter2@db.example.com/app?sslmode='

/** One file in fifty declares a connection; the other texts are innocent, but speak of databases too. */
export function makeTree(root: string, files: number, meanBytes: number): number {
  let seed = 20270101
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed % below
  }
  let bytes = 0
  for (let index = 0; index < files; index++) {
    const folder = `${root}/package-${index % 40}/src/module-${Math.floor(index / 40) % 50}`
    mkdirSync(folder, { recursive: true })
    const kind = KINDS[index % KINDS.length] ?? 'ts'
    const wanted = Math.floor(meanBytes / 4) + random(Math.ceil(meanBytes * 1.5))
    const lines: string[] = []
    let length = 0
    while (length < wanted) {
      const words = Array.from({ length: 4 + random(8) }, () => WORDS[random(WORDS.length - 3)])
      const line =
        kind === 'yml' ? `${words[0]}-${lines.length}: ${words.join(' ')}` : words.join(' ')
      lines.push(line)
      length += line.length + 1
    }
    if (index % 50 === 0) lines.push(connection(kind, index % 100 === 0 ? 'prefer' : 'verify-full'))
    const text = kind === 'json' ? JSON.stringify({ lines }) : `${lines.join('\n')}\n`
    writeFileSync(`${folder}/file-${index}.${kind}`, text)
    bytes += text.length
  }
  return bytes
}

const connection = (kind: (typeof KINDS)[number], mode: string): string =>
  kind === 'yml' ? `DATABASE_URL: ${URL}${mode}` : `DATABASE_URL="${URL}${mode}"`
