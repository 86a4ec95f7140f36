import type { DriverName, Env, ServerPosture } from '@verify-full/core'

/** A place in a file. Lines and columns count from 1; columns and lengths are UTF-16 code units. */
export interface Range {
  readonly offset: number
  readonly length: number
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** A file that was read and decoded. */
export interface SourceFile {
  /** Relative to the scanned root, with forward slashes on every platform. */
  readonly path: string
  readonly text: string
  /** The file's permission bits (`0o600`), where the platform has them. */
  readonly mode?: number
  /** The range of `length` characters from an offset into {@link text}. */
  range(offset: number, length: number): Range
}

/** Where one setting stands, and what could be done about it there. */
export interface SettingPlace {
  /** The value as it stands in the file, quotes excluded: `prefer` of `sslmode=prefer`. */
  readonly value: Range
  /**
   * Whether the value may be replaced in place by a plain word (`verify-full`). False where the text in
   * the file is not the value itself: base64, an expanded variable, an escaped string.
   */
  readonly replaceable: boolean
  /** What to delete to remove the setting with its key and separator: `rejectUnauthorized: false, `. */
  readonly removal?: Range
  /** Where it is written, where {@link value} only refers to it: `src/config.ts:3`. */
  readonly written?: string
}

/**
 * One connection that a file declares: the very configuration that a driver would receive. The engine
 * hands it to core's `plan<Driver>` and `judge`; an extractor decides nothing about TLS.
 */
export interface Declaration {
  /** Which drivers read it. Absent: nobody knows, so all are planned for and the weakest is reported. */
  readonly readers?: readonly DriverName[]
  /**
   * A connection string, or the options object as the driver's constructor (`pg`, `postgres`), `knex()`
   * (its `connection`) or `new DataSource()` takes it.
   */
  readonly config: string | Readonly<Record<string, unknown>>
  /** Variables that are set beside it (`PGSSLMODE`, `NODE_TLS_REJECT_UNAUTHORIZED`). */
  readonly env: Env
  /** The whole declaration: the string, the object. */
  readonly at: Range
  /**
   * Where each setting stands, by the `key` that core's `Origin` will carry: `sslmode`,
   * `ssl.rejectUnauthorized`, `PGSSLMODE`. What is not listed is reported at {@link at}.
   */
  readonly settings: ReadonlyMap<string, SettingPlace>
  /**
   * Only a part of a configuration is known (a lone `PGSSLMODE`): then only what is written in
   * {@link settings} is judged, not what is missing.
   */
  readonly partial?: boolean
  /** Why the host is local although its name does not say so: `service db of this compose file`. */
  readonly local?: string
  /**
   * Variables that decide about protection and are known only at run time (`DB_SSL`). Variables that
   * stand for a user, a password, a host or a database are replaced by {@link STAND_IN} instead.
   */
  readonly undetermined: readonly string[]
  /** How `sslmode=verify-full` is added where nothing is written of it; absent where that is not safe. */
  readonly addition?: TextEdit
  /** Where the string is written, where {@link at} only refers to it: `src/config.ts:3`. */
  readonly written?: string
  /** Ranges that hold a secret (password, user, token): never shown, whatever they look like. */
  readonly secrets?: readonly Range[]
}

/** Stands for a host, user, password or database that is known only at run time. */
export const STAND_IN = 'known-at-run-time'

/** A replacement in the file it was found in. */
export interface TextEdit {
  readonly offset: number
  readonly length: number
  readonly text: string
}

/** Error and warning count for exit codes and `--max-warnings`; a note never does. */
export const SEVERITIES = ['error', 'warning', 'note'] as const
export type ScanSeverity = (typeof SEVERITIES)[number]

/** The line of a finding, secrets masked, and what to underline in it. */
export interface Frame {
  readonly line: number
  readonly text: string
  /** Column in {@link text} from 1 (not in the file: masking changes lengths), and how many characters. */
  readonly column: number
  readonly length: number
}

/** One finding. Holds no user name, no password and no query: it can be published. */
export interface ScanFinding {
  /** A rule of core (docs/rules.md) or of the scanner (docs/scan.md). */
  readonly rule: string
  readonly severity: ScanSeverity
  readonly path: string
  readonly at: Range
  /** Which kind of file it is: the extractor's name. */
  readonly kind: string
  /** Who reads the configuration and how: `pg 8 reads this as tls(none)`. Absent for what nobody reads. */
  readonly reader?: { readonly driver: DriverName; readonly sentence: string }
  readonly expected: string
  readonly actual: string
  readonly fix: string
  /** Where the rule is documented, from the project's root: `docs/rules.md#sslmode-missing`. */
  readonly docs: string
  readonly frame?: Frame
  /** Why it is a note and no error: `localhost`, `test fixture`. */
  readonly local?: string
  /** A rewrite that is safe to apply. */
  readonly edits?: readonly TextEdit[]
  /** Stable across runs and moves within the file, without secrets: for baselines and trackers. */
  readonly fingerprint: string
}

/** A finding that an extractor makes itself; the engine adds path, kind, frame, fingerprint. */
export type DirectFinding = Pick<
  ScanFinding,
  'rule' | 'severity' | 'at' | 'expected' | 'actual' | 'fix' | 'docs' | 'local' | 'edits'
> & { readonly secrets?: readonly Range[] }

/** A finding that is not counted, and why. */
export interface Suppressed {
  readonly finding: ScanFinding
  readonly by: 'ignore' | 'baseline' | 'waiver'
  /** The reason that the ignore comment, or the policy's waiver, gives. */
  readonly reason?: string
  readonly until?: string
}

/** What a scan found. Every reporter consumes exactly this. */
export interface ScanReport {
  /** Version of this shape. It changes when a field changes its meaning or goes. */
  readonly version: 1
  /** By path, line, column. */
  readonly findings: readonly ScanFinding[]
  readonly suppressed: readonly Suppressed[]
  readonly files: {
    /** Files that were looked at. */
    readonly scanned: number
    /** Files in which the prefilter saw something, and which were parsed. */
    readonly parsed: number
    readonly bytes: number
  }
  readonly counts: Readonly<Record<ScanSeverity, number>>
  /** How many findings have {@link ScanFinding.edits}. */
  readonly fixable: number
  readonly durationMillis: number
}

/** What an extractor may ask about the rest of the project. */
export interface ExtractContext {
  /** Another file of the scanned root by its path from there; undefined where there is none. */
  read(path: string): SourceFile | undefined
  /**
   * What the .env files beside the file, and in the folders above it, say of a variable: every value
   * that is written, the nearest first. Empty where it is known only at run time.
   */
  variable(name: string): readonly string[]
  /** The hosts that the files read so far declare. A file whose extractor is `last` sees all of them. */
  hosts(): ReadonlySet<string>
}

/** A server's own file: what it says is judged as the live server's answers are. */
export interface ServerDeclaration {
  readonly posture: ServerPosture
  /** Where a line of the file has what a finding points at. */
  readonly places: ReadonlyMap<number, Range>
  /** What is safe to write there to mend it, by rule. */
  readonly edits: ReadonlyMap<string, (at: Range) => TextEdit>
}

/** What one file says. */
export interface Extracted {
  readonly declarations: readonly Declaration[]
  readonly servers?: readonly ServerDeclaration[]
  readonly findings?: readonly DirectFinding[]
  /** Names that the file itself gives to hosts that run beside it: the services of a compose file. */
  readonly localHosts?: ReadonlySet<string>
  /** Why the file could not be read to its end; never quotes it. */
  readonly incomplete?: string
}

/** Turns one kind of file into declarations. Never throws on any text; takes time linear in it. */
export interface Extractor {
  readonly name: string
  /** Whether the prefilter is not asked: the file's name says enough. */
  readonly always?: true
  /** Whether its files are read after all others. */
  readonly last?: true
  /** The files that this extractor reads, by their path (forward slashes, relative to the root). */
  readonly files: RegExp
  extract(file: SourceFile, context: ExtractContext): Extracted
}

/** What a reporter needs besides the report. */
export interface ReportContext {
  readonly color: boolean
  /** The version of the tool. */
  readonly version: string
  readonly now: Date
}

/** Renders a report; what it returns is written to stdout as it is. */
export type Reporter = (report: ScanReport, context: ReportContext) => string
