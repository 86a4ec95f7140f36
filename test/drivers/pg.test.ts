import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { planPgHeld } from '../../packages/core/src/drivers/pg/held.js'
import { type PgReading, planPgReading, readPg } from '../../packages/core/src/drivers/pg/plan.js'
import { shape, withEnv } from './held.js'
import { CRL, PEM, PG_CASES, type PgCase, withDirectory } from './pg-cases.js'
import { type Held, type PgModule, pgVersions } from './pg-versions.js'

const dir = mkdtempSync(join(tmpdir(), 'verify-full-'))
for (const name of ['root.crt', 'client.crt', 'client.key']) writeFileSync(join(dir, name), PEM)
writeFileSync(join(dir, 'root.crl'), CRL)
afterAll(() => rmSync(dir, { recursive: true }))

interface Effective {
  readonly threw: boolean
  readonly held?: unknown
}

function fromPg(pg: PgModule, { env = {} }: PgCase, config: PgCase['config']): Effective {
  let held: Held
  try {
    held = withEnv(env, () => new pg.Client(config).connectionParameters)
  } catch {
    return { threw: true }
  }
  const { host, port, ssl } = held
  const negotiation = 'sslnegotiation' in held ? (held.sslnegotiation ?? 'postgres') : 'unknown'
  return { threw: false, held: { host, port, negotiation, ssl: shape(ssl) } }
}

function fromCore(reading: PgReading, negotiates: boolean): Effective {
  if (reading.fatal !== undefined) return { threw: true }
  const { host, port, rootcert, sslcert, sslkey } = reading
  const files = { ca: rootcert, cert: sslcert, key: sslkey }
  const isObject = typeof reading.ssl === 'object' && reading.ssl !== null
  const named = Object.entries(files).flatMap(([key, file]) => (file ? [[key, 'text']] : []))
  const ssl =
    isObject && named.length > 0 ? { ...reading.ssl, ...Object.fromEntries(named) } : reading.ssl
  const negotiation = negotiates ? reading.negotiation : 'unknown'
  return { threw: false, held: { host, port, negotiation, ssl: shape(ssl) } }
}

describe.each(pgVersions())('$name holds what readPg says', ({ pg }) => {
  const negotiates = withEnv({}, () => 'sslnegotiation' in new pg.Client({}).connectionParameters)
  const comparable = PG_CASES.filter((it) => negotiates || !it.negotiation)

  test.each(comparable)('$name', (it) => {
    const config = withDirectory(it.config, dir)
    const theirs = fromPg(pg, it, config)
    const ours = fromCore(readPg(withDirectory(it.config, dir), it.env ?? {}), negotiates)
    if (it.onlyPlan) return
    expect(ours).toEqual(theirs)
  })

  test.each(comparable)('held: $name', (it) => {
    const reading = readPg(withDirectory(it.config, dir), it.env ?? {})
    if (reading.fatal !== undefined || it.onlyPlan) return
    const client = withEnv(it.env ?? {}, () => new pg.Client(withDirectory(it.config, dir)))
    const { host, port, ssl, connection } = client
    // A connection of the user's own holds what it likes.
    const connectionSsl = reading.remarks.some(({ kind }) => kind === 'unobservable')
      ? ssl
      : connection.ssl
    const negotiation = client.sslNegotiation === 'direct' ? 'direct' : 'postgres'
    const held = { host, port, ssl, connectionSsl, negotiation, observable: true } as const
    const plan = planPgHeld(held, reading, it.env ?? {})
    expect(plan).toEqual(planPgReading(reading, it.env ?? {}))
    expect(plan.decidedBy).toBe(reading.sslOrigin)
  })
})
