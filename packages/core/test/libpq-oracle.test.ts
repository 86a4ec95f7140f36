import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseConnInfo } from '../src/conninfo/dsn.js'
import { type LibpqConfig, type LibpqVersion, planLibpq } from '../src/drivers/libpq/plan.js'
import { DSN_CASES } from './conninfo/dsn-cases.js'
import { hostileText } from './conninfo/hostile-text.js'
import { LIBPQ_CASES, MORE_CASES } from './conninfo/uri-cases.js'

// psql is the oracle: it hands its -d to the real libpq. Nothing leaves this machine.

/** The program itself where pg_config knows it: Debian's psql is a Perl script around it. */
const program = (): string => {
  const { stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  const direct = join((stdout ?? '').trim(), 'psql')
  return stdout && existsSync(direct) ? direct : 'psql'
}
const PSQL = program()

const version = ((): LibpqVersion | undefined => {
  const { stdout } = spawnSync(PSQL, ['--version'], { encoding: 'utf8' })
  const major = Number(/ (\d+)/.exec(stdout ?? '')?.[1])
  return ([14, 15, 16, 17, 18] as const).find((known) => known === major)
})()
const title = version
  ? `the real libpq ${version} agrees`
  : 'psql not found (or not 14 to 18): RECORDED OUTCOMES ONLY, libpq was not asked'

const psql = (conninfo: string, env: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((resolve) => {
    const options = {
      env: { PATH: process.env.PATH, LC_ALL: 'C', HOME: '/nonexistent', ...env },
      timeout: 20_000,
    }
    const args = ['-X', '-w', '-d', conninfo, '-c', '']
    execFile(PSQL, args, options, (_, __, stderr) => resolve(stderr))
  })

/** Asks about many strings with four psqls at a time; answers in the order of the strings. */
async function ask(
  strings: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const answers: string[] = []
  const queue = strings.entries()
  const worker = async () => {
    for (const [index, conninfo] of queue) answers[index] = await psql(conninfo, env)
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return answers
}

/** libpq checks channel_binding after it has read the string and before it dials: no network. */
const STOP = { PGCHANNELBINDING: 'stop' }
const STOPPED = /invalid channel_binding value: "stop"|could not match \d+/

const accepts = (conninfo: string): boolean => {
  try {
    parseConnInfo(conninfo, version)
    return true
  } catch {
    return false
  }
}

describe.skipIf(!version)(title, () => {
  test('on which strings are connection strings', { timeout: 120_000 }, async () => {
    const written = [...LIBPQ_CASES, ...MORE_CASES, ...DSN_CASES].map(([text]) => text)
    const drawn = fc.sample(hostileText, { numRuns: 40, seed: 1 })
    const strings = [...written, ...drawn.map((text, i) => (i % 2 ? `postgres://${text}` : text))]
    const answers = await ask(strings, STOP)
    const theirs = strings.map((text, i) => [text, STOPPED.test(answers[i] ?? '')])
    expect(strings.map((text) => [text, accepts(text)])).toEqual(theirs)
    expect(theirs.filter(([, accepted]) => accepted).length).toBeGreaterThan(80)
  })

  // Ports and directories where nothing listens.
  test('on what is dialled', { timeout: 120_000 }, async () => {
    const env = { PGSSLMODE: 'disable', PGPORT: '9' }
    const strings = [
      'postgres://127.0.0.1:1/db',
      'postgres://u:p@127.0.0.1',
      'postgres://[::1]:2/db',
      'postgres://127.0.0.1:1,127.0.0.2:3,[::1]:4/db',
      'postgres://127.0.0.1,127.0.0.2/db?port=5',
      'postgres://127.0.0.1:1/db?port=6',
      'postgres://db.invalid:1?hostaddr=127.0.0.3',
      'postgres://%2Fnonexistent%2Fa:1/db',
      'postgres://:1/db?host=/nonexistent/b',
      'postgres://127.0.0.1,%2Fnonexistent/db?port=1,2',
      "host='/nonexistent/c d' port=' 8 '",
      'host=127.0.0.1 hostaddr=127.0.0.4 port=',
      'host=x,y hostaddr=127.0.0.5,127.0.0.6 port=1,2',
      'host=@verify-full-nonexistent port=1',
    ]
    const answers = await ask(strings, env)
    for (const [index, conninfo] of strings.entries()) {
      expect([conninfo, ...named(answers[index] ?? '')]).toEqual([
        conninfo,
        ...planned({ conninfo, ...(version ? { version } : {}) }, env),
      ])
    }
  })

  test('on what is refused before anything is dialled', { timeout: 120_000 }, async () => {
    const strings = [
      'host=127.0.0.1 port=1',
      'host=127.0.0.1 port=1 sslmode=verify_full',
      'host=127.0.0.1 port=1 sslmode=',
      'host=127.0.0.1 port=1 sslmode=VERIFY-FULL',
      'host=127.0.0.1 port=1 gssencmode=x',
      'host=127.0.0.1 port=1 target_session_attrs=x',
      'host=127.0.0.1 port=1 channel_binding=',
      'host=127.0.0.1 port=1 ssl_min_protocol_version=tlsv1.3',
      'host=127.0.0.1 port=1 ssl_min_protocol_version=',
      'host=127.0.0.1 port=1 ssl_min_protocol_version=TLSv1.4',
      'host=127.0.0.1 port=1 ssl_max_protocol_version=TLSv1.1',
      'host=127.0.0.1 port=1 ssl_min_protocol_version=TLSv1 ssl_max_protocol_version=TLSv1',
      'host=127.0.0.1,127.0.0.2 port=1,2,3',
      'host=127.0.0.1 hostaddr=127.0.0.1,127.0.0.2 port=1',
      'port=1,2',
      'host=127.0.0.1 port=0',
      'host=127.0.0.1 port=65536',
      'host=127.0.0.1 port=1x',
      'host=127.0.0.1 port=-1',
      'host=127.0.0.1 port=1 sslrootcert=system',
      'host=127.0.0.1 port=1 sslrootcert=system sslmode=require',
      'host=127.0.0.1 port=1 sslnegotiation=direct',
      'host=127.0.0.1 port=1 sslnegotiation=direct sslmode=require',
    ]
    const dials = (conninfo: string): boolean => {
      try {
        return planLibpq({ conninfo, ...(version ? { version } : {}) }, {}).length > 0
      } catch {
        return false
      }
    }
    const answers = await ask(strings, {})
    expect(strings.map((text) => [text, dials(text)])).toEqual(
      strings.map((text, i) => [text, /connection to server/.test(answers[i] ?? '')]),
    )
  })
})

describe.skipIf(version)(title, () => {
  test.skip('psql 14 to 18 on PATH runs these tests', () => {})
})

/** What psql says it dialled: `address:port`, or a socket's directory. */
const named = (stderr: string): string[] =>
  [
    ...stderr.matchAll(
      /connection to server (?:at "(.*?)".*?, port (.*?)|on socket "(.*)\/\.s.*?") failed/g,
    ),
  ].map(([, address, port, socket]) => socket ?? `${address}:${Number(port)}`)

const planned = (config: LibpqConfig, env: Readonly<Record<string, string>>): string[] =>
  planLibpq(config, env).map(({ endpoint }) =>
    endpoint.kind === 'unix'
      ? endpoint.path
      : `${endpoint.hostaddr ?? endpoint.host}:${endpoint.port}`,
  )
