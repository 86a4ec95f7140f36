import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { decode } from './bytes.js'
import type { ScanFinding, SourceFile, Suppressed } from './model.js'
import type { ScanOptions } from './options.js'
import { definePathPolicies } from './path-policy.js'
import { projectFiles } from './project-files.js'
import { directFinding } from './rules.js'
import { scanFile } from './scan-file.js'
import { readFile, type Sifted } from './sift.js'
import { sourceFile } from './source-file.js'
import { TakesTooLong, within } from './within.js'

/** What some files say, judged. */
export interface Examined {
  readonly findings: readonly ScanFinding[]
  readonly suppressed: readonly Suppressed[]
  /** The hosts that they connect to. */
  readonly hosts: readonly string[]
}

/**
 * Examines files, a few at a time. What is kept of the project from one call to the next belongs to the examiner.
 *
 * @param hosts What is known by now of the hosts that the project connects to.
 * @throws TypeError on a wrong policy.
 */
export function examiner(
  options: ScanOptions,
  staged: ReadonlyMap<string, Buffer> | undefined,
  hosts: ReadonlySet<string>,
): (files: readonly Sifted[]) => Examined {
  const { root, now = new Date(), strict = false } = options
  const policyOf = definePathPolicies(options.policy ?? {})
  const project = projectFiles(root, staged, hosts)
  const open = ({ path, problem }: Sifted): Opened => {
    const read = problem ?? readFile(path, options, staged)
    return typeof read === 'string'
      ? { file: sourceFile(path, ''), problems: [read] }
      : { file: sourceFile(path, decode(read), modeOf(root, path)), problems: [] }
  }
  const examine = ({ file, problems }: Opened): Examined => {
    const policy = policyOf(file.path)
    const context = project.contextOf(file.path)
    const also = problems.map((it) => directFinding('file-unreadable', file.range(0, 0), it))
    return scanFile(file, { policy, now, strict, context }, also)
  }
  return (files) => {
    const found = together(files.map(open), examine)
    return {
      findings: found.flatMap((it) => it.findings),
      suppressed: found.flatMap((it) => it.suppressed),
      hosts: found.flatMap((it) => it.hosts),
    }
  }
}

interface Opened {
  readonly file: SourceFile
  readonly problems: readonly string[]
}

/** Examines files in the time that they have together; where that was not enough, again, each in its own. */
function together(files: readonly Opened[], examine: (file: Opened) => Examined): Examined[] {
  const characters = files.reduce((sum, { file }) => sum + file.text.length, 0)
  try {
    return within(characters, () => files.map(examine))
  } catch (error) {
    if (error instanceof TakesTooLong) return files.map(examine)
    throw error
  }
}

function modeOf(root: string, path: string): number | undefined {
  if (process.platform === 'win32') return undefined
  return statSync(resolve(root, path), { throwIfNoEntry: false })?.mode
}
