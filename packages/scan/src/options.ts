import type { Shard } from './files/shard.js'
import type { ScanPolicyOptions } from './path-policy.js'

/** Options of a scan. */
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
