/** examples/monitoring with a real Prometheus, and its rules with promtool. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { type Running, start } from '../cli/run.js'
import { hostile, type PkiFiles, type PostgresServer, pki, postgres } from '../support/index.js'
import { prometheus, prometheusAvailable } from './prometheus.js'

const EXAMPLE = fileURLToPath(new URL('../../examples/monitoring/', import.meta.url))
const read = (name: string): string => readFileSync(`${EXAMPLE}${name}`, 'utf8')
/** What the panels of the dashboard ask. */
const panels = (): readonly string[] =>
  JSON.parse(read('dashboards/verify-full.json')).panels.flatMap(
    ({ targets }: { targets: { expr: string }[] }) => targets.map(({ expr }) => expr),
  )
const available = prometheusAvailable()
const title = available
  ? 'a real Prometheus'
  : 'NOT TESTED: prometheus and promtool are not installed (apt-get install prometheus)'

let files: PkiFiles
let folder: string
let loose: PostgresServer
let strict: PostgresServer
let exporter: Running
let address: string

beforeAll(async () => {
  files = await (await pki()).write()
  folder = files.dir
  ;[loose, strict] = await Promise.all([
    postgres({ hba: ['host all all all scram-sha-256'] }),
    postgres({ hba: ['hostssl all all all scram-sha-256'] }),
  ])
  await loose.admin('grant pg_monitor to app')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(
    `${folder}/modules.yml`,
    `modules: { default: { rootCert: ${files.root}, user: app, passwordEnv: PASSWORD } }`,
  )
  const argv = ['exporter', '--listen', '127.0.0.1:0', '--modules', `${folder}/modules.yml`]
  exporter = start(argv, { env: { PASSWORD: 'secret-app-pw' } })
  await vi.waitFor(() => expect(exporter.err()).toContain('http://'), { timeout: 10_000 })
  address = /http:\/\/(\S+)/.exec(exporter.err())?.[1] ?? ''
})
afterAll(async () => {
  await exporter?.stop()
  await Promise.all([loose?.stop(), strict?.stop(), files?.[Symbol.asyncDispose]()])
})

