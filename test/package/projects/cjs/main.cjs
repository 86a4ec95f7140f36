const assert = require('node:assert/strict')
const { guard, PolicyError } = require('@verify-full/pg')
const pg = require('pg')

assert.throws(
  () => guard(new pg.Pool({ host: 'db.example.com' })),
  (error) => error instanceof PolicyError && error.violations[0].rule === 'sslmode-missing',
)
