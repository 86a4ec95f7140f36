/** README's table says what the models say, and the models are tested against the drivers. */
import { readFileSync } from 'node:fs'
import { definePolicy, formatTransports, judge, planPg } from '@verify-full/core'
import { planLibpq } from '@verify-full/core/offline'
import { expect, test } from 'vitest'

const WORDS: Record<string, string> = {
  plaintext: 'plaintext',
  verified: 'tls(full)',
  'TLS unverified': 'tls(none)',
  'any host of that CA': 'tls(ca)',
  'TLS unverified, then plaintext': 'tls(none), then plaintext',
  'plaintext, then TLS unverified': 'plaintext, then tls(none)',
  error: 'error',
}
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const section = readme.split('## What each string really means')[1]?.split('\n## ')[0] ?? ''
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|\s*(written|-)/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
const byQuery = rows.filter(([written = '']) => /^(nothing|`\w+=[^ ]+`)$/.test(written))

test('most rows of the table can be computed', () => {
  expect(rows).toHaveLength(13)
  expect(byQuery).toHaveLength(11)
})

test.each(byQuery)('%s', (written = '', pg8 = '', pg9 = '', libpq = '', guard = '') => {
  const setting = written.replaceAll('`', '')
  const inEnv = setting.startsWith('PG')
  const query = inEnv || setting === 'nothing' ? '' : `?${setting}`
  const env = inEnv ? { PGSSLMODE: setting.split('=')[1] } : {}
  const uri = `postgres://db.example.com/app${query}`
  const read = (plans: () => readonly { transports: unknown }[]) => {
    try {
      return formatTransports(plans()[0] as Parameters<typeof formatTransports>[0])
    } catch {
      return 'error'
    }
  }
  expect(read(() => planPg(uri, env, 'pg8'))).toBe(WORDS[pg8])
  expect(read(() => planPg(uri, env, 'pg9'))).toBe(WORDS[pg9])
  expect(read(() => planLibpq({ conninfo: uri }, env))).toBe(WORDS[libpq])
  const [plan] = planPg(uri, env)
  if (!plan) throw new Error('no plan')
  const { accepted } = judge({ plan }, definePolicy())
  expect(accepted ? 'accepted' : 'refused').toBe(guard)
})
