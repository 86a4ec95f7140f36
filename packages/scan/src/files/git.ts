import { execFileSync } from 'node:child_process'

const run = (root: string, args: readonly string[], input?: string): Buffer => {
  try {
    return execFileSync('git', args, {
      cwd: root,
      input: input ?? '',
      maxBuffer: 2 ** 30,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
  } catch (error) {
    const { stderr, code } = error as { stderr?: Buffer; code?: string }
    const why =
      code === 'ENOENT' ? 'git is not installed' : stderr?.toString().trim().split('\n')[0]
    throw new TypeError(`git ${args[0]} failed: ${why ?? String(error)}`, { cause: error })
  }
}

const names = (output: Buffer): string[] => output.toString().split('\0').filter(Boolean)
const CHANGED = ['--name-only', '--diff-filter=ACMRT', '-z', '--relative']

/** The files below a folder that differ from a revision, new ones included. */
export function changedSince(root: string, revision: string): string[] {
  const changed = names(run(root, ['diff', ...CHANGED, '--end-of-options', revision, '--']))
  const added = names(run(root, ['ls-files', '--others', '--exclude-standard', '-z']))
  return [...new Set([...changed, ...added])].sort()
}

/** The staged files below a folder, with what is staged (which may differ from the file). */
export function stagedFiles(root: string): Map<string, Buffer> {
  const paths = names(run(root, ['diff', '--cached', ...CHANGED])).filter(
    (path) => !path.includes('\n'),
  )
  const out = run(root, ['cat-file', '--batch'], paths.map((path) => `:./${path}\n`).join(''))
  const staged = new Map<string, Buffer>()
  let at = 0
  for (const path of paths) {
    const newline = out.indexOf(10, at)
    const [, type, size] = out.toString('utf8', at, newline).split(' ')
    // A submodule is a commit that is not here: "<object> missing", and nothing follows.
    if (type === 'blob') staged.set(path, out.subarray(newline + 1, newline + 1 + Number(size)))
    at = type === 'blob' ? newline + 1 + Number(size) + 1 : newline + 1
  }
  return staged
}
