import { on } from 'node:events'
import { events } from '@verify-full/core'
import { expect, it, onTestFinished } from 'vitest'
import { proxy } from '../support/index.js'
import type { Adapter } from './adapter.js'
import {
  accountOf,
  expectEvents,
  expectRefusal,
  itWith,
  outcome,
  PASSWORD_ONLY,
  verified,
  type World,
  watch,
} from './world.js'

/** One connection on the real server, accepted. */
export function sessions(adapter: Adapter, world: World): void {
  it('accepted: queries, transactions, and the session event of each connection', async () => {
    await using link = await proxy(world.server)
    const published = watch('verify-full:session', link.port)
    const violations = watch('verify-full:violation', link.port)
    const database = await adapter.open(verified(world, link.port))
    const numbers = Array.from({ length: 20 }, (_, i) => i)
    const answers = await Promise.all(numbers.map((i) => database.query(`select ${i}::int as i`)))
    expect(answers.map(([row]) => row?.i)).toEqual(numbers)
    const committed = await database.transaction(async (query) => {
      const [before] = await query('select pg_backend_pid() as pid')
      const [after] = await query('select pg_backend_pid() as pid')
      return before?.pid === after?.pid
    })
    expect(committed).toBe(true)
    await database.close()
    expect(link.connections).toBeGreaterThan(1)
    expect(published).toHaveLength(link.connections)
    for (const payload of published) {
      expect(payload).toMatchObject({ driver: adapter.driver, violations: [] })
    }
    expect(violations).toEqual([])
  })

  itWith('verifySession', adapter, 'accepted, and reported', async () => {
    const { server } = world
    const database = await adapter.open(verified(world))
    const reports = await database.verifySession?.()
    await database.close()
    expect(reports).toHaveLength(1)
    expect(reports?.[0]).toMatchObject({
      driver: adapter.driver,
      endpoint: { kind: 'tcp', host: '127.0.0.1', port: server.port },
      violations: [],
      enforced: true,
      sessionCheck: 'both',
      roots: expect.stringMatching(/^option (?:connection\.)?ssl\.ca$/),
      session: {
        local: { authorized: true },
        server: { ssl: true, sameBackend: true },
      },
    })
    expect(JSON.stringify(reports)).not.toContain(server.password)
  })

  itWith('listeners', adapter, 'is judged alike by listeners that throw', async () => {
    const names = ['verify-full:session', 'verify-full:violation'] as const
    const listener = () => {
      throw new Error('listener')
    }
    for (const name of names) events.on(name, listener)
    onTestFinished(() => {
      for (const name of names) events.off(name, listener)
    })
    const warnings = on(process, 'warning', { signal: AbortSignal.timeout(10_000) })
    const target = accountOf(world)
    expect(await outcome(adapter, verified(world))).toEqual([{ v: 1 }])
    const rogue = { ...target, ssl: { ca: world.set.rogueRoot.root } }
    expectRefusal(await outcome(adapter, rogue), 'certificate-not-verified', target)
    const warned = new Set<string>()
    for await (const [{ code, message }] of warnings) {
      if (code === 'VERIFY_FULL_LISTENER') warned.add(message)
      if (warned.size === names.length) break
    }
    expect([...warned]).toEqual(names.map((name) => `A listener of ${name} threw.`))
  })
}

/** One connection to the real server, refused. */
export function refusals(adapter: Adapter, world: World): void {
  it('of another CA is refused with its cause, and no backend has seen it', async () => {
    const { server, set } = world
    await using link = await proxy(server)
    const published = watch('verify-full:violation', link.port)
    const target = accountOf(world, link.port)
    const logged = server.log().length
    const config = { ...target, ssl: { ca: set.rogueRoot.root } }
    const refusal = expectRefusal(
      await outcome(adapter, config),
      'certificate-not-verified',
      target,
    )
    expect(refusal).toMatchObject({ code: 'ERR_VERIFY_FULL_SESSION', cause: {} })
    expectEvents(adapter, [refusal], published)
    expect(published).toHaveLength(link.connections)
    expect(server.log().slice(logged)).not.toContain('connection authorized')
  })

  it('refused after authentication: closed, and nothing executed', async () => {
    const { server } = world
    await server.admin('create table if not exists ran (v text)', server.database)
    await server.admin('grant all on ran to public', server.database)
    // Without SCRAM there is no channel binding: the session itself is refused.
    await server.setHba(['hostssl all all 127.0.0.1/32 trust'])
    onTestFinished(() => server.setHba(PASSWORD_ONLY))
    const published = watch('verify-full:violation', server.port)
    const config = verified(world)
    const insert = "insert into ran values ('queued')"
    const policy = { channelBinding: 'require' } as const
    const error = await outcome(adapter, config, policy, insert)
    expectEvents(adapter, [expectRefusal(error, 'channel-binding-missing', config)], published)
    expect(await server.admin('select * from ran', server.database)).toEqual([])
    await expect.poll(() => server.connections()).toBe(0)
  })
}
