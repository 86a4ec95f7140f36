/** Hostile text costs its own reading, and no other file's. */
import { expect, test } from 'vitest'
import { scan } from '../src/index.js'
import { TakesTooLong, within } from '../src/within.js'
import { folder, PREFER } from './folder.js'

/** Type arguments and calls in each other: each level is parsed twice. */
const HOSTILE = `import { Pool } from 'pg'\n${'a<b>('.repeat(40)}`
const insecure = (host: string): string =>
  `import { Pool } from 'pg'\nexport const pool = new Pool({ host: '${host}', ssl: { rejectUnauthorized: false } })\n`

test('files beside one that cannot be parsed in time are read', () => {
  using tree = folder({
    'a.ts': insecure('a.example.com'),
    'b.ts': HOSTILE,
    'c.ts': insecure('c.example.com'),
    'd.ts': `import './b'\n${insecure('d.example.com')}`,
    '.env': PREFER,
  })
  const { findings } = scan({ root: tree.root })
  expect(findings.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
    '.env sslmode-below-verify-full',
    'a.ts certificate-not-verified',
    'b.ts file-unreadable',
    'c.ts certificate-not-verified',
    'd.ts certificate-not-verified',
  ])
  expect(findings[2]?.actual).toBe('it takes too long to parse')
}, 60_000)

const forever = (): never => {
  for (;;);
}

test('what is inside of a watch has its time', () => {
  const started = performance.now()
  expect(() =>
    within(0, () => {
      within(1e9, forever)
    }),
  ).toThrow(TakesTooLong)
  expect(performance.now() - started).toBeLessThan(30_000)
}, 60_000)

test('results and errors pass', () => {
  expect(within(0, () => 7)).toBe(7)
  const error = new RangeError('mine')
  expect(() =>
    within(0, () => {
      throw error
    }),
  ).toThrow(error)
  expect(within(0, () => within(0, () => 8))).toBe(8)
})
