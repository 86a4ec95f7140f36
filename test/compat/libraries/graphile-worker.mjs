import { Logger, makeWorkerUtils } from 'graphile-worker'
import pg from 'pg'
export async function query(account) {
  const pgPool = new pg.Pool(account)
  pgPool.on('error', () => {})
  const logger = new Logger(() => () => {})
  let utils
  try {
    utils = await makeWorkerUtils({ pgPool, logger })
    await utils.migrate()
    return [{ v: 1 }]
  } finally {
    await utils?.release()
    await pgPool.end()
  }
}
