import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { scan } from '../../src/index.js'
import { folder } from '../folder.js'

const CASES = fileURLToPath(new URL('cases/', import.meta.url))

/** One finding as a line: `error app.ts:3:12 certificate-not-verified: false`. */
function findingsOf(name: string): string[] {
  const root = `${CASES}${name}`
  const { findings } = scan({ root, now: new Date('2027-01-01T00:00:00Z') })
  return findings
    .filter(({ kind }) => kind === 'javascript')
    .map(({ severity, path, at, rule, actual }) => {
      const text = readFileSync(`${root}/${path}`, 'utf8').slice(at.offset, at.offset + at.length)
      const shown = rule === 'undetermined' || rule === 'file-unreadable' ? actual : text
      return `${severity} ${path}:${at.line}:${at.column} ${rule}: ${shown}`
    })
}

const names = readdirSync(CASES)

describe.each(names.filter((name) => name.startsWith('bad.')))('%s', (name) => {
  test('is found where it is written', () => {
    const expected = `${CASES}${name}/expected.json`
    const found = findingsOf(name)
    if (process.env.UPDATE_CASES) writeFileSync(expected, `${JSON.stringify(found, null, 2)}\n`)
    expect(found).toEqual(JSON.parse(readFileSync(expected, 'utf8')))
    expect(found.some((line) => line.startsWith('error'))).toBe(true)
  })
})

describe.each(names.filter((name) => name.startsWith('ok.')))('%s', (name) => {
  test('is left alone', () => {
    const found = findingsOf(name)
    expect(found.filter((line) => !line.startsWith('note'))).toEqual([])
    const expected = `${CASES}${name}/expected.json`
    if (process.env.UPDATE_CASES) writeFileSync(expected, `${JSON.stringify(found, null, 2)}\n`)
    expect(found).toEqual(JSON.parse(readFileSync(expected, 'utf8')))
  })
})

test('what another file says is said with its place', () => {
  using tree = folder({
    'src/config.ts': `
export const ssl = { rejectUnauthorized: false }
export const url = 'postgres://app:hunter2@db.example.com/app?sslmode=prefer'
export const bare = 'postgres://app:hunter2@db.example.com/app'
`,
    'src/db.json': '{ "host": "db.example.com", "ssl": false }',
    'src/app.ts': `
import { Pool } from 'pg'
import { bare, ssl, url } from './config'
import json from './db.json'
export const own = new Pool({ host: 'db.example.com', ssl: { rejectUnauthorized: false } })
export const pools = [new Pool({ host: 'db.example.com', ssl }), new Pool({ connectionString: url })]
export const more = [new Pool(bare), new Pool(json)]
`,
  })
  const { findings } = scan({ root: tree.root, paths: ['src/app.ts'] })
  expect(findings.map(({ actual }) => /\(\S+ ?\w* in [^)]*\)$/.exec(actual)?.[0])).toEqual([
    undefined,
    '(ssl.rejectUnauthorized in src/config.ts:2)',
    '(sslmode in src/config.ts:3)',
    '(the string in src/config.ts:4)',
    '(ssl in src/db.json)',
  ])
})

test('there are cases', () => {
  expect(names.length).toBeGreaterThan(20)
})
