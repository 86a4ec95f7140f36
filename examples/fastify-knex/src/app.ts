import { PolicyError, verifySession } from '@verify-full/knex'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Knex } from 'knex'

/** The service; closing it destroys `db` too. */
export function createApp(db: Knex): FastifyInstance {
  const app = Fastify()

  app.get('/health', () => verifySession(db))

  app.get('/time', () => db.select({ now: db.fn.now() }).first())

  app.setErrorHandler((error, _request, reply) => {
    console.error(error instanceof PolicyError ? error.message : error)
    return reply.code(503).send({ error: 'the database cannot be used' })
  })
  app.addHook('onClose', () => db.destroy())
  return app
}
