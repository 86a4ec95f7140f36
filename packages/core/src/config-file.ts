import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The names of the policy file, in the order in which they are looked for. */
export const CONFIG_FILES: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (extension) => `verify-full.config.${extension}`,
)

export interface ConfigFile {
  readonly path: string
  /** What the file exports by default: an object, not validated yet. */
  readonly options: Readonly<Record<string, unknown>>
  /** What it says of files by their path: for a scan only. */
  readonly overrides?: unknown
}

/** The nearest policy file of a folder or one of its parents. */
export function findConfigFile(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = CONFIG_FILES.map((name) => join(at, name)).find((path) => existsSync(path))
    if (found || at === dirname(at)) return found
  }
}

/**
 * Loads a policy file. Synchronous, so that `node -r` can use it; TypeScript needs a Node that strips types
 * (22.18 or newer) unless `load` brings its own way.
 *
 * @throws TypeError where the file cannot be loaded or does not export an object; names the file.
 * @example
 * import { definePolicy, findConfigFile, loadConfigFile } from '@verify-full/core'
 *
 * const path = findConfigFile(process.cwd())
 * export const policy = definePolicy(path ? loadConfigFile(path).options : {})
 */
export function loadConfigFile(
  path: string,
  load: (path: string) => unknown = loadModule,
): ConfigFile {
  let exported: unknown
  try {
    exported = load(path)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    const why = existsSync(path) ? said : 'there is no such file'
    throw new TypeError(`${path} cannot be loaded: ${why}`, { cause })
  }
  const options = (exported as { default?: unknown } | null | undefined)?.default ?? exported
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${path} must export an object of policy options by default`)
  }
  if (!('overrides' in options)) return { path, options: options as Record<string, unknown> }
  const { overrides, ...policy } = options
  return { path, options: policy, overrides }
}

// Not at load: in a CommonJS bundle import.meta.url is undefined.
const loadModule = (path: string): unknown => createRequire(path)(path)
