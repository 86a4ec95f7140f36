import { readFileSync, realpathSync } from 'node:fs'
import Module, { register } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Policy } from '@verify-full/core'
import { type DriverFile, driverFile } from './drivers.js'
import { urlOfPostgres } from './lazily.js'

/** What the loaded files call: this module is not theirs to import. */
const GUARD = '@verify-full/register.guard'
/** Marks the untouched module behind a facade. */
const ORIGINAL = 'verify-full-original'
const CALL = `globalThis[Symbol.for(${JSON.stringify(GUARD)})]`

interface Loaded {
  source?: string | ArrayBuffer | NodeJS.TypedArray | null
  format?: string | null
  shortCircuit?: boolean
}
type Load = (url: string, context: object, next: (url: string, context: object) => Loaded) => Loaded
/** Node's module object, with what its types leave out. */
interface Internals {
  readonly registerHooks?: (hooks: { load: Load }) => void
  readonly _cache: Readonly<Record<string, { exports: unknown }>>
  readonly prototype: {
    _compile(this: { exports: unknown }, content: string, path: string, ...rest: unknown[]): unknown
  }
}

/** Guards every driver that is loaded from now on, and those that are loaded already. */
export function hookLoading(policy: Policy): void {
  const node = Module as unknown as Internals
  const guard = (exported: unknown, path: string): unknown =>
    driverFile(path)?.guard(exported, policy) ?? exported
  Object.defineProperty(globalThis, Symbol.for(GUARD), { value: guard })
  // Loaders that read CommonJS themselves (tsx, ts-node) end there, whatever Node's hooks are.
  hookCompilation(node, guard)
  if (node.registerHooks) node.registerHooks({ load: loadGuarded })
  // It costs a thread: only where the one driver that is a module can be imported.
  else if (isInstalled('postgres')) register(loaderFor(urlOfPostgres()))
  // Not require.cache: that is undefined where an asynchronous loader loads this file.
  for (const [path, { exports }] of Object.entries(node._cache)) {
    if (driverFile(path)?.guardInPlace(exports, policy) === false) warnLate(path)
  }
}

/** Node 22.15 and later: modules, and the source that another loader returns. */
function loadGuarded(...[url, context, next]: Parameters<Load>): Loaded {
  if (!url.startsWith('file:')) return next(url, context)
  const { pathname, searchParams } = new URL(url)
  const file = pathname.endsWith('.js') ? driverFile(fileURLToPath(url)) : undefined
  if (!file || searchParams.has(ORIGINAL)) return next(url, context)
  if (file.format === 'module') return facade(url)
  const loaded = next(url, context)
  const source = loaded.source ?? readFileSync(fileURLToPath(url))
  // A typed array as a string would be "47,47,...".
  const text = typeof source === 'string' ? source : Buffer.from(source as ArrayBuffer).toString()
  return { ...loaded, source: `${text}\n;module.exports=${CALL}(module.exports,__filename)` }
}

function facade(url: string): Loaded {
  const original = new URL(url)
  original.searchParams.set(ORIGINAL, '')
  const source = facadeOf(original.href, fileURLToPath(url), CALL, urlOfPostgres())
  return { format: 'module', shortCircuit: true, source }
}

/**
 * A module in the place of another, whose default export it guards, whatever that one looks like. Its
 * text goes to Node's loader thread too: it may use nothing of this module.
 */
function facadeOf(original: string, path: string, call: string, guard: string): string {
  const from = JSON.stringify(original)
  return [
    // So that it is loaded when it is called for, whoever else is importing it.
    `import ${JSON.stringify(guard)}`,
    `import original from ${from}`,
    `export * from ${from}`,
    `const guarded = ${call}(original, ${JSON.stringify(path)})`,
    `export { guarded as "default" }`,
  ].join('\n')
}

/** CommonJS as it is compiled; sees nothing of what a loader has given Node as source. */
function hookCompilation(node: Internals, guard: (exported: unknown, path: string) => unknown) {
  const { prototype } = node
  const { _compile } = prototype
  prototype._compile = function (content, path, ...rest) {
    const result = _compile.call(this, content, path, ...rest)
    if (isFormat(driverFile(path), 'commonjs')) this.exports = guard(this.exports, path)
    return result
  }
}

const isFormat = (file: DriverFile | undefined, format: DriverFile['format']): boolean =>
  file?.format === format

/** From where the process stands, or from its entry point, which may be elsewhere. */
function isInstalled(name: string): boolean {
  const [, entry] = process.argv
  return [
    () => `${process.cwd()}/package.json`,
    ...(entry ? [() => realpathSync(entry)] : []),
  ].some((from) => {
    try {
      Module.createRequire(pathToFileURL(from())).resolve(name)
      return true
    } catch {
      return false
    }
  })
}

/** Runs in Node's loader thread, which shares nothing with this one: hence a text. */
const loaderFor = (guard: string): string =>
  `data:text/javascript,${encodeURIComponent(`
import { fileURLToPath } from 'node:url'
const FILE = /[\\/]node_modules[\\/]postgres[\\/]src[\\/]index.js$/
const facadeOf = ${facadeOf}
export async function load(url, context, next) {
  if (!url.startsWith('file:')) return next(url, context)
  const original = new URL(url)
  const path = fileURLToPath(url)
  if (original.searchParams.has('${ORIGINAL}') || !FILE.test(path)) return next(url, context)
  original.searchParams.set('${ORIGINAL}', '')
  const source = facadeOf(original.href, path, ${JSON.stringify(CALL)}, ${JSON.stringify(guard)})
  return { format: 'module', shortCircuit: true, source }
}`)}`

const warnLate = (path: string): void =>
  process.emitWarning(
    `${path} was loaded before @verify-full/register: only the wire sentinel stands; load register first`,
    { type: 'VerifyFullWarning', code: 'VERIFY_FULL_LATE' },
  )
