import { PgBoss } from 'pg-boss'
export async function query(account) {
  const boss = new PgBoss({ ...account, supervise: false, schedule: false })
  boss.on('error', () => {})
  try {
    await boss.start()
    return [{ v: 1 }]
  } finally {
    await boss.stop({ graceful: false }).catch(() => {})
  }
}
