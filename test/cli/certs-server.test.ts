/**
 * What `certs init` makes, in a real PostgreSQL: judged by libpq (psql) and by the guard, on the installed
 * version, and with VERIFY_FULL_MATRIX=1 on every supported one.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { guard, verifySession } from '@verify-full/pg'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type PostgresServer, postgres } from '../support/index.js'
import { run } from './run.js'

const psql = spawnSync('psql', ['--version'], { encoding: 'utf8' })
if (psql.status !== 0) console.warn('NOT TESTED: psql is not on PATH, so libpq did not judge')
const versions = process.env.VERIFY_FULL_MATRIX === '1' ? [14, 15, 16, 17, 18] : [18]

/** The indented lines below a title. */
const section = (out: string, title: string): string[] =>
  (out.split(new RegExp(`^${title}.*\n`, 'm'))[1]?.split('\n\n')[0] ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

describe.each(versions)('PostgreSQL %s', (version) => {
  describe.each([
    ['an authority', ['--client', 'app', '--docker-compose']],
    ['--self-signed', ['--self-signed']],
  ])('%s', (_, more) => {
    let dir = ''
    let out = ''
    let server: PostgresServer
    const file = (name: string): string => readFileSync(join(dir, 'certs', name), 'utf8')
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'verify-full-init-'))
      const argv = ['certs', 'init', '--host', 'localhost', '--ip', '127.0.0.1', ...more]
      const made = await run(argv, { cwd: dir })
      expect(made.code).toBe(0)
      out = made.out
      const settings = section(out, 'postgresql.conf')
        .map((line) => line.split(' = ') as [string, string])
        .filter(([name]) => !/_file$/.test(name))
        .map(([name, value]) => [name, value.replaceAll("'", '')] as const)
      server = await postgres({
        version,
        certificate: {
          certificate: file('server.crt'),
          key: file('server.key'),
          ca: file('root.crt'),
        },
        hba: section(out, 'pg_hba.conf'),
        settings: Object.fromEntries(settings.filter(([name]) => name !== 'ssl')),
      })
    })
    afterAll(async () => {
      await server?.stop()
      await rm(dir, { recursive: true, force: true })
    })
    /** The strings that were printed, for this server. */
    const strings = (): string[] =>
      section(out, 'clients').map((text) =>
        text
          .replace('USER:PASSWORD', `${server.user}:${server.password}`)
          .replace('/DATABASE', `/${server.database}`)
          .replace(':5432', `:${server.port}`),
      )
    /** With clients the role `app` is authenticated by its certificate alone: the last string. */
    const working = (): string => strings().at(-1) ?? ''

    it('the guard connects with the printed string', async () => {
      const pool = guard(new pg.Pool({ connectionString: working() }))
      const { session } = await verifySession(pool)
      expect(session).toMatchObject({ local: { authorized: true }, server: { ssl: true } })
      expect((await pool.query('select 1 as v')).rows).toEqual([{ v: 1 }])
      await pool.end()
    })

    it.skipIf(psql.status !== 0)(
      psql.status === 0
        ? 'psql connects with the printed string'
        : 'NOT TESTED: psql is not on PATH',
      () => {
        const ask = (text: string, env = {}) =>
          spawnSync(
            'psql',
            ['-XAtc', 'select ssl from pg_stat_ssl where pid = pg_backend_pid()', text],
            {
              encoding: 'utf8',
              env: { PATH: process.env.PATH, ...env },
            },
          )
        expect(ask(working())).toMatchObject({ status: 0, stdout: 't\n' })
        const plaintext = ask(working().replace('verify-full', 'disable'))
        expect(plaintext.status).toBe(2)
        expect(plaintext.stderr).toContain('no encryption')
        const elsewhere = ask(working().replace('localhost', '127.0.0.1'))
        expect(elsewhere).toMatchObject({ status: 0, stdout: 't\n' })
      },
    )

    if (more.includes('--docker-compose'))
      it("the container's pg_hba.conf and settings are what this server understands", async () => {
        const compose = file('compose.yaml')
        const { db } = parse(compose).services
        expect(Object.keys(parse(compose))).toEqual(['services', 'volumes'])
        expect(db.entrypoint.concat(db.command)).toHaveLength(3)
        for (const mount of db.volumes.slice(0, -1)) file(mount.split(':')[0])
        // All that compose would replace in it.
        expect(compose.match(/\$[^$]\w*/g)).toEqual(['${POSTGRES_PASSWORD'])
        const given = [...compose.matchAll(/-c (\w+)=(\S+)/g)].map((match) => match[1])
        expect(given).toContain('hba_file')
        const known = await server.admin('select name from pg_settings')
        expect(known.map(({ name }) => name)).toEqual(expect.arrayContaining(given))
        expect(compose).not.toContain('ca.key')
        expect(compose).not.toMatch(/PASSWORD: \w/)
        const hba = file('pg_hba.conf').trim().split('\n')
        await server.setHba(hba)
        const rules = await server.admin('select type, error from pg_hba_file_rules')
        expect(rules.filter(({ error }) => error !== null)).toEqual([])
        expect(rules.map(({ type }) => type)).not.toContain('host')
      })
  })
})
