/**
 * A tree of source and configuration files, always the same for the same numbers. Each file is what its name
 * says, so that a parser has to read it to its end: one that gives up at the first word would look fast.
 */
import { mkdirSync, writeFileSync } from 'node:fs'

const WORDS =
  'config value result error message index options callback promise record list map filter reduce request response user session data table column query item client pool cache route handler event token'.split(
    ' ',
  )
const URL = 'postgres://app:hunter2@db.example.com/app?sslmode='
const REMARK = 'the postgres container is started before the tests'

/** How one kind of file is written: its lines of text, and one that declares a connection. */
interface Kind {
  line(words: readonly string[], index: number): string
  connection(url: string): string
  readonly comment: string
  readonly head?: string
}

const prose = (words: readonly string[]): string => words.join(' ')
const code = ([name = '', ...rest]: readonly string[], index: number): string =>
  `export const ${name}${index} = { ${rest.map((it, at) => `${it}${at}: '${it}'`).join(', ')} } // ${name}`
const assigned = (url: string): string => `DATABASE_URL="${url}"`

const KINDS: Readonly<Record<string, Kind>> = {
  ts: {
    head: "import { Pool } from 'pg'",
    line: code,
    connection: (url) => `export const pool = new Pool({ connectionString: '${url}' })`,
    comment: '//',
  },
  js: {
    line: code,
    connection: (url) => `export const url = process.env.DATABASE_URL ?? '${url}'`,
    comment: '//',
  },
  py: { line: prose, connection: assigned, comment: '#' },
  go: { line: prose, connection: (url) => `const databaseURL = "${url}"`, comment: '//' },
  yml: {
    line: ([name = '', ...rest], index) =>
      [
        `${name}-${index}:`,
        `  image: ${rest[0]}/${rest[1]}:1.${index}`,
        `  command: ["${rest[0]}", "--${rest[1]}"]`,
        '  environment:',
        `    - ${rest[2]}=${rest[0]} # ${name}`,
        `  ports: [${8000 + index}]`,
        '  script: |',
        `    ${rest.join(' ')}`,
      ].join('\n'),
    connection: (url) => `variables:\n  DATABASE_URL: ${url}`,
    comment: '#',
  },
  json: {
    line: ([name = '', ...rest], index) => `  "${name}${index}": ${JSON.stringify(rest)},`,
    connection: (url) => `  "DATABASE_URL": "${url}",`,
    comment: '',
  },
  md: { line: prose, connection: assigned, comment: '' },
  sh: { line: prose, connection: (url) => `export ${assigned(url)}`, comment: '#' },
}

/**
 * One file in a hundred declares a connection, of every kind as many; one in a hundred only speaks of PostgreSQL.
 * The others are innocent. In eight public checkouts of applications that use it, of 1,100 to 15,200 files, 1.0 to
 * 2.1 percent of the files spoke of PostgreSQL, and in one of 490 files 4.3.
 */
export function makeTree(root: string, files: number, meanBytes: number): number {
  let seed = 20270101
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed % below
  }
  const kinds = Object.entries(KINDS)
  let bytes = 0
  for (let index = 0; index < files; index++) {
    const folder = `${root}/package-${index % 40}/src/module-${Math.floor(index / 40) % 50}`
    mkdirSync(folder, { recursive: true })
    const [extension, kind] = kinds[index % kinds.length] as [string, Kind]
    const wanted = Math.floor(meanBytes / 4) + random(Math.ceil(meanBytes * 1.5))
    const lines: string[] = []
    for (let length = 0; length < wanted; ) {
      const words = Array.from({ length: 4 + random(8) }, () => WORDS[random(WORDS.length)] ?? '')
      const line = kind.line(words, lines.length)
      lines.push(line)
      length += line.length + 1
    }
    // 97 has no factor in common with the number of kinds.
    if (index % 97 === 0) {
      if (kind.head) lines.unshift(kind.head)
      lines.push(kind.connection(URL + (index % 194 === 0 ? 'prefer' : 'verify-full')))
    }
    if (index % 97 === 48)
      lines.push(
        kind.comment || extension === 'md' ? `${kind.comment} ${REMARK}` : `  "note": "${REMARK}",`,
      )
    const body = lines.join('\n')
    const text = extension === 'json' ? `{\n${body}\n  "end": 0\n}\n` : `${body}\n`
    writeFileSync(`${folder}/file-${index}.${extension}`, text)
    bytes += text.length
  }
  return bytes
}
