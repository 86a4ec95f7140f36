import type { AddressInfo } from 'node:net'
import { guard, PolicyError, verifySession } from '@verify-full/pg'
import pg from 'pg'
import { createApp } from './app.js'

const { DATABASE_URL, HOST = '127.0.0.1', PORT = '3000' } = process.env

async function start(): Promise<void> {
  // Without DATABASE_URL pg reads PGHOST, PGSSLMODE and the others; the guard judges what comes of it.
  const pool = guard(new pg.Pool({ connectionString: DATABASE_URL }))
  pool.on('error', (error) => console.error('an idle connection was lost:', error.message))
  // The configuration was judged above, without a socket; this one asks the server, before any user does.
  await verifySession(pool)

  const server = createApp(pool).listen(Number(PORT), HOST, () => {
    const { port } = server.address() as AddressInfo
    console.log(`listening on http://${HOST}:${port}`)
  })
  const stop = (): void => {
    server.close(() => void pool.end())
  }
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
