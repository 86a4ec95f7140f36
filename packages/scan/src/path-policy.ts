import { definePolicy, type Policy, type PolicyOptions } from '@verify-full/core'
import type { Ignore } from 'ignore'
import { ignoring } from './files/ignoring.js'

/** A policy for some paths: `{ files: ['deploy/**'], policy: { local: 'refuse' } }`. */
export interface PathPolicy {
  /** Patterns in gitignore's syntax, relative to the scanned root. */
  readonly files: string | readonly string[]
  /** Options that replace those of the policy file for these paths. */
  readonly policy: PolicyOptions
}

/** What `verify-full.config.*` may hold for a scan: the policy, and exceptions by path. */
export interface ScanPolicyOptions extends PolicyOptions {
  readonly overrides?: readonly PathPolicy[]
}

export interface PolicyForPath {
  readonly policy: Policy
  /** Whether an override names the path: then it is no test fixture, whatever it is called. */
  readonly named: boolean
  /** Whether `local` was written: then it decides about local hosts, not the scanner's leniency. */
  readonly localWritten: boolean
}

/**
 * The policy of each path; later overrides win.
 *
 * @throws TypeError as `definePolicy` does, and on an override without files or policy.
 */
export function definePathPolicies(options: ScanPolicyOptions): (path: string) => PolicyForPath {
  const { overrides = [], ...base } = options
  if (!Array.isArray(overrides)) throw new TypeError('overrides must be an array')
  const everywhere = {
    policy: definePolicy(base),
    named: false,
    localWritten: base.local !== undefined,
  }
  const rows = overrides.map(
    (override: PathPolicy, index): { matches: Ignore; found: PolicyForPath } => {
      const at = `overrides[${index}]`
      const files = typeof override?.files === 'string' ? [override.files] : override?.files
      if (!Array.isArray(files) || !files.every((it) => typeof it === 'string' && it !== '')) {
        throw new TypeError(`${at}.files must be a pattern, or an array of them`)
      }
      if (typeof override.policy !== 'object' || override.policy === null) {
        throw new TypeError(`${at}.policy must be an object of policy options`)
      }
      const merged = { ...base, ...override.policy }
      return {
        matches: ignoring(files),
        found: {
          policy: definePolicy(merged),
          named: true,
          localWritten: merged.local !== undefined,
        },
      }
    },
  )
  return (path) =>
    rows.findLast(
      ({ matches }) => !path.startsWith('..') && !path.startsWith('/') && matches.ignores(path),
    )?.found ?? everywhere
}
