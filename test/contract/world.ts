/** What the cases of the contract share: one server, its certificates, and what an outcome is. */
import { type Events, events, PolicyError, type PolicyOptions } from '@verify-full/core'
import { expect, it, onTestFinished } from 'vitest'
import type { Pki, PkiFiles, PostgresServer } from '../support/index.js'
import {
  type Adapter,
  type Config,
  type Database,
  type Feature,
  POOL_SIZE,
  type Target,
} from './adapter.js'

/** Filled before the first case. */
export interface World {
  server: PostgresServer
  set: Pki
  files: PkiFiles
}

export const PASSWORD_ONLY: readonly string[] = ['hostssl all all 127.0.0.1/32 scram-sha-256']

/** The account of the server, without a word about TLS. */
export const accountOf = ({ server }: World, port: number = server.port): Target => ({
  host: '127.0.0.1',
  port,
  user: server.user,
  password: server.password,
  database: server.database,
})

/** The same, verified. */
export const verified = (world: World, port?: number): Target => ({
  ...accountOf(world, port),
  ssl: { ca: world.set.root.root },
})

export const urlOf = ({ user, password, host, port, database }: Target, query = ''): string =>
  `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${database}${query}`

/**
 * Payloads of one event for one port, until the test has finished. Tests that run side by side pass their
 * own `onTestFinished`.
 */
export function watch<K extends 'verify-full:violation' | 'verify-full:session'>(
  name: K,
  port: number,
  finished: typeof onTestFinished = onTestFinished,
): Events[K][] {
  const seen: Events[K][] = []
  const listener = (payload: Events[K]) => {
    const { endpoint } = payload
    if (endpoint.kind === 'tcp' && endpoint.port === port) seen.push(payload)
  }
  events.on(name, listener)
  finished(() => events.off(name, listener))
  return seen
}

/** A case that needs a feature, or its title saying that it was not tested. */
export function itWith(
  feature: Feature,
  { name, lacks }: Adapter,
  title: string,
  body: () => Promise<void>,
): void {
  if (lacks?.includes(feature)) it.skip(`NOT TESTED, ${name} has no ${feature}: ${title}`, body)
  else it(title, body)
}

/** Opens, asks once, closes: the rows, or the guard's error as `unwrap` finds it. */
export async function outcome(
  adapter: Adapter,
  config: Config,
  policy?: PolicyOptions,
  sql = 'select 1 as v',
): Promise<unknown> {
  let database: Database | undefined
  try {
    database = await adapter.open(config, policy)
    return await database.query(sql)
  } catch (error) {
    return adapter.unwrap?.(error) ?? error
  } finally {
    await database?.close()
  }
}

/** What a promise rejects with, as the guard made it. */
export const rejection = (adapter: Adapter, promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'not refused',
    (error: unknown) => adapter.unwrap?.(error) ?? error,
  )

/** Demands a refusal by this rule first of all, that tells no secret. */
export function expectRefusal(error: unknown, rule: string, { password }: Target): PolicyError {
  expect(error).toBeInstanceOf(PolicyError)
  const refusal = error as PolicyError
  expect(refusal.violations[0]?.rule).toBe(rule)
  expect(`${refusal.stack} ${JSON.stringify(refusal.report)}`).not.toContain(password)
  return refusal
}

/**
 * Demands one event per refusal, and that the caller got the guard's very objects: an error's report is
 * the payload of its event.
 */
export function expectSameObjects(
  errors: readonly PolicyError[],
  published: readonly object[],
): void {
  expect(published).toHaveLength(errors.length)
  const reports = new Set<object>(errors.map(({ report }) => report))
  expect(reports.size).toBe(errors.length)
  expect(published.filter((payload) => !reports.has(payload))).toEqual([])
}

/** The same, and less of an adapter that does not dial once: one event per connection, and in them what callers got. */
export function expectEvents(
  { dialsOnce = true }: Adapter,
  errors: readonly PolicyError[],
  published: readonly object[],
): void {
  if (dialsOnce) {
    expectSameObjects(errors, published)
    return
  }
  expect(errors.filter(({ report }) => !published.includes(report))).toEqual([])
  expect(published.length).toBeLessThanOrEqual(errors.length + POOL_SIZE)
}

/**
 * Waits until every connection through a proxy, from now on, has been accepted or refused: one that a pool has dialled
 * for nobody would be refused to the next caller.
 */
export function settling(link: {
  readonly port: number
  readonly connections: number
}): () => Promise<void> {
  const accepted = watch('verify-full:session', link.port)
  const refused = watch('verify-full:violation', link.port)
  return () => expect.poll(() => link.connections - accepted.length - refused.length).toBe(0)
}

/** Asks until the guard refuses: the first answer may still be of a connection that is being lost. */
export async function firstRefusal(adapter: Adapter, database: Database): Promise<PolicyError> {
  let error: unknown
  await expect
    .poll(async () => {
      error = await rejection(adapter, database.query('select 1'))
      return error instanceof PolicyError
    })
    .toBe(true)
  return error as PolicyError
}

/** Asks until a query succeeds; returns its rows. */
export async function firstRows(database: Database, sql: string): Promise<unknown> {
  let rows: unknown
  await expect
    .poll(async () => {
      rows = await database.query(sql).catch(() => undefined)
      return rows
    })
    .toBeDefined()
  return rows
}
