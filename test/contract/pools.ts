import { appendFileSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { proxy } from '../support/index.js'
import { type Adapter, type Database, PATIENCE_MILLIS, POOL_SIZE } from './adapter.js'
import {
  accountOf,
  expectEvents,
  expectRefusal,
  firstRefusal,
  firstRows,
  PASSWORD_ONLY,
  rejection,
  settling,
  verified,
  type World,
  watch,
} from './world.js'

const PID = 'select pg_backend_pid() as pid'
const MINE = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
const REFUSALS = 30

/** A pool that lives while its connections and its server change. */
export function pools(adapter: Adapter, world: World): void {
  const { probes = 0, dialsOnce = true } = adapter
  const expectEmpty = (database: Database): void => {
    if (database.counts) expect(database.counts()).toEqual({ connections: 0, waiting: 0 })
  }

  const expectDials = (events: readonly object[], wanted: number): void => {
    expect(events.length).toBeGreaterThanOrEqual(wanted)
    expect(events.length).toBeLessThanOrEqual(dialsOnce ? wanted : wanted + POOL_SIZE)
  }

  it(`${REFUSALS} parallel refusals neither loop nor leak, and the pool is usable afterwards`, async () => {
    const { server, set } = world
    await using link = await proxy(server)
    const config = verified(world, link.port)
    const dialled = settling(link)
    const database = await adapter.open(config)
    await database.query('select 1')
    await server.setCertificate({ ...set.certificate('rogue'), ca: set.root.root })
    onTestFinished(() => server.setCertificate({ ...set.certificate('good'), ca: set.root.root }))
    link.cut()
    await firstRefusal(adapter, database)
    await dialled()
    link.reset()
    const settled = settling(link)
    const published = watch('verify-full:violation', link.port)
    const accepted = watch('verify-full:session', link.port)
    const start = performance.now()
    const errors = await Promise.all(
      Array.from({ length: REFUSALS }, () => rejection(adapter, database.query('select 1'))),
    )
    expect(performance.now() - start).toBeLessThan(PATIENCE_MILLIS)
    const refusals = errors.map((error) => expectRefusal(error, 'certificate-not-verified', config))
    expectEvents(adapter, refusals, published)
    expectEmpty(database)
    const refused = rejection(
      adapter,
      database.transaction(() => Promise.resolve()),
    )
    refusals.push(expectRefusal(await refused, 'certificate-not-verified', config))
    await settled()
    await server.setCertificate({ ...set.certificate('good'), ca: set.root.root })
    expect(await database.query('select 1 as v')).toEqual([{ v: 1 }])
    await database.close()
    await expect.poll(() => server.connections()).toBe(0)
    await settled()
    // One each: none was tried again behind the caller's back.
    expectEvents(adapter, refusals, published)
    expectDials(accepted, 1)
  })

  it('a killed backend is replaced, and the new connection is checked again', async () => {
    const { server } = world
    const published = watch('verify-full:session', server.port)
    const violations = watch('verify-full:violation', server.port)
    const database = await adapter.open(verified(world))
    const [first] = await database.query(PID)
    expect(await database.query(PID)).toEqual([first])
    expect(published).toHaveLength(probes + 1)
    await server.admin(`select pg_terminate_backend(${Number(first?.pid)})`)
    expect(await firstRows(database, PID)).not.toEqual([first])
    expectDials(published, probes + 2)
    expect(violations).toEqual([])
    await database.close()
  })

  it('TLS switched off at the server: new connections refused, old ones still there', async () => {
    const { server } = world
    const config = verified(world)
    const database = await adapter.open(config)
    onTestFinished(async () => {
      await server.setSettings({ ssl: true })
      await server.setHba(PASSWORD_ONLY)
    })
    await database.transaction(async (query) => {
      await query('select 1')
      await server.setHba(['host all app 127.0.0.1/32 trust'])
      await server.setSettings({ ssl: false })
      const error = await rejection(adapter, database.query('select 1'))
      expect(expectRefusal(error, 'server-ssl-off', config).code).toBe('ERR_VERIFY_FULL_SESSION')
      expect(await query(MINE)).toEqual([{ ssl: true }])
      await expect.poll(() => server.connections()).toBe(1)
      if (database.counts) expect(database.counts()).toEqual({ connections: 1, waiting: 0 })
      await server.setSettings({ ssl: true })
      expect(await database.query('select 1 as v')).toEqual([{ v: 1 }])
    })
    await database.close()
  })

  it('certificate and root.crt rotated, without a restart', async () => {
    const { server, set, files } = world
    const rootCert = join(files.dir, `${adapter.name}-rotated.crt`)
    copyFileSync(files.root, rootCert)
    await using link = await proxy(server)
    const config = { ...accountOf(world, link.port), ssl: true }
    const settled = settling(link)
    const database = await adapter.open(config, { rootCert })
    expect(await database.query('select 1 as v')).toEqual([{ v: 1 }])
    onTestFinished(() => server.setCertificate({ ...set.certificate('good'), ca: set.root.root }))
    await server.setCertificate({ ...set.certificate('rogue'), ca: set.root.root })
    link.cut()
    expectRefusal(await firstRefusal(adapter, database), 'certificate-not-verified', config)
    await settled()
    appendFileSync(rootCert, set.rogueRoot.root)
    const published = watch('verify-full:session', link.port)
    expect(await database.query('select 1 as v')).toEqual([{ v: 1 }])
    await database.close()
    expectDials(published, 1)
    for (const report of published)
      expect(report).toMatchObject({ roots: rootCert, violations: [] })
  })
}
