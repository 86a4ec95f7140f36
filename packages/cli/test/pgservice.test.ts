import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planLibpq } from '@verify-full/core/offline'
import { afterAll, expect, test } from 'vitest'
import { serviceFiles } from '../src/explain/pgservice.js'

// psql is the oracle: the host of every service is a folder that does not exist, which its error names.

const root = mkdtempSync(join(tmpdir(), 'verify-full-services-'))
afterAll(() => rmSync(root, { recursive: true }))
const write = (folder: string, name: string, text: string): string => {
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, name), text)
  return join(root, folder)
}
const HOME = write('home', '.pg_service.conf', '[app]\nhost=/home-app\n[mine]\nhost=/home-mine\n')
const PGSYSCONFDIR = write('sys', 'pg_service.conf', '[app]\nhost=/sys-app\n[all]\nhost=/sys-all\n')
const PGSERVICEFILE = join(write('own', 'file', '[app]\nhost=/own-app\n'), 'file')
const EMPTY = write('empty', 'file', '')

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
const dialled = (conninfo: string, env: Record<string, string>): string => {
  try {
    const [plan] = planLibpq({ conninfo }, env, serviceFiles(env, read))
    return plan.endpoint.kind === 'unix' ? plan.endpoint.path : 'a host'
  } catch (error) {
    return error instanceof Error ? 'refused' : 'thrown'
  }
}
const psql = (conninfo: string, env: Record<string, string>): string | undefined => {
  const { stderr, error } = spawnSync('psql', ['-X', '-w', '-d', conninfo], {
    env: { PATH: process.env.PATH, LC_ALL: 'C', ...env },
    encoding: 'utf8',
  })
  if (error) return undefined
  const socket = /on socket "(.*)\/\.s/.exec(stderr)?.[1]
  return socket ?? (/service/.test(stderr) ? 'refused' : stderr)
}
const installed = psql('', {}) !== undefined

test.each<[conninfo: string, env: Record<string, string>, where: string]>([
  ['service=app', { HOME, PGSYSCONFDIR }, '/home-app'],
  ['service=all', { HOME, PGSYSCONFDIR }, '/sys-all'],
  ['postgresql:///?service=mine', { HOME, PGSYSCONFDIR }, '/home-mine'],
  ['service=app', { HOME, PGSYSCONFDIR, PGSERVICEFILE }, '/own-app'],
  ['service=mine', { HOME, PGSYSCONFDIR, PGSERVICEFILE }, 'refused'],
  ['service=all', { HOME, PGSYSCONFDIR, PGSERVICEFILE }, '/sys-all'],
  ['service=app', { HOME, PGSYSCONFDIR, PGSERVICEFILE: join(EMPTY, 'missing') }, 'refused'],
  ['service=app', { HOME: EMPTY, PGSYSCONFDIR }, '/sys-app'],
  ['service=app', { HOME: EMPTY, PGSYSCONFDIR: EMPTY }, 'refused'],
  ['', { HOME, PGSYSCONFDIR, PGSERVICE: 'app' }, '/home-app'],
  ['host=/mine', { HOME, PGSYSCONFDIR, PGSERVICE: 'app' }, '/mine'],
])(
  `%j %j, ${installed ? 'as psql does' : 'psql not found: RECORDED OUTCOMES ONLY'}`,
  (conninfo, env, where) => {
    expect(dialled(conninfo, env)).toBe(where)
    if (installed) expect(psql(conninfo, env)).toBe(where)
  },
)
