import { expect, it } from 'vitest'
import { postgres } from './index.js'

it('a replica follows its primary and has rules of its own', async () => {
  await using primary = await postgres({
    hba: ['local replication postgres trust', 'hostssl all all 127.0.0.1/32 scram-sha-256'],
    settings: { wal_level: 'replica' },
  })
  await primary.admin('create table before (x int)', 'app')
  await using replica = await postgres({
    replicaOf: primary,
    hba: ['host all all 127.0.0.1/32 scram-sha-256'],
  })
  expect(await replica.admin('select pg_is_in_recovery() as standby')).toEqual([{ standby: true }])
  expect(await replica.admin('select count(*)::int as n from before', 'app')).toEqual([{ n: 0 }])
  const rows = await replica.admin("select type from pg_hba_file_rules where database = '{all}'")
  expect(rows.map(({ type }) => type)).toEqual(['local', 'host'])
  await expect
    .poll(() => primary.admin('select state from pg_stat_replication'), { timeout: 10_000 })
    .toEqual([{ state: 'streaming' }])
})