describe.runIf(available)(title, () => {
  const promtool = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: EXAMPLE })
    expect(`${stdout}${stderr}`).not.toMatch(/FAILED/)
    expect(status, `${stdout}${stderr}`).toBe(0)
  }
  it('promtool check rules', () => promtool('check', 'rules', 'verify-full.rules.yml'))
  it('promtool test rules', () => promtool('test', 'rules', 'verify-full.test.yml'), 60_000)
  it.each(['prometheus.yml', 'prometheus-sharded.yml'])('promtool check config %s', (name) =>
    promtool('check', 'config', name),
  )

  it('scrapes two servers through the exporter, and the alerts see what is wrong', async () => {
    const targets = [loose, strict].map(({ port }) => `localhost:${port}`)
    await using running = await prometheus({
      'prometheus.yml': read('prometheus.yml')
        .replaceAll('127.0.0.1:9849', address)
        .replace('scrape_interval: 60s', 'scrape_interval: 5s\n  evaluation_interval: 1s')
        .replace('scrape_timeout: 10s', 'scrape_timeout: 5s'),
      'verify-full.rules.yml': read('verify-full.rules.yml').replace(/for: \d+[mh]/g, 'for: 0s'),
      'targets.yml': JSON.stringify([{ targets }]),
    })
    const wait = { timeout: 40_000, interval: 200 }
    await vi.waitFor(async () => {
      const up = await running.query('verify_full_up')
      expect(up.map(({ metric, value }) => `${metric.instance} ${value}`).sort()).toEqual(
        targets.map((target) => `${target} 1`).sort(),
      )
    }, wait)
    await vi.waitFor(async () => {
      const accepted = await running.query('verify_full_plaintext_accepted == 1')
      expect(accepted.map(({ metric }) => metric.instance)).toEqual([targets[0]])
    }, wait)
    await vi.waitFor(async () => {
      const alerts = await running.alerts()
      const about = (name: string) =>
        alerts
          .filter(({ labels }) => labels.alertname === name)
          .map(({ labels }) => labels.instance)
      expect(about('PostgresPlaintextAccepted')).toEqual([targets[0]])
      expect(about('PostgresCertificateNotTrusted')).toEqual([])
      // Neither role may see pg_hba_file_rules, one not even the sessions: that is not clean.
      expect(new Set(about('PostgresTlsNotSeen'))).toEqual(new Set(targets))
    }, wait)
    await vi.waitFor(async () => {
      expect(await running.query('verify_full_exporter_probes_total')).not.toEqual([])
    }, wait)
    // What Grafana would ask: Prometheus understands it, and the panels that always have a value have one.
    for (const expression of panels()) {
      const found = await running.query(expression)
      if (/vector\(0\)$/.test(expression)) expect(found, expression).toHaveLength(1)
    }
  }, 120_000)

  it('shards servers over exporters: each server has exactly one, always the same', async () => {
    const servers = Array.from({ length: 300 }, (_, index) => `db${index}.example.com:5432`)
    // Nobody is scraped at these addresses: what counts is who would be.
    const config = read('prometheus-sharded.yml').replace(
      'scrape_interval: 60s',
      'scrape_interval: 1h',
    )
    const shards = async () => {
      await using running = await prometheus({
        'prometheus.yml': config.replace(/exporter-(\d):9849/g, '127.0.0.1:1$1'),
        'verify-full.rules.yml': read('verify-full.rules.yml'),
        'targets.yml': JSON.stringify([{ targets: servers }]),
      })
      await vi.waitFor(async () => expect(await running.targets()).toHaveLength(300), {
        timeout: 30_000,
      })
      return new Map((await running.targets()).map(({ instance, scraped }) => [instance, scraped]))
    }
    const first = await shards()
    expect([...first.keys()].sort()).toEqual([...servers].sort())
    const sizes = ['10', '11', '12'].map(
      (port) => [...first.values()].filter((scraped) => scraped === `127.0.0.1:${port}`).length,
    )
    expect(sizes.reduce((sum, size) => sum + size)).toBe(300)
    for (const size of sizes) expect(size).toBeGreaterThan(50)
    expect(await shards()).toEqual(first)
  }, 90_000)
})

it('every alert is seen to fire in the tests of the rules, and to be silent for a clean server', () => {
  type Case = { alertname: string; exp_alerts?: unknown[] }
  const alerts = parse(read('verify-full.rules.yml')).groups.flatMap(
    ({ rules }: { rules: { alert: string }[] }) => rules.map(({ alert }) => alert),
  )
  const cases: Case[] = parse(read('verify-full.test.yml')).tests.flatMap(
    ({ alert_rule_test }: { alert_rule_test: Case[] }) => alert_rule_test,
  )
  const named = (fires: boolean) =>
    new Set(
      cases.filter((one) => (one.exp_alerts ?? []).length > 0 === fires).map((it) => it.alertname),
    )
  expect(named(true)).toEqual(new Set(alerts))
  expect(named(false)).toEqual(new Set(alerts))
})

it('alerts and dashboard speak of metrics that the exporter has', async () => {
  const probe = async (port: number) =>
    (await fetch(`http://${address}/probe?target=localhost:${port}`)).text()
  await using off = await hostile({ answer: 'silence' })
  // Survivors are only known to a role that sees the rules.
  await loose.admin('grant select on pg_hba_file_rules to app', 'app')
  await loose.admin('grant execute on function pg_hba_file_rules() to app', 'app')
  const body = (await Promise.all([loose.port, strict.port, off.port].map(probe))).join('\n')
  const known = new Set([...body.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  const expressions = [
    ...parse(read('verify-full.rules.yml')).groups.flatMap(
      ({ rules }: { rules: { expr: string }[] }) => rules.map(({ expr }) => expr),
    ),
    ...panels(),
  ]
  const used = new Set(expressions.flatMap((one) => one.match(/verify_full_\w+/g) ?? []))
  expect(used.size).toBeGreaterThan(9)
  expect([...used].filter((name) => !known.has(name))).toEqual([])
  expect(readdirSync(EXAMPLE)).toContain('README.md')
})
