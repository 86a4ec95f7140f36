import { expect, it } from 'vitest'
import {
  HOSTILE_RULES,
  type HostileBehaviour,
  hostile,
  hostileBehaviours,
} from '../support/index.js'
import type { Adapter, Target } from './adapter.js'
import { expectEvents, expectRefusal, outcome, type World, watch } from './world.js'

const QUERY = "insert into ran values ('never')"
/** Enough for the handshake of a busy machine, and what each server that hangs costs. */
const GATE_MILLIS = 1500

/** Hostile servers: each refused in bounded time, by one event, having received nothing. */
export function wire(adapter: Adapter, { set }: World): void {
  const target = (port: number): Target => ({
    host: 'localhost',
    port,
    user: 'app-user',
    password: 'hunter2-hunter2',
    database: 'app-database',
    ssl: { ca: set.root.root },
  })
  // Direct TLS is pg's own option, and tested with pg itself.
  const isRefused = ({ name, direct }: HostileBehaviour) =>
    !direct && HOSTILE_RULES[name] !== undefined
  it.concurrent.for(hostileBehaviours(set).filter(isRefused))(
    'that $name',
    async ({ name, script, refusedAt }, { onTestFinished }) => {
      await using server = await hostile(script)
      // Authentication is bounded by the driver's own limit.
      const config = {
        ...target(server.port),
        ...(refusedAt === 'authentication' ? { connectTimeoutMillis: GATE_MILLIS } : {}),
      }
      const published = watch('verify-full:violation', server.port, onTestFinished)
      const error = await outcome(adapter, config, { gateTimeoutMillis: GATE_MILLIS }, QUERY)
      const rule = HOSTILE_RULES[name]
      if (rule) expectEvents(adapter, [expectRefusal(error, rule, config)], published)
      else expect(error).toBeInstanceOf(Error)
      await server.settled()
      if (rule) expect(published).toHaveLength(server.connections.length)
      for (const { raw, secure, queries } of server.connections) {
        const received = Buffer.concat([raw, secure]).toString()
        expect(received).not.toContain(QUERY)
        // None but the guard's own.
        expect(queries.filter((query) => !query.includes('pg_catalog.pg_stat_ssl'))).toEqual([])
        if (refusedAt === 'negotiation' || refusedAt === 'handshake') {
          expect(secure).toHaveLength(0)
          expect(received).not.toContain(config.user)
        }
        if (refusedAt !== 'session') expect(received).not.toContain(config.password)
      }
    },
  )
}
