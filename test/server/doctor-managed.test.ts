/** The table of managed databases: which host is whose, and that what is unverified says so. */
import { DIAGNOSIS_IDS, MANAGED_DATABASES, managedDatabaseOf } from '@verify-full/server'
import { expect, it } from 'vitest'

it.each([
  ['db.abc.eu-west-1.rds.amazonaws.com', 'Amazon RDS or Aurora'],
  ['DB.ABC.EU-WEST-1.RDS.AMAZONAWS.COM.', 'Amazon RDS or Aurora'],
  ['mydb.cluster-abc.eu-west-1.rds.amazonaws.com', 'Amazon RDS or Aurora'],
  ['mydb.proxy-abc.eu-west-1.rds.amazonaws.com', 'Amazon RDS Proxy'],
  ['db.abc.rds.cn-north-1.amazonaws.com.cn', 'Amazon RDS in China'],
  ['server.postgres.database.azure.com', 'Azure Database for PostgreSQL'],
  ['db.abcdef.supabase.co', 'Supabase'],
  ['ep-cool-1.eu-central-1.aws.neon.tech', 'Neon'],
  ['containers.proxy.rlwy.net', 'Railway'],
  ['rds.amazonaws.com.attacker.example', undefined],
  ['notrds.amazonaws.com', undefined],
  ['neon.tech.example.com', undefined],
  ['10.0.0.1', undefined],
  ['', undefined],
])('%s', (host, name) => {
  expect(managedDatabaseOf(host)?.name).toBe(name)
})

it('every row names a way to be known and what is needed, and unread ones are marked', () => {
  for (const { name, suffixes, subject, ca, docs, unverified } of MANAGED_DATABASES) {
    expect(suffixes.length + (subject ? 1 : 0), name).toBeGreaterThan(0)
    expect(suffixes.filter((suffix) => !suffix.startsWith('.'))).toEqual([])
    expect(ca).not.toBe('')
    if (docs === undefined) expect(unverified, name).toBe(true)
  }
  expect(new Set(DIAGNOSIS_IDS).size).toBe(DIAGNOSIS_IDS.length)
})
