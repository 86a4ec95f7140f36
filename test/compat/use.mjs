// The contract's process that is to exit by itself.
import { use } from '../contract/used.mjs'
import { refusalIn } from './cases.mjs'
import { open } from './loading.mjs'

await use(async (config) => {
  const database = await open({ config })
  const query = (sql) =>
    database.query(sql).catch((error) => {
      throw refusalIn(error)?.refusal ?? error
    })
  return { query, close: () => database.close() }
})
