import { createRequire } from 'node:module'
import { events, guard, PolicyError, verifySession } from '@verify-full/knex'
import type { Knex } from 'knex'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { knexVersions } from '../drivers/knex-versions.js'
import { type Pki, type PostgresServer, pki, postgres } from '../support/index.js'

let server: PostgresServer
let set: Pki
beforeAll(async () => {
  set = await pki()
  server = await postgres({ settings: { max_connections: 250 } })
})
afterAll(() => server.stop())

const account = () => ({
  host: '127.0.0.1',
  port: server.port,
  user: server.user,
  password: server.password,
  database: server.database,
})
const right = () => ({ ...account(), ssl: { ca: set.root.root } })
const url = (query: string, scheme = 'postgres') =>
  `${scheme}://${server.user}:${server.password}@127.0.0.1:${server.port}/${server.database}${query}`

describe.each(knexVersions())('$name', ({ knex }) => {
  const Dialect = (client: string) => knex({ client }).client.constructor as typeof Knex.Client
  function open(config: Knex.Config): Knex {
    const db = knex(config)
    onTestFinished(() => db.destroy())
    return db
  }

  it('connects', async () => {
    const db = open(guard({ client: Dialect('pg'), connection: right() }))
    expect((await db.raw('select 1 as v')).rows).toEqual([{ v: 1 }])
    console.log(await verifySession(db))
  })
  it('refuses', async () => {
    expect(() => guard({ client: Dialect('pg'), connection: account() })).toThrow(PolicyError)
    expect(() => guard(url('?sslmode=verify-full', 'pg'))).toThrow(PolicyError)
    for (const t of [
      url('?sslmode=verify-full', 'pg'),
      url('?sslmode=require'),
      url('?ssl=false'),
      { ...account(), sslmode: 'verify-full' },
      'postgres://u:p@/db?sslmode=verify-full',
    ])
      try {
        guard({ client: 'pg', connection: t })
      } catch (e) {
        console.log((e as Error).message)
      }
    try {
      guard({ client: 'pgnative', connection: right() })
    } catch (e) {
      console.log((e as Error).message)
    }
    const db = guard(open({ client: 'pg', connection: right() }))
    await expect(db('x').connection(new pg.Client())).rejects.toThrow('')
  })
})
