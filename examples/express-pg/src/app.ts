import { PolicyError, verifySession } from '@verify-full/pg'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type pg from 'pg'

export function createApp(pool: pg.Pool): Express {
  const app = express()

  app.get('/health', async (_request, response) => {
    response.json(await verifySession(pool))
  })

  app.get('/time', async (_request, response) => {
    const { rows } = await pool.query<{ now: Date }>('select now()')
    response.json(rows[0])
  })

  const failed: ErrorRequestHandler = (error, _request, response, _next) => {
    console.error(error instanceof PolicyError ? error.message : error)
    response.status(503).json({ error: 'the database cannot be used' })
  }
  return app.use(failed)
}
