/** What is run: every library, guarded in each way that it allows, in both module systems. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { HERE } from './wanted.js'

/** A file of libraries/. */
export interface Library {
  readonly id: string
  readonly name: string
  /** Whose versions the page names, by the name under which each is installed. */
  readonly packages: readonly string[]
  /** Keeps tables of its own. */
  readonly stateful?: boolean
  /** Lines of Node on which it does not run. */
  readonly notOn?: readonly string[]
  readonly notInjectable?: string
  readonly inject?: unknown
  /** What a bundle of it loads. */
  readonly bundled?: readonly string[]
}

/** How a library is guarded. */
export type Mode = 'open' | 'inject'
export type Format = 'ESM' | 'CJS' | 'bundle'

export async function libraries(): Promise<readonly Library[]> {
  const ids = readdirSync(`${HERE}libraries`).map((file) => basename(file, '.mjs'))
  return Promise.all(
    ids.map(async (id) => {
      const library = (await import(`./libraries/${id}.mjs`)) as Omit<Library, 'id'>
      return { ...library, id }
    }),
  )
}

/** The versions of its packages; with their names where there are several. */
export function versionOf({ packages }: Library): string {
  const manifests = packages.map((name) => {
    const text = readFileSync(`${HERE}node_modules/${name}/package.json`, 'utf8')
    return (JSON.parse(text) as { version: string }).version
  })
  return manifests.join(', ')
}
