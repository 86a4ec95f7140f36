import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { decode } from './bytes.js'
import { dotenv, readDotenv } from './extract/dotenv.js'
import type { ExtractContext, SourceFile } from './model.js'
import { recent } from './recent.js'
import { sourceFile } from './source-file.js'

/** Characters of the files that are kept at hand: what one file imports, its neighbours do. */
const AT_HAND = 4_000_000

/** The other files of a project, as far as extractors ask for them, and the hosts that they were found to name. */
export function projectFiles(
  root: string,
  staged: ReadonlyMap<string, Buffer> | undefined,
  hosts: ReadonlySet<string>,
): { contextOf(path: string): ExtractContext } {
  const variables = new Map<string, ReadonlyMap<string, readonly string[]>>()
  const fresh = (path: string): SourceFile | undefined => {
    try {
      return sourceFile(path, decode(staged?.get(path) ?? readFileSync(resolve(root, path))))
    } catch {
      return undefined
    }
  }
  const atHand = recent<string, SourceFile | undefined>(AT_HAND, sizeOf)
  const read = (path: string): SourceFile | undefined => {
    const clean = normalize(path)
    return clean === undefined ? undefined : atHand(clean, () => fresh(clean))
  }
  const variablesOf = (folder: string): ReadonlyMap<string, readonly string[]> => {
    const known = variables.get(folder)
    if (known) return known
    const found = new Map<string, string[]>()
    for (const name of dotenvFiles(resolve(root, folder))) {
      const file = read(folder === '' ? name : `${folder}/${name}`)
      for (const { key, value } of file ? readDotenv(file) : []) {
        found.set(key, [...(found.get(key) ?? []), value.text])
      }
    }
    variables.set(folder, found)
    return found
  }
  return {
    contextOf: (path) => ({
      read,
      hosts: () => hosts,
      variable: (name) =>
        foldersAbove(path).flatMap((folder) => variablesOf(folder).get(name) ?? []),
    }),
  }
}

/** That a file is not there is also kept. */
const sizeOf = (file: SourceFile | undefined): number => 100 + (file?.text.length ?? 0)

/** `a/b`, `a` and the root, of `a/b/c.ts`. */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

function dotenvFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => dotenv.files.test(name))
      .sort()
  } catch {
    return []
  }
}

/** A path without `.` and `..`; undefined where it leaves the root. */
function normalize(path: string): string | undefined {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined
    if (part !== '' && part !== '.' && part !== '..') parts.push(part)
  }
  return path.startsWith('/') ? undefined : parts.join('/')
}
