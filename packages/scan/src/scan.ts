import { statSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { decode, isBinary } from './bytes.js'
import { namedExtractorOf } from './extract/registry.js'
import { changedSince, stagedFiles } from './files/git.js'
import { isCandidate } from './files/marks.js'
import { readBytes } from './files/read-bytes.js'
import { inShard, type Shard } from './files/shard.js'
import { isGenerated, isSkippedPath } from './files/skipped.js'
import { type Walked, walk } from './files/walk.js'
import type { ScanFinding, ScanReport, ScanSeverity, SourceFile, Suppressed } from './model.js'
import { definePathPolicies, type ScanPolicyOptions } from './path-policy.js'
import { projectFiles } from './project-files.js'
import { directFinding } from './rules.js'
import { scanFile } from './scan-file.js'
import { sourceFile } from './source-file.js'
import { TakesTooLong, within } from './within.js'

/** Options of {@link scan}. */
export interface ScanOptions {
  /** The folder that paths are relative to, and that reports are about. */
  readonly root: string
  /** @default ['.'] */
  readonly paths?: readonly string[]
  /** What `verify-full.config.*` exports. @default {} */
  readonly policy?: ScanPolicyOptions
  /** Whether .gitignore, .verify-fullignore and vendored folders are skipped. @default true */
  readonly ignore?: boolean
  /** Only what is staged in git, as it is staged. @default false */
  readonly staged?: boolean
  /** Only what differs from this git revision. */
  readonly since?: string
  readonly shard?: Shard
  /** What is undetermined or unreadable is an error. @default false */
  readonly strict?: boolean
  /** Fingerprints of findings that are known: they are not counted. */
  readonly baseline?: ReadonlySet<string>
  /** The clock. @default now */
  readonly now?: Date
  /** Called after every file with how many there were. */
  onProgress?(files: number): void
}

/**
 * Looks for PostgreSQL connections below the policy in the files of a folder.
 *
 * @throws TypeError on a wrong policy, a path that does not exist, a git command that fails.
 * @example
 * import { scan } from '@verify-full/scan'
 *
 * const { findings } = scan({ root: process.cwd(), policy: { minTlsVersion: 'TLSv1.3' } })
 * process.exitCode = findings.some(({ severity }) => severity === 'error') ? 1 : 0
 */
export function scan(options: ScanOptions): ScanReport {
  const { root, now = new Date(), strict = false, baseline } = options
  const started = process.hrtime.bigint()
  const policyOf = definePathPolicies(options.policy ?? {})
  const staged = options.staged ? stagedFiles(root) : undefined
  const project = projectFiles(root, staged)
  const findings: ScanFinding[] = []
  const suppressed: Suppressed[] = []
  const files = { scanned: 0, parsed: 0, bytes: 0 }
  const examine = ({ file, problem }: Read): ReturnType<typeof scanFile> => {
    const policy = policyOf(file.path)
    const unreadable =
      problem === undefined ? [] : [directFinding('file-unreadable', file.range(0, 0), problem)]
    const context = project.contextOf(file.path)
    return scanFile(file, { policy, now, strict, context }, unreadable)
  }
  let pending: Read[] = []
  let characters = 0
  const examineAll = (): void => {
    for (const found of together(pending, characters, examine)) {
      for (const finding of found.findings) {
        if (baseline?.has(finding.fingerprint)) suppressed.push({ finding, by: 'baseline' })
        else findings.push(finding)
      }
      suppressed.push(...found.suppressed)
      for (const host of found.hosts) project.hosts.add(host)
    }
    pending = []
    characters = 0
  }
  const toExamine = (file: SourceFile, problem?: string): void => {
    pending.push({ file, problem })
    characters += file.text.length
    if (pending.length >= TOGETHER.files || characters >= TOGETHER.characters) examineAll()
  }
  const visit = ({ path, problem }: Walked): void => {
    const read =
      problem ?? staged?.get(path) ?? readBytes(isAbsolute(path) ? path : `${root}/${path}`)
    if (typeof read === 'string') {
      toExamine(sourceFile(path, ''), read)
      return
    }
    files.bytes += read.length
    if (!isCandidate(read) && !namedExtractorOf(path)?.always) return
    if (isBinary(read) || (options.ignore !== false && isGenerated(read))) return
    files.parsed++
    toExamine(sourceFile(path, decode(read), modeOf(root, path)))
  }
  const last: Walked[] = []
  for (const walked of wanted(options, staged)) {
    if (options.shard && !inShard(walked.path, options.shard)) continue
    files.scanned++
    options.onProgress?.(files.scanned)
    if (namedExtractorOf(walked.path)?.last) last.push(walked)
    else visit(walked)
  }
  examineAll()
  for (const walked of last) visit(walked)
  examineAll()
  findings.sort((a, b) => order(a.path, b.path) || a.at.offset - b.at.offset)
  const counts: Record<ScanSeverity, number> = { error: 0, warning: 0, note: 0 }
  for (const { severity } of findings) counts[severity]++
  return {
    version: 1,
    findings,
    suppressed,
    files,
    counts,
    fixable: findings.filter(({ edits }) => edits).length,
    durationMillis: Number((process.hrtime.bigint() - started) / 1_000_000n),
  }
}

interface Read {
  readonly file: SourceFile
  readonly problem: string | undefined
}

/** How much is examined in one go. */
const TOGETHER = { files: 32, characters: 500_000 }

/** Examines files in the time that they have together; where that was not enough, again, each in its own. */
function together<T>(files: readonly Read[], characters: number, examine: (file: Read) => T): T[] {
  try {
    return within(characters, () => files.map(examine))
  } catch (error) {
    if (error instanceof TakesTooLong) return files.map(examine)
    throw error
  }
}

/** The paths to look at: what git says, below the paths that were asked for, or a walk. */
function* wanted(
  { root, paths = ['.'], ignore = true, since }: ScanOptions,
  staged: ReadonlyMap<string, Buffer> | undefined,
): Iterable<Walked> {
  const changed = staged
    ? [...staged.keys()]
    : since === undefined
      ? undefined
      : changedSince(root, since)
  if (!changed) {
    yield* walk({ root, paths, ignore })
    return
  }
  const below = paths.map((path) => relative(root, resolve(root, path)).split(sep).join('/'))
  for (const path of changed) {
    const asked = below.some((it) => it === '' || path === it || path.startsWith(`${it}/`))
    if (asked && !(ignore && isSkippedPath(path))) yield { path }
  }
}

function modeOf(root: string, path: string): number | undefined {
  if (process.platform === 'win32') return undefined
  return statSync(resolve(root, path), { throwIfNoEntry: false })?.mode
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
