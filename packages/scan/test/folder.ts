import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of files that is gone at the end of the block. */
export function folder(files: Readonly<Record<string, string | Buffer>>): {
  readonly root: string
  [Symbol.dispose](): void
} {
  const root = mkdtempSync(join(tmpdir(), 'verify-full-scan-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

export const PREFER = 'A=postgres://app:hunter2@db.example.com/app?sslmode=prefer\n'
