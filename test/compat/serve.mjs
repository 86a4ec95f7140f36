/** The contract's other end: opens databases and queries them as it is told over the process's channel. */
import diagnostics from 'node:diagnostics_channel'
import { refusalIn } from './cases.mjs'
import { open } from './loading.mjs'

const CHANNELS = ['verify-full:violation', 'verify-full:session']

const databases = new Map()
const transactions = new Map()
/** What was published, so that an error's report is known to be the same object at the other end. */
const published = []
for (const channel of CHANNELS) {
  diagnostics.subscribe(channel, (payload) => {
    process.send({ channel, payload, index: published.push(payload) - 1 })
  })
}

const operations = {
  async open({ database, ...given }) {
    databases.set(database, await open(given))
  },
  query: ({ database, transaction, sql }) =>
    transaction === undefined
      ? databases.get(database).query(sql)
      : transactions.get(transaction).query(sql),
  /** Answers when the transaction has begun; `end` is its end. */
  begin: ({ database, transaction }) =>
    new Promise((resolve, reject) => {
      const begun = (query) =>
        new Promise((commit, rollback) => {
          transactions.set(transaction, { query, commit, rollback, ended })
          resolve()
        })
      const ended = databases.get(database).transaction(begun)
      ended.catch(reject)
    }),
  async end({ transaction, failed }) {
    const { commit, rollback, ended } = transactions.get(transaction)
    transactions.delete(transaction)
    if (failed) rollback(new Error('rolled back'))
    else commit()
    await ended
  },
  close: ({ database }) => databases.get(database).close(),
}

function told(error) {
  const { refusal } = refusalIn(error) ?? {}
  const { name, message, code, stack, cause } = refusal ?? error
  return {
    ...{ name, message, code, stack },
    ...(cause ? { cause: { name: cause.name, message: cause.message, code: cause.code } } : {}),
    ...(refusal ? { index: published.indexOf(refusal.report), report: refusal.report } : {}),
  }
}

process.on('message', async ({ id, operation, ...given }) => {
  try {
    const rows = await operations[operation](given)
    process.send({ id, rows: operation === 'query' ? rows : undefined })
  } catch (error) {
    process.send({ id, error: told(error) })
  }
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })
