import type { Policy } from '@verify-full/core'
import { judgePosture } from '@verify-full/core/offline'
import type { Judged } from './judge-declaration.js'
import type { ServerDeclaration, SourceFile } from './model.js'

/** Lets core rule on what a server's file says. */
export function judgeServer(
  { posture, places, edits }: ServerDeclaration,
  file: SourceFile,
  policy: Policy,
  now: Date,
): Judged[] {
  const { report } = judgePosture(posture, policy, { now })
  return [...report.violations, ...report.warnings].map((it): Judged => {
    const at = places.get(it.origin.at?.line ?? 0) ?? file.range(0, 0)
    const edit = it.meant === '' ? undefined : edits.get(it.rule)?.(at)
    return {
      rule: it.rule,
      severity: it.severity === 'warning' || policy.reportOnly ? 'warning' : 'error',
      at,
      expected: it.expected,
      actual: it.actual,
      fix: it.fix,
      docs: it.docs,
      ...(edit ? { edits: [edit] } : {}),
    }
  })
}
