/** What evaluateHba says of clients, and what a real server does with them. */
import { evaluateHba, firstMatch, parseHba } from '@verify-full/core/offline'
import { probe } from '@verify-full/server'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PostgresServer, postgres } from '../support/index.js'
import { runs } from '../support/runs.js'

let server: PostgresServer
beforeAll(async () => {
  server = await postgres()
  await server.admin('create role other login in role app')
})
afterAll(() => server?.stop())

const pick = fc.constantFrom
const line = fc
  .tuple(
    pick('host', 'host', 'hostnossl', 'hostssl'),
    pick('all', 'app', 'app,postgres', 'sameuser', 'replication', '"all"', '/^a.*p$'),
    pick('all', 'app', 'other', '+app', '"app",other', '/^o'),
    pick('all', '127.0.0.1/32', '127.0.0.0/8', '10.0.0.0/8', '127.0.0.0 255.0.0.254', 'samehost'),
    pick('reject', 'scram-sha-256', 'md5', 'password', 'trust'),
  )
  .map((parts) => parts.join(' '))
const CLIENTS = [
  { user: 'app', database: 'app' },
  { user: 'app', database: 'postgres' },
  { user: 'other', database: 'app' },
  { user: 'other', database: 'postgres' },
] as const

const counts = { accepted: 0, refused: 0, undecided: 0 }

it('a client that the server lets in without TLS is in an opening; a refused one in none that is certain', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), async (lines) => {
      await server.setHba(lines)
      const { entries, errors } = parseHba(lines.join('\n'))
      expect(errors).toEqual([])
      for (const account of CLIENTS) {
        const offer = await probe(
          { host: '127.0.0.1', port: server.port },
          { account, tests: ['plaintext'], timeoutMillis: 15_000 },
        )
        const [{ plaintext } = {}] = offer.addresses
        const client = { ...account, address: '127.0.0.1', replication: false }
        const place = `${JSON.stringify(account)} by\n${lines.join('\n')}`
        const openings = evaluateHba(entries, client)
        const { entry, undecided } = firstMatch(entries, client)
        if (plaintext?.kind === 'authentication') {
          counts.accepted++
          // Never is an opening overlooked, however little of the entries can be decided from outside.
          expect(openings.length, place).toBeGreaterThan(0)
        } else {
          expect(plaintext, place).toMatchObject({ kind: 'refused', reason: 'hba' })
          counts.refused++
        }
        if (undecided.length > 0) {
          counts.undecided++
          continue
        }
        const letsIn = entry !== undefined && entry.method !== 'reject'
        expect(plaintext?.kind === 'authentication', place).toBe(letsIn)
        expect(
          openings.some(({ certain }) => certain),
          place,
        ).toBe(letsIn)
      }
    }),
    { numRuns: runs(50), endOnFailure: true },
  )
  expect(Math.min(counts.accepted, counts.refused, counts.undecided)).toBeGreaterThan(0)
}, 120_000)
