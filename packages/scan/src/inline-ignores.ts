import { RULE_IDS } from '@verify-full/core'
import type { DirectFinding, SourceFile } from './model.js'
import { directFinding, SCAN_RULE_IDS } from './rules.js'

/** A valid exception: findings of these rules on that line are not counted. */
export interface InlineIgnore {
  readonly line: number
  readonly rules: readonly string[]
  readonly reason: string
  readonly until?: string
}

/** `# verify-full-ignore-next-line RULE[, RULE] [until=2027-01-31] -- reason`, in any kind of comment. */
const COMMENT =
  /^[ \t]*(?:#|\/\/|\/\*|--|;|<!--|\{\/\*|\*|%)[ \t]*verify-full-ignore-next-line\b([^\r\n]*)/gm

/** The exceptions in a file, and findings for those that are expired or say no rule or no reason. */
export function inlineIgnores(
  file: SourceFile,
  now: Date,
): { ignores: InlineIgnore[]; findings: DirectFinding[] } {
  const ignores: InlineIgnore[] = []
  const findings: DirectFinding[] = []
  if (!file.text.includes('verify-full-ignore-next-line')) return { ignores, findings }
  for (const match of file.text.matchAll(COMMENT)) {
    const at = file.range(match.index, match[0].length)
    const refuse = (why: string) => findings.push(directFinding('ignore-without-reason', at, why))
    const [head = '', ...rest] = (match[1] ?? '').split(/\s--(?:\s|$)/)
    const reason = rest
      .join(' -- ')
      .replace(/\s*(?:\*\/\}?|-->)\s*$/, '')
      .trim()
    const until = /\suntil=(\S*)/.exec(head)?.[1]
    const rules = head
      .replace(/\suntil=\S*/, '')
      .split(/[\s,]+/)
      .filter(Boolean)
    if (reason === '') refuse('the exception gives no reason')
    else if (rules.length === 0) refuse('the exception names no rule')
    else if (!rules.every((rule) => KNOWN.has(rule)))
      refuse('the exception names a rule that does not exist')
    else if (until !== undefined && !isDate(until)) refuse('until= is no date like 2027-01-31')
    else if (until !== undefined && new Date(until) <= now)
      findings.push(directFinding('ignore-expired', at, until))
    else
      ignores.push({ line: at.line + 1, rules, reason, ...(until === undefined ? {} : { until }) })
  }
  return { ignores, findings }
}

const KNOWN: ReadonlySet<string> = new Set<string>([...RULE_IDS, ...SCAN_RULE_IDS])
const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text))
