/**
 * `verify-full scan` as a process of its own, beside ripgrep (the floor: it asks of each file what the scanner's
 * prefilter asks) and secretlint (the peer), on the same tree in one run: code of installed packages. All three
 * read every file: nothing in the tree is ignored.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyPackages } from './package-tree.js'
import type { Rows } from './rows.js'
import { makeTree } from './scan-tree.js'

const BIN = fileURLToPath(new URL('../../../../packages/cli/dist/bundle-bin.js', import.meta.url))
const { MARKS } = (await import(
  new URL('../../../../packages/scan/dist/files/marks.js', import.meta.url).href
)) as { readonly MARKS: readonly (readonly [mark: string])[] }
/** The prefilter's own marks, on one line each: what follows a command on the next one is left out. */
const QUESTION = MARKS.map(([mark]) => mark.replaceAll('(?:\\\\\r?\n|[^\n])', '.')).join('|')
const WORDS =
  'postgres|PGSSL|PGHOST|sslmode|NODE_TLS_REJECT|rejectUnauthorized|checkServerIdentity|dbname ?='
const LIMITS = { startMillis: 300, floor: 3, linear: 2.5, peer: 20, megabytes: 300 }
/** The version that the limit was set by takes minutes, more per file the more files there are; a later one does not. */
const PEERS = { before: '12.0.0', now: '13.0.6' }

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
  const tree = (name: string): string => join(root, name)
  const bytes = copyPackages(tree('code'), files)
  makeTree(tree('empty'), 1, 10)
  const what = `${files} files, ${(bytes / 1e6).toFixed(0)} MB`
  const start = best(runs, () => verifyFull(tree('empty')))
  row(
    'scan, start-up',
    `${start.toFixed(0)} ms`,
    `< ${LIMITS.startMillis}`,
    start < LIMITS.startMillis,
    false,
  )
  const time = best(runs, () => verifyFull(tree('code')))
  const compare = (folder: string, question: string, work: number): [string, number] => {
    const floor = best(runs, () => ripgrep(folder, question))
    const factor = work / floor
    return [`${work.toFixed(0)} / ${floor.toFixed(0)} ms = ${factor.toFixed(1)}`, factor]
  }
  const hasRipgrep = !spawnSync('rg', ['--version']).error
  const wanted = `<= ${LIMITS.floor}`
  if (hasRipgrep) {
    const [measured, factor] = compare(tree('code'), QUESTION, time - start)
    const met = factor <= LIMITS.floor
    row(`scan less start-up / ripgrep, ${what}`, measured, wanted, met, false)
    note('the same, ripgrep for eight words', compare(tree('code'), WORDS, time - start)[0])
  } else row('scan / ripgrep', 'NOT MEASURED: no rg', wanted, false, false)

  makeTree(tree('half'), files / 2, 9000)
  makeTree(tree('whole'), files, 9000)
  const whole = best(runs, () => verifyFull(tree('whole'))) - start
  const growth = whole / Math.max(1, best(runs, () => verifyFull(tree('half'))) - start)
  row(
    'scan, twice the files',
    `${growth.toFixed(2)} times`,
    `<= ${LIMITS.linear}`,
    growth <= LIMITS.linear,
    false,
  )
  if (hasRipgrep) {
    const read = best(runs, () => reading(tree('whole'))) - best(runs, () => reading(tree('empty')))
    note('made files, scan less start-up / ripgrep', compare(tree('whole'), QUESTION, whole)[0])
    note('made files, Node reading them / ripgrep', compare(tree('whole'), QUESTION, read)[0])
  }
  if (smoke) return
  makeTree(tree('many'), 100_000, 300)
  const megabytes = peakMemory(tree('many'))
  row(
    'scan, memory, 100000 files',
    `${megabytes.toFixed(0)} MB`,
    `< ${LIMITS.megabytes}`,
    megabytes < LIMITS.megabytes,
    true,
  )
  const peer = {
    root,
    tree: tree('code'),
    sample: tree('empty'),
    limit: Math.ceil(time * (LIMITS.peer + 5)),
  }
  const [before, now] = [PEERS.before, PEERS.now].map((version) => secretlint(version, peer))
  const said = (peer: number | undefined): string => {
    if (peer === undefined) return 'NOT MEASURED: it could not be installed'
    const factor = (peer / time).toFixed(1)
    return peer === Infinity
      ? `ended after ${LIMITS.peer + 5} times ours`
      : `${peer.toFixed(0)} / ${time.toFixed(0)} ms = ${factor}`
  }
  for (const [version, millis] of [
    [PEERS.before, before],
    [PEERS.now, now],
  ] as const) {
    const met = millis !== undefined && millis / time >= LIMITS.peer
    row(`secretlint ${version} / scan, ${what}`, said(millis), `>= ${LIMITS.peer}`, met, false)
  }
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

/** Boundaries of words as JavaScript has them: those of Unicode would take ripgrep twenty times as long. */
function ripgrep(cwd: string, question: string): void {
  const args = ['--count', '--no-messages', '--no-unicode', question, '.']
  const { status } = spawnSync('rg', args, { cwd })
  if (status !== 0) throw new Error('ripgrep found nothing, or does not understand the question')
}

function peakMemory(cwd: string): number {
  const report =
    'process.on("exit", () => process.stderr.write(String(process.resourceUsage().maxRSS)))'
  return (
    Number(verifyFull(cwd, '--import', `data:text/javascript,${encodeURIComponent(report)}`)) / 1024
  )
}

interface Peer {
  readonly root: string
  readonly tree: string
  /** A tree of one file that declares a connection. */
  readonly sample: string
  /** Milliseconds after which it is ended. */
  readonly limit: number
}

/**
 * Milliseconds of a version of secretlint, as its manual has it: its recommended rules, on everything below a folder.
 * Infinity where it was ended.
 */
function secretlint(version: string, { root, tree, sample, limit }: Peer): number | undefined {
  const home = join(root, `secretlint-${version}`)
  mkdirSync(home)
  writeFileSync(join(home, 'package.json'), '{ "private": true }')
  const packages = ['secretlint', '@secretlint/secretlint-rule-preset-recommend']
  const wanted = packages.map((it) => `${it}@${version}`)
  const options = { cwd: home, stdio: 'pipe' } as const
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...wanted], options)
  } catch {
    return undefined
  }
  const config = join(home, '.secretlintrc.json')
  writeFileSync(config, '{ "rules": [{ "id": "@secretlint/secretlint-rule-preset-recommend" }] }')
  const command = join(home, 'node_modules/.bin/secretlint')
  const run = (cwd: string, timeout?: number) =>
    spawnSync(command, ['--secretlintrc', config, '**/*'], {
      ...{ cwd, timeout, encoding: 'utf8', maxBuffer: 2 ** 28 },
      ...{ killSignal: 'SIGKILL' },
    })
  if (!run(sample).stdout.includes('PostgreSQLConnection')) {
    throw new Error(`secretlint ${version} does not scan`)
  }
  const start = performance.now()
  const { error } = run(tree, limit)
  return error ? Infinity : performance.now() - start
}
