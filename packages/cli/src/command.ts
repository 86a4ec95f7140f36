import type { Command } from 'commander'

/** What a command reads and writes: the process's own in bin.ts, a test's in a test. */
export interface Io {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The clock. */
  now(): Date
  /**
   * Resolves when the process is asked to end (SIGINT, SIGTERM). For commands that run until then; the
   * others end at once, as they do where nobody asks. Default: never.
   */
  interrupted?(): Promise<void>
}

/** The exit codes of every command. */
export const EXIT = { clean: 0, findings: 1, failure: 2 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/**
 * Adds one subcommand to the program. Its action imports the work (start-up stays short), and hands the
 * exit code to `done`. What it throws is an internal or usage error: exit code 2.
 */
export type AddCommand = (program: Command, io: Io, done: (code: ExitCode) => void) => void
