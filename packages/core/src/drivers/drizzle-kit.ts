import type { Origin, Plan } from '../model.js'
import { type Env, has, type PgConfig, peek } from './pg/options.js'
import { planPg } from './pg/plan.js'
import { isSslMode } from './pg/words.js'

/**
 * What drizzle-kit would do with the `dbCredentials` of a drizzle.config (bin.cjs of 0.31.11, with pg
 * installed): a `url` is all that counts; without one, no `ssl` is full verification, and the strings
 * `require`, `allow` and `prefer` verify nothing.
 *
 * @see https://orm.drizzle.team/docs/drizzle-config-file#dbcredentials
 * @example
 * import { planDrizzleKit } from '@verify-full/core/offline'
 *
 * const [plan] = planDrizzleKit({ host: 'db.example.com', ssl: 'require' }, {})
 * export const attempt = plan.transports[0] // tls, not verified
 */
export function planDrizzleKit(credentials: PgConfig, env: Env): [Plan] {
  const url = peek(credentials, 'url')
  const written = peek(credentials, 'ssl')
  const config =
    typeof url === 'string'
      ? { connectionString: url }
      : { ...credentials, ssl: has(credentials, 'ssl') ? optionOf(written) : {} }
  const [plan] = planPg(config, env) as [Plan]
  const told: Plan = { ...plan, driver: 'drizzle-kit' }
  if (typeof url === 'string' || !isSslMode(written)) return [told]
  const origin: Origin = { via: 'option', key: 'ssl' }
  return [{ ...told, decidedBy: origin, sslmode: { mode: written, origin } }]
}

const optionOf = (ssl: unknown): unknown =>
  ssl === 'require' || ssl === 'allow' || ssl === 'prefer'
    ? { rejectUnauthorized: false }
    : ssl === 'verify-full'
      ? {}
      : ssl
