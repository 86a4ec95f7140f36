/**
 * Every kind of file: folders `bad.*` and `ok.*` with what the scan says of them in expected.json, one line
 * per finding. `UPDATE_CASES=1` rewrites them: read the difference.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EXTRACTORS } from '../src/extract/registry.js'
import { type ScanFinding, scan } from '../src/index.js'
import { SCAN_RULE_IDS } from '../src/rules.js'

const CASES = fileURLToPath(new URL('cases/', import.meta.url))
const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((it) => (it.isDirectory() ? [it.name] : []))
const kinds = folders(CASES)
const all = kinds.flatMap((kind) => folders(`${CASES}${kind}`).map((name) => `${kind}/${name}`))

const oneLine = ({ path, at, severity, rule, reader, local, edits }: ScanFinding): string =>
  [
    `${path}:${at.line}:${at.column}-${at.endLine}:${at.endColumn}`,
    severity,
    rule,
    ...(reader ? [`(${reader.sentence})`] : []),
    ...(local ? [`[${local}]`] : []),
    ...(edits ?? []).map(({ text }) => (text === '' ? '-> remove' : `-> ${text}`)),
  ].join(' ')

const look = (name: string) =>
  scan({ root: `${CASES}${name}`, ignore: false, now: new Date('2027-01-01') })
const found = new Set<string>()
const kindsFound = new Set<string>()

describe.each(all)('%s', (name) => {
  const { findings, suppressed } = look(name)
  const lines = findings.map(oneLine)
  for (const { rule } of findings) found.add(rule)
  for (const { kind } of findings) kindsFound.add(kind)

  test('is as expected', () => {
    const path = `${CASES}${name}/expected.json`
    if (process.env.UPDATE_CASES) writeFileSync(path, `${JSON.stringify(lines, null, 2)}\n`)
    expect(existsSync(path)).toBe(true)
    expect(lines).toEqual(JSON.parse(readFileSync(path, 'utf8')))
  })

  test('is what its name says', () => {
    const counted = findings.filter(({ severity }) => severity !== 'note')
    if (name.includes('/ok.')) expect(counted.map(oneLine)).toEqual([])
    else expect(counted.length).toBeGreaterThan(0)
  })

  test('shows no password', () => {
    expect(JSON.stringify({ findings, suppressed })).not.toMatch(/hunter2|aHVudGVy/)
  })
})

test('every kind of file has both', () => {
  const lacking = kinds.filter((kind) => {
    const names = folders(`${CASES}${kind}`)
    return !['ok.', 'bad.'].every((prefix) => names.some((name) => name.startsWith(prefix)))
  })
  expect(lacking).toEqual([])
  // Git keeps no permissions, and JavaScript has cases of its own.
  const untested = EXTRACTORS.map(({ name }) => name).filter(
    (name) => !['.pgpass', 'javascript'].includes(name) && !kindsFound.has(name),
  )
  expect(untested).toEqual([])
})

test('every rule of the scanner is found somewhere', () => {
  const elsewhere = ['passfile-permissions', 'conninfo-unreadable']
  expect(SCAN_RULE_IDS.filter((rule) => !found.has(rule) && !elsewhere.includes(rule))).toEqual([])
})

test('docs/scan.md documents every rule of the scanner and every kind of file', () => {
  const page = readFileSync(new URL('../../../docs/scan.md', import.meta.url), 'utf8')
  const headings = [...page.matchAll(/^## ([a-z]+(?:-[a-z]+)*)$/gm)].map((match) => match[1])
  expect(headings).toEqual([...SCAN_RULE_IDS])
  for (const { name } of EXTRACTORS)
    expect(page).toMatch(new RegExp(`^\\|.*\\b${name}\\b|^\\|.*${name}`, 'm'))
})
