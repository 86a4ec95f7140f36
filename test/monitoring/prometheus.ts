import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { end, freePort, start } from '../support/postmaster.js'

/** Whether Debian's package `prometheus` (or another build) is on PATH. A suite must say so when not. */
export const prometheusAvailable = (): boolean =>
  ['prometheus', 'promtool'].every(
    (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
  )

export interface Prometheus extends AsyncDisposable {
  /** The value of each series that an expression yields now. */
  query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]>
  /** The labels of every target, and the address that it is scraped at. */
  targets(): Promise<{ instance: string; scraped: string }[]>
  alerts(): Promise<{ labels: Record<string, string>; state: string }[]>
}

/** Runs a real Prometheus in a directory of its own with these files; `prometheus.yml` is its configuration. */
export async function prometheus(files: Readonly<Record<string, string>>): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'verify-full-prometheus-'))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content)
  const port = await freePort()
  const { child } = await start(
    'prometheus',
    [
      `--config.file=${join(dir, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    /Server is ready to receive web requests/,
    {},
  )
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)
    return ((await response.json()) as { data: T }).data
  }
  type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] }
  type Targets = {
    activeTargets: { labels: Record<string, string>; scrapeUrl: string }[]
  }
  return {
    async query(expression) {
      const { result } = await get<Vector>(`query?query=${encodeURIComponent(expression)}`)
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
    },
    async targets() {
      const { activeTargets } = await get<Targets>('targets')
      return activeTargets.map(({ labels, scrapeUrl }) => ({
        instance: labels.instance ?? '',
        scraped: new URL(scrapeUrl).host,
      }))
    },
    async alerts() {
      const { alerts } = await get<{
        alerts: { labels: Record<string, string>; state: string }[]
      }>('alerts')
      return alerts
    },
    async [Symbol.asyncDispose]() {
      await end(child, ['SIGTERM', 'SIGKILL'], 5000)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
