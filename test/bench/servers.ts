/** The commands that look at servers, as processes of their own, beside sslscan and testssl.sh. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pki, postgres } from '../support/index.js'
import type { Rows } from './rows.js'
import { best } from './scan.js'
import { simulated } from './simulated.js'

const BIN = fileURLToPath(new URL('../../../../packages/cli/dist/bundle-bin.js', import.meta.url))
const LIMITS = {
  probeMillis: 150,
  auditSeconds: 30,
  roundSeconds: 60,
  megabytes: 300,
  peerMillis: 60_000,
}

const SMOKE_RUNS = 2

/**
 * The peers, each as it comes but for what would only print; testssl.sh does versions alone, all of it takes
 * minutes. The probe opens four connections at once: a verified handshake with a startup packet in it, TLS 1.0 and
 * 1.1, direct TLS with TLS 1.2, and a plaintext startup; each costs PostgreSQL a process, which is most of the time.
 */
const PEERS: readonly (readonly [name: string, argv: (port: number) => readonly string[]])[] = [
  ['sslscan', (port) => ['--starttls-psql', `127.0.0.1:${port}`]],
  [
    'testssl',
    (port) => [
      ...['--quiet', '--warnings', 'off', '--nodns', 'none', '-t', 'postgres', '-p'],
      `127.0.0.1:${port}`,
    ],
  ],
]

/**
 * sslscan without all that the probe does not look at. It neither ends a handshake to find a version nor verifies
 * a chain, so that this is no limit: it says how near a program in C without a start-up of Node's is.
 */
const LEAST = (port: number): readonly string[] => [
  ...['--starttls-psql', '--no-ciphersuites', '--no-groups', '--no-fallback'],
  ...['--no-renegotiation', '--no-compression', '--no-heartbleed', `127.0.0.1:${port}`],
]

