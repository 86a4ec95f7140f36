import { createHash } from 'node:crypto'
import { declareText } from './declare/strings.js'
import { extractorOf } from './extract/registry.js'
import { frame } from './frame.js'
import { inlineIgnores } from './inline-ignores.js'
import { type Judged, judgeDeclaration } from './judge-declaration.js'
import { judgeServer } from './judge-server.js'
import { lenientPath } from './leniency.js'
import type { DirectFinding, ExtractContext, ScanFinding, SourceFile, Suppressed } from './model.js'
import type { PolicyForPath } from './path-policy.js'
import { directFinding } from './rules.js'

export interface FileCircumstances {
  readonly policy: PolicyForPath
  readonly now: Date
  /** Notes about what cannot be determined or read count as errors. */
  readonly strict: boolean
  readonly context: ExtractContext
}

const NOBODY: ReadonlySet<string> = new Set()

/** Rules whose notes `--strict` turns into errors. */
const STRICT = new Set(['undetermined', 'file-unreadable'])

/** What one file says, judged; what its own comments except is set aside. */
export function scanFile(
  file: SourceFile,
  circumstances: FileCircumstances,
  also: readonly DirectFinding[] = [],
): { findings: ScanFinding[]; suppressed: Suppressed[]; hosts: string[] } {
  const { policy, now, strict, context } = circumstances
  const extractor = extractorOf(file.path)
  const extracted = extractor.extract(file, context)
  const { ignores, findings: about } = inlineIgnores(file, now)
  const lenient = policy.named ? undefined : lenientPath(file.path)
  // What a parser could not read may still hold a connection string.
  const rest = extracted.incomplete === undefined ? [] : declareText(file)
  const judged = [...extracted.declarations, ...rest].map((it) =>
    judgeDeclaration(it, policy.policy, now, extracted.localHosts ?? NOBODY),
  )
  const servers = (extracted.servers ?? []).flatMap((it) =>
    judgeServer(it, file, policy.policy, now),
  )
  const all: Judged[] = [
    ...judged.flatMap((it) => it.findings),
    ...servers,
    ...(extracted.findings ?? []),
    ...about,
    ...also,
  ]
  if (extracted.incomplete !== undefined)
    all.push(directFinding('file-unreadable', file.range(0, 0), extracted.incomplete))

  const findings: ScanFinding[] = []
  const suppressed: Suppressed[] = []
  const seen = new Map<string, number>()
  const places = new Set<string>()
  for (const { secrets, waived, ...it } of all.sort(inOrder)) {
    const place = `${it.rule} ${it.at.offset} ${it.at.length}`
    if (places.has(place)) continue
    places.add(place)
    const local = policy.localWritten ? lenient : (it.local ?? lenient)
    const severity = STRICT.has(it.rule) && strict ? 'error' : local ? 'note' : it.severity
    // A server on this machine, or in an example, need not have a certificate: its files are not rewritten.
    const { local: _, edits, ...rest } = it
    const shown = it.at.length > 0 ? frame(file, it.at, secrets) : undefined
    const identity = `${it.rule}\n${file.path}\n${shown?.text.replace(/\s+/g, ' ').trim() ?? ''}`
    const nth = seen.get(identity) ?? 0
    seen.set(identity, nth + 1)
    const finding: ScanFinding = {
      ...rest,
      severity,
      path: file.path,
      kind: extractor.name,
      ...(shown ? { frame: shown } : {}),
      ...(local ? { local } : edits ? { edits } : {}),
      fingerprint: createHash('sha256').update(`${identity}\n${nth}`).digest('hex').slice(0, 32),
    }
    const ignored = ignores.find(
      ({ line, rules }) => line === it.at.line && rules.includes(it.rule),
    )
    if (waived) {
      const { reason, until } = waived
      suppressed.push({ finding, by: 'waiver', reason, until: until.toISOString() })
    } else if (ignored) {
      const { reason, until } = ignored
      suppressed.push({ finding, by: 'ignore', reason, ...(until === undefined ? {} : { until }) })
    } else findings.push(finding)
  }
  return { findings, suppressed, hosts: judged.flatMap(({ hosts }) => hosts) }
}

/** By place; where two readers say the same of one place, the worse one is kept. */
const inOrder = (a: Judged, b: Judged): number =>
  a.at.offset - b.at.offset || Number(a.local !== undefined) - Number(b.local !== undefined)
