import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ConfigFile, findConfigFile, loadConfigFile } from '@verify-full/core'
import {
  formatBaseline,
  type PathPolicy,
  parseBaseline,
  REPORTERS,
  type ScanOptions,
  type ScanPolicyOptions,
  type ScanReport,
  scan,
} from '@verify-full/scan'
import { EXIT, type ExitCode, type Io } from '../command.js'
import type { ScanCommandOptions } from '../scan.js'
import { VERSION } from '../version.js'
import { fixFiles } from './fix-files.js'
import { progress } from './progress.js'

/** Does what `verify-full scan` was asked for. What it throws is exit code 2. */
export function runScan(paths: readonly string[], options: ScanCommandOptions, io: Io): ExitCode {
  const { format } = options
  const reporter = Object.hasOwn(REPORTERS, format) ? REPORTERS[format] : undefined
  if (!reporter) {
    throw new TypeError(`--format must be one of ${Object.keys(REPORTERS).join(', ')}`)
  }
  if (options.updateBaseline && !options.baseline) {
    throw new TypeError('--update-baseline needs --baseline FILE')
  }
  if (options.dryRun && !options.fix) throw new TypeError('--dry-run goes with --fix')
  if (options.fix && options.staged) {
    throw new TypeError('--fix changes files, --staged reads what is staged: use one of them')
  }
  const shown = progress(io)
  const request = scanOptions(paths, options, io)
  const perform = (): ScanReport => scan({ ...request, onProgress: shown.tick })
  let report = perform()
  if (options.fix) {
    const { changed, diff } = fixFiles(report, io.cwd, options.dryRun === true)
    if (options.dryRun) {
      shown.clear()
      io.stdout.write(diff)
      return exitCode(report, options)
    }
    if (changed > 0) report = perform()
  }
  shown.clear()
  if (options.updateBaseline && options.baseline) {
    writeFileSync(resolve(io.cwd, options.baseline), formatBaseline(report))
    io.stderr.write(`verify-full: ${options.baseline} is written\n`)
    return EXIT.clean
  }
  const color = options.output === undefined && usesColor(io)
  const text = reporter(options.quiet ? errorsOnly(report) : report, {
    color,
    version: VERSION,
    now: io.now(),
  })
  if (options.output) writeFileSync(resolve(io.cwd, options.output), text)
  else io.stdout.write(text)
  return exitCode(report, options)
}

const policyFrom = ({ options, overrides }: ConfigFile): ScanPolicyOptions =>
  overrides === undefined ? options : { ...options, overrides: overrides as readonly PathPolicy[] }

function scanOptions(
  paths: readonly string[],
  { config, ignore, staged, since, shard, strict, baseline, updateBaseline }: ScanCommandOptions,
  io: Io,
): ScanOptions {
  const path = config ? resolve(io.cwd, config) : findConfigFile(io.cwd)
  const known = baseline && readBaseline(resolve(io.cwd, baseline), updateBaseline === true)
  return {
    root: io.cwd,
    paths,
    // definePolicy validates what the file exports, whatever it is.
    policy: path ? policyFrom(loadConfigFile(path)) : {},
    ignore,
    now: io.now(),
    ...(staged ? { staged } : {}),
    ...(since === undefined ? {} : { since }),
    ...(shard ? { shard } : {}),
    ...(strict ? { strict } : {}),
    ...(known ? { baseline: known } : {}),
  }
}

function readBaseline(path: string, mayBeMissing: boolean): ReadonlySet<string> | undefined {
  try {
    return parseBaseline(readFileSync(path, 'utf8'))
  } catch (error) {
    if (mayBeMissing && (error as { code?: unknown }).code === 'ENOENT') return undefined
    throw new TypeError(`${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

const exitCode = (
  { counts }: ScanReport,
  { maxWarnings = Infinity }: ScanCommandOptions,
): ExitCode => (counts.error > 0 || counts.warning > maxWarnings ? EXIT.findings : EXIT.clean)

function errorsOnly(report: ScanReport): ScanReport {
  return { ...report, findings: report.findings.filter(({ severity }) => severity === 'error') }
}

/** @see https://no-color.org */
const usesColor = ({ stdout, env }: Io): boolean =>
  env.FORCE_COLOR
    ? env.FORCE_COLOR !== '0'
    : stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
