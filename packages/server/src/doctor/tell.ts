import type { Cause } from './address.js'
import { DIAGNOSES, type Facts } from './diagnoses.js'
import { managedDatabaseOf } from './managed.js'
import type { Diagnosis } from './types.js'

/** A cause in words, with what a managed database's host needs where that helps. */
export function tell(cause: Cause, facts: Facts, address: string | undefined): Diagnosis {
  const { step, say } = DIAGNOSES[cause.id]
  const [problem, fix] = say({ ...facts, ...cause })
  const managed = HINTED.includes(step)
    ? managedDatabaseOf(facts.host, cause.certificate?.subject)
    : undefined
  const hint =
    managed &&
    [
      `${facts.host} belongs to ${managed.name}, which needs ${managed.ca}`,
      ...(managed.snag ? [`; ${managed.snag}`] : []),
      ...(managed.docs ? [` (${managed.docs})`] : []),
      ...(managed.unverified ? [' [unverified: ask the provider before you rely on it]'] : []),
    ].join('')
  return {
    id: cause.id,
    step,
    ...(address ? { address } : {}),
    problem,
    fix,
    ...(hint ? { hint } : {}),
    docs: `docs/doctor.md#${cause.id}`,
  }
}

const HINTED: readonly string[] = ['root certificates', 'certificate chain', 'host name']