/** Adds the rows about servers. Times are printed, not enforced: they are this machine's. */
export async function serverRows(to: Rows, smoke: boolean): Promise<string> {
  const { row } = to
  const set = await pki()
  const folder = mkdtempSync(join(tmpdir(), 'verify-full-bench-servers-'))
  await using server = await postgres({ settings: { max_connections: 400 } })
  try {
    const roots = join(folder, 'root.crt')
    writeFileSync(roots, set.root.root)
    const conninfo = (port: number) =>
      `host=localhost hostaddr=127.0.0.1 port=${port} user=app dbname=app sslmode=verify-full sslrootcert=${roots}`
    oneProbe(conninfo(server.port), server.port, to, smoke ? SMOKE_RUNS : 9)
    const many = smoke ? 20 : 500
    using fleet = await simulated(many, set.certificate('good'))
    const fleets = [
      ['targets, one PostgreSQL', Array<number>(many).fill(server.port)],
      ['simulated targets', fleet.ports],
    ] as const
    for (const [what, ports] of fleets) {
      const file = join(folder, 'targets.json')
      const targets = ports.map((port) => ({ conninfo: conninfo(port) }))
      writeFileSync(file, JSON.stringify({ targets }))
      const seconds = await auditSeconds(file)
      const met = seconds < LIMITS.auditSeconds
      const wanted = `< ${LIMITS.auditSeconds} s`
      row(`audit, ${many} ${what}`, `${seconds.toFixed(1)} s`, wanted, met, false)
    }
    const modules = join(folder, 'modules.json')
    const module = { rootCert: roots, user: 'app', connect: false }
    writeFileSync(modules, JSON.stringify({ modules: { default: module } }))
    await exporterRound(modules, smoke ? 40 : 1000, row)
    return `${many} targets`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function oneProbe(conninfo: string, port: number, { row, note }: Rows, runs: number): void {
  const node = best(runs, () => spawnSync(process.execPath, ['--eval', '0']))
  const whole = best(runs, () => audit(conninfo))
  const own = whole - node
  const cpu = Math.min(...Array.from({ length: runs }, () => cpuOf(conninfo) - cpuOf()))
  const measured = `${own.toFixed(0)} ms (whole process ${whole.toFixed(0)}, CPU ${cpu.toFixed(0)})`
  const met = own < LIMITS.probeMillis
  row('probe, without Node start-up', measured, `< ${LIMITS.probeMillis}`, met, false)
  if (runs === SMOKE_RUNS) return
  for (const [name, argv] of PEERS) {
    const theirs = peerMillis(name, argv(port))
    const what = `probe, ${name} / probe without Node start-up`
    if (theirs === undefined) row(what, `NOT MEASURED: no ${name}`, '> 1', false, false)
    else row(what, ratio(theirs, own), '> 1', theirs > own, false)
  }
  const least = peerMillis('sslscan', LEAST(port))
  if (least !== undefined) note('probe, the least of sslscan / probe', ratio(least, own))
}

const ratio = (theirs: number, own: number): string =>
  `${theirs < LIMITS.peerMillis ? '' : 'more than '}${theirs.toFixed(0)} / ${own.toFixed(0)} ms = ${(theirs / own).toFixed(1)}`

/** Milliseconds of a whole process; undefined where the program is not installed. */
function peerMillis(program: string, argv: readonly string[]): number | undefined {
  if (spawnSync(program, ['--version']).error) return undefined
  const first = best(1, () => peer(program, argv))
  // testssl.sh is a shell script that may take minutes.
  if (first > 5000) return first
  return Math.min(
    first,
    best(3, () => peer(program, argv)),
  )
}

/** Without credentials: exit code 0 for a clean server. */
const auditOf = (...argv: readonly string[]): readonly string[] => [
  ...[BIN, 'audit', ...argv],
  ...['--no-connect', '--format', 'json'],
]

function audit(conninfo: string): void {
  const { status, stderr } = spawnSync(process.execPath, auditOf(conninfo), { encoding: 'utf8' })
  if (status !== 0) throw new Error(`verify-full audit failed: ${stderr}`)
}

/** Not waited for in this thread, which has the simulated servers. */
async function auditSeconds(file: string): Promise<number> {
  const started = performance.now()
  const run = spawn(process.execPath, auditOf('--targets', file), { stdio: 'ignore' })
  const [code] = await once(run, 'close')
  if (code !== 0) throw new Error(`verify-full audit exits with ${code}`)
  return (performance.now() - started) / 1000
}

/** Milliseconds of CPU of an audit, or of Node alone: what else the machine does counts for less. */
function cpuOf(conninfo?: string): number {
  const tell = `process.on('exit', () => {
    const { user, system } = process.cpuUsage()
    process.stderr.write('CPU ' + (user + system))
  })`
  const argv = conninfo ? auditOf(conninfo) : ['--eval', '0']
  const told = ['--import', `data:text/javascript,${encodeURIComponent(tell)}`]
  const { stderr } = spawnSync(process.execPath, [...told, ...argv], { encoding: 'utf8' })
  return Number(/CPU (\d+)$/.exec(stderr)?.[1]) / 1000
}

function peer(program: string, argv: readonly string[]): void {
  const { stdout, error } = spawnSync(program, argv, {
    encoding: 'utf8',
    timeout: LIMITS.peerMillis,
  })
  if (!error && !/TLS ?v?1\.3/.test(stdout)) throw new Error(`${program} did not reach the server`)
}

/** Every target once, as many at a time as the exporter takes: what one scrape interval has to hold. */
async function exporterRound(modules: string, count: number, row: Rows['row']): Promise<void> {
  using targets = await simulated(count, (await pki()).certificate('good'))
  const argv = [BIN, 'exporter', '--listen', '127.0.0.1:0', '--modules', modules]
  const exporter = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    const [said] = (await once(exporter.stderr, 'data')) as [Buffer]
    const [url] = /http:\S+/.exec(String(said)) ?? []
    const queue = targets.ports.values()
    const started = performance.now()
    const scrape = async (): Promise<void> => {
      for (const port of queue) {
        const body = await (await fetch(`${url}/probe?target=localhost:${port}`)).text()
        if (!body.includes('verify_full_up 1')) throw new Error(`no metrics: ${body}`)
      }
    }
    await Promise.all(Array.from({ length: 32 }, scrape))
    const seconds = (performance.now() - started) / 1000
    const own = await (await fetch(`${url}/metrics`)).text()
    const value = (name: string): number =>
      Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(own)?.[1] ?? Number.NaN)
    const cpu = (value('process_cpu_seconds_total') / count) * 1000
    const megabytes = value('process_resident_memory_bytes') / 2 ** 20
    const what = `exporter, ${count} simulated targets`
    const measured = `${seconds.toFixed(1)} s, ${cpu.toFixed(1)} ms of CPU each`
    const { roundSeconds, megabytes: most } = LIMITS
    row(`${what}, one round`, measured, `< ${roundSeconds} s`, seconds < roundSeconds, false)
    row(`${what}, memory`, `${megabytes.toFixed(0)} MB`, `< ${most}`, megabytes < most, true)
  } finally {
    exporter.kill()
  }
}
