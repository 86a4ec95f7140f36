import { randomBytes } from 'node:crypto'
import { isLoopback } from '@verify-full/core'
import type { ProveOptions } from '../prove.js'

type Env = Readonly<Record<string, string | undefined>>

/** The application's environment, but for where its database is. */
export interface Stage {
  /** The name that the application dials: its own where that is this machine. */
  readonly host: string
  /** What was written for it, where that had to be replaced. */
  readonly replaced?: string
  /** The variable that held no connection string, where the application was given a good one in its place. */
  readonly unset?: string
  /** The environment with the server at a port. */
  at(port: number): Record<string, string>
}

/**
 * Points an environment at this machine. The query of the connection string stays, its root certificate
 * is replaced, and login and password are made up: no secret of the application's is sent to anything.
 *
 * @throws {TypeError} where the variable holds no URL.
 */
export function stage(env: Env, options: ProveOptions, rootPath: string): Stage {
  const written = env[options.env] || DEFAULT
  if (!URL.canParse(written)) {
    throw new TypeError(
      `environment variable ${options.env} holds no URL: prove replaces its host and port`,
    )
  }
  const url = new URL(written)
  const apart = options.hostEnv ? env[options.hostEnv] : undefined
  const dialled = (apart || url.hostname).replace(/^\[(.*)\]$/, '$1')
  const host = isLoopback(dialled) ? dialled : 'localhost'
  url.hostname = host.includes(':') ? `[${host}]` : host
  const isApart = options.hostEnv !== undefined || options.portEnv !== undefined
  url.username = 'prove-user'
  url.password = randomBytes(9).toString('hex')
  if (url.searchParams.has('sslrootcert')) url.searchParams.set('sslrootcert', rootPath)
  const own = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return {
    host,
    ...(host === dialled ? {} : { replaced: dialled }),
    ...(env[options.env] || isApart ? {} : { unset: options.env }),
    at(port) {
      url.port = String(port)
      return {
        ...Object.fromEntries(own),
        [options.env]: url.href,
        ...(options.hostEnv ? { [options.hostEnv]: host } : {}),
        ...(options.portEnv ? { [options.portEnv]: String(port) } : {}),
        ...(options.rootEnv ? { [options.rootEnv]: rootPath } : {}),
      }
    },
  }
}

const DEFAULT = 'postgres://localhost/prove?sslmode=verify-full&sslrootcert=root.crt'
