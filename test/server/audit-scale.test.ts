/** Hundreds of targets in one audit, dead ones among them; thousands of sessions on one server. */
import { type AuditTarget, audit, type ServerAudit } from '@verify-full/server'
import { describe, expect, it } from 'vitest'
import { hostile, pki, postgres } from '../support/index.js'

const account = { user: 'app', database: 'app' }

const matrix = process.env.VERIFY_FULL_MATRIX === '1'
const title = matrix ? 'at scale' : 'NOT TESTED here: pnpm test:matrix runs it'

describe.runIf(matrix)(title, () => {
  it('500 targets, 5 of them silent: each is reported, in order, and nobody waits for a silent one', async () => {
    const set = await pki()
    await using server = await postgres({ settings: { max_connections: 400 } })
    await using silent = await hostile({ answer: 'silence' })
    const target = (port: number): AuditTarget => ({
      servers: [{ host: 'localhost', hostaddr: '127.0.0.1', port }],
      account,
      roots: [set.root.root],
    })
    const isSilent = (index: number) => index % 100 === 0
    const ports = Array.from({ length: 500 }, (_, i) => (isSilent(i) ? silent.port : server.port))
    const done: number[] = []
    const started = performance.now()
    const { servers } = await audit(ports.map(target), {
      concurrency: 32,
      timeoutMillis: 8000,
      tests: ['plaintext'],
      onServer: ({ endpoint }, count) => {
        done.push(endpoint.port)
        expect(count).toBe(done.length)
      },
    })
    console.log(`500 targets in ${((performance.now() - started) / 1000).toFixed(1)} s`)
    expect(servers.map(({ endpoint }) => endpoint.port)).toEqual(ports)
    const statusesOf = (silentOnes: boolean) =>
      new Set(servers.filter((_, i) => isSilent(i) === silentOnes).map(({ status }) => status))
    expect(statusesOf(false)).toEqual(new Set(['clean']))
    expect(statusesOf(true)).toEqual(new Set(['findings']))
    // The first target is a silent one; many more than run at a time are done before it is.
    expect(done.indexOf(silent.port)).toBeGreaterThan(32)
  }, 120_000)

  it('thousands of sessions: all are looked at, and the plaintext ones are found among them', async () => {
    const set = await pki()
    const at = new Date('2026-11-24T00:00:00Z')
    const rows = Array.from({ length: 5000 }, (_, pid) => ({
      pid,
      user: 'app',
      database: 'app',
      application: `worker ${pid % 7}`,
      address: `10.0.${pid % 250}.1`,
      started_at: at,
      replication: false,
      ssl: pid % 1000 !== 0,
      visible: true,
    }))
    const rules = Array.from({ length: 500 }, (_, line) => ({
      line_number: line + 1,
      type: line === 499 ? 'host' : 'hostssl',
      database: ['all'],
      user_name: [`user${line}`, 'app'],
      address: `10.${line % 250}.0.0`,
      netmask: '255.255.0.0',
      auth_method: 'scram-sha-256',
      options: null,
      error: null,
    }))
    await using server = await hostile({ tls: { certificate: set.certificate('good') } })
    const answers: readonly (readonly [RegExp, readonly object[]])[] = [
      [
        /pg_is_in_recovery/,
        [
          {
            standby: false,
            version: 180000,
            loaded_at: new Date(at.getTime() + 1),
            sees_sessions: true,
          },
        ],
      ],
      [/pg_settings/, [{ name: 'ssl', setting: 'on', sourcefile: null, sourceline: null }]],
      [/pg_hba_file_rules/, rules],
      [/pg_stat_activity/, rows],
      [/pg_stat_replication/, []],
    ]
    const { servers } = await audit([
      {
        servers: [{ host: 'localhost', hostaddr: '127.0.0.1', port: server.port }],
        roots: [set.root.root],
        // The query function is the audit's own seam: what a large server would answer.
        connect: async () => ({
          query: async (sql) =>
            (answers.find(([pattern]) => pattern.test(sql))?.[1] ?? []) as Record<
              string,
              unknown
            >[],
          close: async () => {},
        }),
      },
    ])
    const [found] = servers as readonly [ServerAudit]
    expect(found.live?.sessions).toHaveLength(5000)
    // Those from networks of which no entry for their kind speaks: 10.0.x.1 is of the first alone.
    expect(found.live?.survivors.length).toBeGreaterThan(0)
    expect(found.plaintext.map(({ pid }) => pid)).toEqual([0, 1000, 2000, 3000, 4000])
    const openings = found.violations.filter(({ rule }) => rule === 'hba-accepts-plaintext')
    expect(openings.map(({ origin }) => origin.at?.line)).toEqual([500])
  })
})
