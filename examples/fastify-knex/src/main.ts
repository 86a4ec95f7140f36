import { guard, PolicyError, verifySession } from '@verify-full/knex'
import knex from 'knex'
import { createApp } from './app.js'

const { DATABASE_URL = '', HOST = '127.0.0.1', PORT = '3000' } = process.env

async function start(): Promise<void> {
  const db = knex(guard({ client: 'pg', connection: DATABASE_URL }))
  const app = createApp(db)
  try {
    // The configuration was judged above, without a socket; this one asks the server.
    await verifySession(db)
    const address = await app.listen({ host: HOST, port: Number(PORT) })
    console.log(`listening on ${address}`)
  } catch (error) {
    await app.close()
    throw error
  }
  const stop = (): void => void app.close()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

try {
  await start()
} catch (error) {
  // The message of a refusal says what to change; its stack would only hide that.
  console.error(error instanceof PolicyError ? error.message : error)
  process.exitCode = 1
}
