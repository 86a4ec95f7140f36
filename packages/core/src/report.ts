import type { DriverName, Endpoint, Session } from './model.js'
import type { Violation } from './rules.js'

/** Whose connection, and where it goes. */
export interface Whose {
  readonly driver: DriverName
  /** Which of several connections of one configuration: `replication.slaves[1]`. */
  readonly name?: string
  readonly endpoint: Endpoint
}

export const whose = ({ driver, name, endpoint }: Whose): Whose => ({
  driver,
  ...(name === undefined ? {} : { name }),
  endpoint,
})

/** What was judged and what came of it. Holds no user name, no password, no query. */
export interface Report extends Whose {
  readonly violations: readonly Violation[]
  readonly warnings: readonly Violation[]
  /** Violations that `dangerouslyAllow` waives, with the reason. */
  readonly waived: readonly Waived[]
  /** False where `reportOnly` let a violation pass. */
  readonly enforced: boolean
}

export interface Waived {
  readonly violation: Violation
  readonly reason: string
  readonly until: Date
}

/** A session that was accepted. */
export interface SessionReport extends Report {
  readonly session: Session
  /** Whole days until the server's certificate expires; null without TLS. */
  readonly certificateDaysLeft: number | null
  /** Which roots were trusted: a file path, an option, or `system`. */
  readonly roots: string | null
  readonly sessionCheck: 'both' | 'local'
}
