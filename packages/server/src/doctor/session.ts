import type { Violation } from '@verify-full/core'
import type { Cause } from './address.js'
import type { DiagnosisId, SessionOutcome, Step } from './types.js'

/** What came of the guard's own connection: a step, and the cause where it failed. */
export function readSession(outcome: SessionOutcome): { step: Step; causes: readonly Cause[] } {
  const id = 'session'
  switch (outcome.kind) {
    case 'accepted': {
      const { session } = outcome.report
      const pooled = session.server?.sameBackend === false
      return pooled
        ? { step: { id, status: 'warning', detail: POOLED }, causes: [] }
        : { step: { id, status: 'passed', detail: 'encrypted, and the server agrees' }, causes: [] }
    }
    case 'skipped':
      return { step: { id, status: 'skipped', detail: outcome.reason }, causes: [] }
    case 'failed': {
      const cause: Cause = { id: FAILED[outcome.code] ?? 'session-failed', code: outcome.code }
      return { step: { id, status: 'failed', detail: outcome.code }, causes: [cause] }
    }
    case 'refused':
      return {
        step: {
          id,
          status: 'failed',
          detail: outcome.violations.map(({ rule }) => rule).join(', '),
        },
        causes: outcome.violations.map(refused),
      }
  }
}

const POOLED =
  'encrypted on both hops, but a pooler stands in between: whether it verifies PostgreSQL (server_tls_sslmode = verify-full) cannot be seen from here'

const FAILED: Readonly<Record<string, DiagnosisId>> = {
  '28P01': 'password-wrong',
  '28000': 'password-wrong',
  '3D000': 'database-missing',
  '42501': 'database-missing',
}

function refused({ rule, written, actual, fix }: Violation): Cause {
  if (rule === 'session-not-ssl' && written === 'pooler') return { id: 'pooler-plaintext' }
  if (rule === 'session-mismatch') return { id: 'pooler-reencrypts', found: actual }
  const id = rule === 'channel-binding-missing' ? rule : 'session-refused'
  return { id, found: actual, fix }
}
