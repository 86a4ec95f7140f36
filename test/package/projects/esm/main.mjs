import assert from 'node:assert/strict'
import { createAuthority } from '@verify-full/certs'
import * as core from '@verify-full/core'
import { guard, PolicyError } from '@verify-full/pg'
import pg from 'pg'

assert.throws(
  () => guard({ host: 'db.example.com' }),
  (error) => error instanceof PolicyError && error.violations[0].rule === 'sslmode-missing',
)
assert.equal(PolicyError, core.PolicyError, 'there is one core')

const { certificate } = await createAuthority({ name: 'Development root' })
const pool = new pg.Pool({ host: 'db.example.com', ssl: { ca: certificate } })
assert.equal(guard(pool), pool)
