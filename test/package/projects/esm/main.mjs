import assert from 'node:assert/strict'
import { createAuthority } from '@verify-full/certs'
import * as core from '@verify-full/core'
import { guard as guardKnex } from '@verify-full/knex'
import { guard, PolicyError } from '@verify-full/pg'
import { probe } from '@verify-full/server'
import { guard as guardTypeOrm } from '@verify-full/typeorm'
import knex from 'knex'
import pg from 'pg'
import { DataSource } from 'typeorm'

const refused = (error) =>
  error instanceof PolicyError && error.violations[0].rule === 'sslmode-missing'

assert.throws(() => guard({ host: 'db.example.com' }), refused)
assert.throws(() => guardKnex({ client: 'pg', connection: { host: 'db.example.com' } }), refused)
assert.throws(() => guardTypeOrm({ type: 'postgres', host: 'db.example.com' }), refused)
assert.equal(PolicyError, core.PolicyError, 'there is one core')

const { certificate } = await createAuthority({ name: 'Development root' })
const right = { host: 'db.example.com', ssl: { ca: certificate } }
const pool = new pg.Pool(right)
assert.equal(guard(pool), pool)

const db = knex({ client: 'pg', connection: right })
assert.equal(guardKnex(db), db)
await db.destroy()

const dataSource = new DataSource({ type: 'postgres', ...right })
assert.equal(guardTypeOrm(dataSource), dataSource)

// Installed without @opentelemetry/api, which is needed by its own entry only.
assert.equal(typeof probe, 'function')
await assert.rejects(() => import('@verify-full/server/opentelemetry'), {
  code: 'ERR_MODULE_NOT_FOUND',
})
