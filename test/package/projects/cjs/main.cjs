const assert = require('node:assert/strict')
const { guard, PolicyError } = require('@verify-full/pg')
const { guard: guardKnex } = require('@verify-full/knex')
const { guard: guardTypeOrm } = require('@verify-full/typeorm')
const knex = require('knex')
const pg = require('pg')
const { DataSource } = require('typeorm')

const refused = (error) =>
  error instanceof PolicyError && error.violations[0].rule === 'sslmode-missing'

assert.throws(() => guard(new pg.Pool({ host: 'db.example.com' })), refused)
assert.throws(() => guardKnex({ client: 'pg', connection: { host: 'db.example.com' } }), refused)
assert.throws(
  () => guardKnex(knex({ client: 'pg', connection: { host: 'db.example.com' } })),
  refused,
)
assert.throws(
  () => guardTypeOrm(new DataSource({ type: 'postgres', host: 'db.example.com' })),
  refused,
)
