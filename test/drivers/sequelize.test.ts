/** What planSequelize says, and what the installed Sequelize hands to the installed pg. */
import { planSequelize } from '@verify-full/core/offline'
import fc from 'fast-check'
import pg from 'pg'
import { Sequelize } from 'sequelize'
import { expect, test } from 'vitest'
import { runs } from '../support/runs.js'

interface Held {
  readonly host: string
  readonly tls: 'plaintext' | 'tls(none)' | 'tls(full)'
}

/** A Client of pg's own that opens no socket: it keeps what it would have dialled. */
function recorder(held: Held[]) {
  class Recorder extends pg.Client {
    override connect(): Promise<pg.Client>
    override connect(done: (error: Error) => void): void
    override connect(done?: (error: Error) => void): Promise<pg.Client> | undefined {
      const { ssl, host } = this as unknown as { ssl: unknown; host: string }
      const verifies = (ssl as { rejectUnauthorized?: unknown }).rejectUnauthorized !== false
      held.push({ host, tls: ssl ? (verifies ? 'tls(full)' : 'tls(none)') : 'plaintext' })
      const refused = Object.assign(new Error('not dialled'), { code: 'ERR_NOT_DIALLED' })
      if (!done) return Promise.reject(refused)
      done(refused)
      return undefined
    }
  }
  return { ...pg, Client: Recorder }
}

/** Everybody who is dialled: the write server, and each read server. */
async function dialled(make: (dialectModule: object) => Sequelize): Promise<Set<string>> {
  const held: Held[] = []
  const sequelize = make(recorder(held))
  const manager = (
    sequelize as unknown as {
      connectionManager: {
        config: { replication?: { write: object; read: object[] } }
        connect(config: object): Promise<unknown>
      }
    }
  ).connectionManager
  const { replication } = manager.config
  const configs = replication ? [replication.write, ...replication.read] : [manager.config]
  for (const config of configs) await manager.connect(config).catch(() => undefined)
  return new Set(held.map(({ host, tls }) => `${host} ${tls}`))
}

const planned = (config: Record<string, unknown>): Set<string> =>
  new Set(
    planSequelize(config, {}).map(({ endpoint, transports: [first] }) => {
      const host = endpoint.kind === 'tcp' ? endpoint.host : endpoint.path
      return `${host} ${first.kind === 'tls' ? `tls(${first.verification})` : first.kind}`
    }),
  )

const ssl = fc.constantFrom<unknown>(
  undefined,
  true,
  false,
  {},
  { require: true },
  { rejectUnauthorized: false },
  { require: true, rejectUnauthorized: false },
  { rejectUnauthorized: true },
)
const defined = (entries: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined))
const dialectOptions = fc.option(
  ssl.map((it) => defined({ ssl: it })),
  { nil: undefined },
)
const server = fc
  .record({ host: fc.constantFrom('a.example.com', 'b.example.com', undefined), dialectOptions })
  .map(defined)
const query = fc.constantFrom(
  '',
  '?sslmode=disable',
  '?sslmode=require',
  '?sslmode=verify-full',
  '?sslmode=no-verify',
  '?ssl=true',
  '?ssl=0',
  '?sslmode=',
  '?application_name=x',
)

const base = { dialect: 'postgres', logging: false } as const
const quiet = <T>(run: () => T): T => {
  const { emitWarning } = process
  process.emitWarning = () => undefined
  try {
    return run()
  } finally {
    process.emitWarning = emitWarning
  }
}

test('options', async () => {
  await fc.assert(
    fc.asyncProperty(dialectOptions, ssl, async (dialectOptions, top) => {
      const options = () =>
        structuredClone(defined({ ...base, host: 'db.example.com', dialectOptions, ssl: top }))
      const real = await dialled((dialectModule) => new Sequelize({ ...options(), dialectModule }))
      expect(planned(options())).toEqual(real)
    }),
    { numRuns: runs(100) },
  )
})

test('a URL beside options', async () => {
  await fc.assert(
    fc.asyncProperty(query, dialectOptions, async (query, dialectOptions) => {
      const url = `postgres://app@db.example.com:6432/app${query}`
      const options = () => structuredClone(defined({ ...base, dialectOptions }))
      const real = await quiet(() =>
        dialled((dialectModule) => new Sequelize(url, { ...options(), dialectModule })),
      )
      expect(planned({ ...options(), url })).toEqual(real)
    }),
    { numRuns: runs(200) },
  )
})

test('replication', async () => {
  await fc.assert(
    fc.asyncProperty(
      server,
      fc.array(server, { minLength: 1, maxLength: 3 }),
      dialectOptions,
      fc.option(query, { nil: undefined }),
      async (write, read, dialectOptions, query) => {
        const options = () =>
          structuredClone(
            defined({
              ...base,
              dialectOptions,
              replication: { write, read },
              ...(query === undefined ? { host: 'db.example.com' } : {}),
            }),
          )
        const url = query === undefined ? undefined : `postgres://app@db.example.com/app${query}`
        const real = await quiet(() =>
          dialled((dialectModule) =>
            url === undefined
              ? new Sequelize({ ...options(), dialectModule })
              : new Sequelize(url, { ...options(), dialectModule }),
          ),
        )
        expect(planned(defined({ ...options(), url }))).toEqual(real)
      },
    ),
    { numRuns: runs(200) },
  )
})
