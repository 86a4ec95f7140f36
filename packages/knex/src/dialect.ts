import type { Duplex } from 'node:stream'
import {
  inKnexTerms,
  type Plan,
  type Policy,
  PolicyError,
  planKnex,
  planKnexRaw,
  readKnexSettings,
} from '@verify-full/core'
import { guardClass, refusePlan } from '@verify-full/pg'
import knex from 'knex'
import type {
  Connection,
  DialectClass,
  Driver,
  KnexClient,
  PoolSettings,
  TarnSettings,
} from './client.js'
import { dialsOtherwise, refusingOthers } from './dialling.js'
import { close, closing, closingOnFailure, opened, propagating } from './pool.js'

/**
 * A subclass of one of Knex's dialects whose connections are all guarded: those of its pool, the second
 * one of `.timeout(ms, { cancel: true })`, and none that somebody else opened. Every place where Knex
 * makes, takes or forgets a connection is a method of the dialect.
 */
export function guardDialect(Dialect: DialectClass, policy: Policy, name?: string): DialectClass {
  const placement = { driver: 'knex', ...(name === undefined ? {} : { name }) } as const
  const refuse = (plan: Plan) => refusePlan({ ...plan, ...placement }, policy)

  /** Refuses a connection that this client did not open. */
  const requireOwn = ({ driver }: KnexClient, connection: Connection, by?: string): void => {
    if (driver && connection instanceof driver.Client) return
    refuse(planKnexRaw(connection, process.env, by))
  }

  const watches = dialsOtherwise(Dialect, knexsOwn())

  const Guarded = class extends Dialect {
    _driver(): Driver | null {
      const driver: Driver | null = super._driver()
      if (!driver) return driver
      const Client = guardClass(driver.Client, policy, {
        ...placement,
        read: readKnexSettings,
        restate: inKnexTerms,
      })
      return Object.create(driver, { Client: { value: Client }, native: { value: null } })
    }
    initializeExternalPool(connectionPool: unknown): void {
      for (const plan of planKnex({ connectionPool }, process.env)) refuse(plan)
      super.initializeExternalPool(connectionPool)
    }
    getPoolSettings(settings: PoolSettings = {}): TarnSettings {
      const ours = policy.reportOnly ? settings : propagating(settings)
      const made: TarnSettings = super.getPoolSettings(ours)
      return { ...made, create: closing(this as unknown as KnexClient, made.create) }
    }
    // A dialect of the application's own may dial by itself, with whatever it likes.
    async acquireRawConnection(): Promise<Connection> {
      const client = this as unknown as KnexClient
      const refuseOther = (it: Connection) => requireOwn(client, it, 'acquireRawConnection()')
      const acquire = (): Promise<Connection> => super.acquireRawConnection()
      const connection =
        watches && client.driver
          ? await refusingOthers(client.driver.Client, refuseOther, acquire)
          : await acquire()
      try {
        refuseOther(connection)
      } catch (error) {
        close(client, connection)
        throw error
      }
      opened(client, connection)
      return connection
    }
    // Knex writes "cancelling of query failed" over the message of whatever made it fail.
    cancelQuery(connection: Connection): Promise<unknown> {
      return Promise.resolve(super.cancelQuery(connection)).catch((error: unknown) => {
        throw error instanceof PolicyError ? keepingMessage(error) : error
      })
    }
    checkVersion(connection: Connection): Promise<unknown> {
      const client = this as unknown as KnexClient
      return closingOnFailure(client, connection, super.checkVersion(connection))
    }
    setSchemaSearchPath(connection: Connection, path: unknown): Promise<unknown> {
      const client = this as unknown as KnexClient
      return closingOnFailure(client, connection, super.setSchemaSearchPath(connection, path))
    }
    // Before 3.3 the stream of a refused connection releases what it never had, and ends the process.
    releaseConnection(connection: Connection | undefined): Promise<unknown> {
      return connection ? super.releaseConnection(connection) : Promise.resolve()
    }
    query(connection: Connection, query: unknown): Promise<unknown> {
      try {
        requireOwn(this as unknown as KnexClient, connection)
      } catch (error) {
        return Promise.reject(error)
      }
      return super.query(connection, query)
    }
    stream(connection: Connection, query: unknown, stream: Duplex, options: unknown): unknown {
      try {
        requireOwn(this as unknown as KnexClient, connection)
      } catch (error) {
        // Knex takes an error with a connection at hand for one that the stream has told already.
        stream.destroy(error as Error)
        return Promise.reject(error)
      }
      return super.stream(connection, query, stream, options)
    }
  }
  Object.defineProperty(Guarded, 'name', { value: Dialect.name })
  policies.set(Guarded, policy)
  return Guarded
}

/** Knex's own dialect of PostgreSQL, whose way to dial all the others share. */
const knexsOwn = (): DialectClass => knex({ client: 'pg' }).client.constructor

/** The same error, to whose message a later one is put in front. */
function keepingMessage(error: PolicyError): PolicyError {
  const refusal = error.message
  let message = refusal
  return Object.defineProperty(error, 'message', {
    configurable: true,
    get: () => message,
    set: (later: string) => {
      message = `${later}\n\n${refusal}`
    },
  })
}

/** The policy of a guarded dialect; undefined where it is none. */
export const policyOf = (Dialect: unknown): Policy | undefined =>
  typeof Dialect === 'function' ? policies.get(Dialect) : undefined

const policies = new WeakMap<object, Policy>()
