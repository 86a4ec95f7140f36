/**
 * `verify-full scan` as a process of its own, beside ripgrep (the floor: it only looks for the words) and
 * secretlint (the peer), on the same tree in one run. All three read every file: nothing in the tree is ignored.
 *
 * The two limits contradict each other unless secretlint takes more than sixty times ripgrep's time and twenty
 * times our start-up: a scan cannot be faster than its own start.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Rows } from './rows.js'
import { makeTree } from './scan-tree.js'

const BIN = fileURLToPath(new URL('../../../../packages/cli/dist/bundle-bin.js', import.meta.url))
const WORDS = 'postgres|PGSSL|PGHOST|sslmode|NODE_TLS_REJECT|rejectUnauthorized|dbname ?='
const LIMITS = { startMillis: 300, floor: 3, linear: 2.5, peer: 20, megabytes: 300 }
const PEER = ['secretlint@13.0.6', '@secretlint/secretlint-rule-preset-recommend@13.0.6']

/** Adds the rows about the scanner, and returns what else was run. Times are printed, not enforced. */
export function scanRows(to: Rows, smoke: boolean): string {
  const root = mkdtempSync(join(tmpdir(), 'verify-full-bench-scan-'))
  try {
    measure(root, to, smoke)
    return 'scan'
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

function measure(root: string, { row, note }: Rows, smoke: boolean): void {
  const [files, runs] = smoke ? [400, 2] : [5000, 7]
  const [half, whole, empty] = ['half', 'whole', 'empty'].map((name) => join(root, name))
  if (!half || !whole || !empty) return
  makeTree(half, files / 2, 9000)
  const bytes = makeTree(whole, files, 9000)
  makeTree(empty, 1, 10)
  const what = `${files} files, ${(bytes / 1e6).toFixed(0)} MB`
  const start = best(runs, () => verifyFull(empty))
  row(
    'scan, start-up',
    `${start.toFixed(0)} ms`,
    `< ${LIMITS.startMillis}`,
    start < LIMITS.startMillis,
    false,
  )
  const time = best(runs, () => verifyFull(whole))
  const work = Math.max(1, time - start)
  if (spawnSync('rg', ['--version']).error) {
    row('scan / ripgrep', 'NOT MEASURED: no rg', `<= ${LIMITS.floor}`, false, false)
  } else {
    const floor = best(runs, () => ripgrep(whole))
    const read = best(runs, () => reading(whole)) - best(runs, () => reading(empty))
    note('scan, Node reading the files / ripgrep', `${(read / floor).toFixed(1)}`)
    const factor = work / floor
    row(
      `scan less start-up / ripgrep, ${what}`,
      `${work.toFixed(0)} / ${floor.toFixed(0)} ms = ${factor.toFixed(1)}`,
      `<= ${LIMITS.floor}`,
      factor <= LIMITS.floor,
      false,
    )
  }
  const growth = work / Math.max(1, best(runs, () => verifyFull(half)) - start)
  row(
    'scan, twice the files',
    `${growth.toFixed(2)} times`,
    `<= ${LIMITS.linear}`,
    growth <= LIMITS.linear,
    false,
  )
  if (smoke) return
  const many = join(root, 'many')
  makeTree(many, 100_000, 300)
  const megabytes = peakMemory(many)
  row(
    'scan, memory, 100000 files',
    `${megabytes.toFixed(0)} MB`,
    `< ${LIMITS.megabytes}`,
    megabytes < LIMITS.megabytes,
    true,
  )
  comparePeer(join(root, 'peer'), row, { what, whole, empty, time, start })
}

/** Milliseconds of the quickest of several runs: what disturbs a run only ever makes it slower. */
export function best(runs: number, once: () => void): number {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    once()
    return performance.now() - start
  })
  return Math.min(...times)
}

/** Exit code 1 means findings, or that Node could not even start: the summary tells. */
function verifyFull(cwd: string, ...node: string[]): string {
  const run = spawnSync(process.execPath, [...node, BIN, 'scan', '--quiet'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (!/\d+ files?, \d+ of them parsed/.test(run.stdout)) {
    throw new Error(`verify-full scan failed: ${run.stderr}`)
  }
  return run.stderr
}

/** All that any scanner in Node has to do: open, read and close each file, and look at none. */
function reading(cwd: string): void {
  const source = `
    const { closeSync, openSync, readdirSync, readSync } = require('node:fs')
    const bytes = Buffer.allocUnsafe(2 ** 18)
    const folder = (path) => {
      for (const it of readdirSync(path, { withFileTypes: true })) {
        const inner = path + '/' + it.name
        if (it.isDirectory()) { folder(inner); continue }
        const fd = openSync(inner)
        readSync(fd, bytes)
        closeSync(fd)
      }
    }
    folder('.')`
  const { status } = spawnSync(process.execPath, ['--eval', source], { cwd })
  if (status !== 0) throw new Error('the tree could not be read')
}

function ripgrep(cwd: string): void {
  spawnSync('rg', ['--count', '--no-messages', WORDS, '.'], { cwd })
}

function peakMemory(cwd: string): number {
  const report =
    'process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)))'
  return (
    Number(verifyFull(cwd, '--import', `data:text/javascript,${encodeURIComponent(report)}`)) / 1024
  )
}

/** What the scanner took for which trees. */
interface Measured {
  readonly what: string
  readonly whole: string
  readonly empty: string
  readonly time: number
  readonly start: number
}

/** secretlint on the same tree, as its manual has it: its recommended rules, on everything below a folder. */
function comparePeer(peer: string, row: Rows['row'], ours: Measured): void {
  const wanted = `>= ${LIMITS.peer}`
  mkdirSync(peer)
  try {
    writeFileSync(join(peer, 'package.json'), '{ "private": true }')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...PEER], {
      cwd: peer,
      stdio: 'pipe',
    })
  } catch {
    row(
      'scan, secretlint / scan',
      'NOT MEASURED: secretlint could not be installed',
      wanted,
      false,
      false,
    )
    return
  }
  const config = join(peer, '.secretlintrc.json')
  writeFileSync(config, '{ "rules": [{ "id": "@secretlint/secretlint-rule-preset-recommend" }] }')
  const command = join(peer, 'node_modules/.bin/secretlint')
  const secretlint = (cwd: string): void => {
    const args = ['--secretlintrc', config, '**/*']
    const { stdout } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 })
    if (!stdout.includes('PostgreSQLConnection'))
      throw new Error('secretlint did not scan the tree')
  }
  const start = best(2, () => secretlint(ours.empty))
  const time = best(2, () => secretlint(ours.whole))
  const compare = (what: string, theirs: number, mine: number): void => {
    const factor = theirs / mine
    const measured = `${theirs.toFixed(0)} / ${mine.toFixed(0)} ms = ${factor.toFixed(1)}`
    row(`secretlint / scan, ${what}`, measured, wanted, factor >= LIMITS.peer, false)
  }
  compare(ours.what, time, ours.time)
  compare('each less its start-up', time - start, Math.max(1, ours.time - ours.start))
}
