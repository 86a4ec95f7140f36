import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { REGISTER } from './support/projects.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Every package, and what it may import at run time and therefore must declare. */
const ALLOWED: Record<string, { dependencies: string[]; peers: string[] }> = {
  core: { dependencies: [], peers: [] },
  pg: { dependencies: ['@verify-full/core'], peers: ['pg'] },
  knex: { dependencies: ['@verify-full/core', '@verify-full/pg'], peers: ['knex'] },
  typeorm: { dependencies: ['@verify-full/core', '@verify-full/pg'], peers: ['pg', 'typeorm'] },
  postgres: { dependencies: ['@verify-full/core'], peers: ['postgres'] },
  scan: {
    dependencies: [
      '@babel/parser',
      '@verify-full/core',
      'diff',
      'ignore',
      'jsonc-parser',
      'toml-eslint-parser',
      'yaml',
    ],
    peers: [],
  },
  register: {
    dependencies: ['@verify-full/core', '@verify-full/pg', '@verify-full/postgres'],
    peers: [],
  },
  certs: { dependencies: ['@peculiar/x509', '@verify-full/core', 'reflect-metadata'], peers: [] },
  server: { dependencies: ['@verify-full/core'], peers: ['@opentelemetry/api'] },
  cli: {
    dependencies: [
      '@verify-full/certs',
      '@verify-full/core',
      '@verify-full/pg',
      '@verify-full/scan',
      '@verify-full/server',
      'commander',
      'pg',
      'prom-client',
      'yaml',
    ],
    peers: [],
  },
}
const PACKAGES = Object.keys(ALLOWED)

const BANNED_WORDS = /^(?:manager|service|provider|factory|handler|helper|util)s?$/
/** libpq's own word: a service of pg_service.conf. */
const NAMED_AFTER_LIBPQ = /^packages\/core\/(?:src|test)\/conninfo\/service\./

interface Manifest {
  exports?: object
  dependencies?: object
  peerDependencies?: object
  optionalDependencies?: object
}
interface TsConfig {
  compilerOptions: Record<string, unknown>
  references?: { path: string }[]
}

const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8')
const json = <T>(path: string): T => JSON.parse(read(path)) as T
const names = (record: object | undefined): string[] => Object.keys(record ?? {}).sort()

/** Files below a folder, by their path from the root; what is installed, built or hidden is left out. */
function filesIn(folder: string): string[] {
  return readdirSync(`${ROOT}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (/^(?:node_modules|dist|\..*)$/.test(entry.name)) return []
    const path = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(path) : [path]
  })
}

const sourcesOf = (name: string): string[] => filesIn(`packages/${name}/src`)
const sources = PACKAGES.flatMap(sourcesOf)
const code = (path: string): string => read(path).replace(/^\s*\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
const scripts = ['packages', 'examples', 'test']
  .flatMap(filesIn)
  .filter((path) => /\.[cm]?[jt]s$/.test(path))

/** The modules a file imports, types included. */
function importsOf(path: string): string[] {
  const found = code(path).matchAll(
    /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g,
  )
  return [...found].map((match) => match[2] ?? '')
}

/** Of an entry point other than the main one, the package. */
const packageOf = (specifier: string): string =>
  specifier.replace(/^(@verify-full\/[^/]+)\/.*$/, '$1')

/** Every name an index file exports, types included; `export *` is followed. */
function exportsOf(path: string): string[] {
  const text = code(path)
  const lists = [...text.matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}/g)].flatMap((match) =>
    (match[1] ?? '').split(',').map((name) => name.trim().replace(/^type\s+|^.*\bas\s+/g, '')),
  )
  const declared = text.matchAll(
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type|enum)\s+(\w+)/gm,
  )
  const stars = [...text.matchAll(/\bexport\s+\*\s+from\s+'(\.[^']+)\.js'/g)].flatMap((match) =>
    exportsOf(new URL(`${match[1]}.ts`, `file:///${path}`).pathname.slice(1)),
  )
  return [...lists, ...[...declared].map((match) => match[1] ?? ''), ...stars].filter(Boolean)
}

describe.each(PACKAGES)('packages/%s', (name) => {
  test('imports only what it may', () => {
    const { dependencies = [], peers = [] } = ALLOWED[name] ?? {}
    const wrong = sourcesOf(name).flatMap((path) =>
      importsOf(path)
        .filter((specifier) => !/^(?:node:|\.)/.test(specifier))
        .map(packageOf)
        .filter((specifier) => ![...dependencies, ...peers].includes(specifier))
        .map((specifier) => `${path} imports ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  test('imports no file outside its own src', () => {
    const root = `/packages/${name}/src/`
    const outside = sourcesOf(name).flatMap((path) =>
      importsOf(path)
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) => !new URL(specifier, `file:///${path}`).pathname.startsWith(root))
        .map((specifier) => `${path} imports ${specifier}`),
    )
    expect(outside).toEqual([])
  })

  test('declares what it imports, and nothing else', () => {
    const manifest = json<Manifest>(`packages/${name}/package.json`)
    const { dependencies = [], peers = [] } = ALLOWED[name] ?? {}
    expect(names(manifest.dependencies)).toEqual(dependencies)
    expect(names(manifest.peerDependencies)).toEqual(peers)
    expect(names(manifest.optionalDependencies)).toEqual([])
    const imported = new Set(sourcesOf(name).flatMap(importsOf).map(packageOf))
    const declared = [...dependencies, ...peers]
    expect(declared.filter((specifier) => !imported.has(specifier))).toEqual([])
  })

  test('relaxes no compiler option', () => {
    const { compilerOptions, references, ...rest } = json<TsConfig>(
      `packages/${name}/tsconfig.json`,
    )
    expect(rest).toEqual({ extends: '../../tsconfig.base.json', include: ['src'] })
    expect(compilerOptions).toEqual({ rootDir: 'src', outDir: 'dist' })
    const workspace = names(json<Manifest>(`packages/${name}/package.json`).dependencies).filter(
      (key) => key.startsWith('@verify-full/'),
    )
    expect(references?.map(({ path }) => path.replace('../', '@verify-full/'))).toEqual(workspace)
  })

  // Register guards a process when it is imported, with built packages: it is told that it has done so.
  Object.assign(globalThis, { [Symbol.for('@verify-full/register')]: true })
  const { exports = {} } = json<Manifest>(`packages/${name}/package.json`)
  test.each(Object.keys(exports))('exports exactly this: %s', async (entry) => {
    const source = entry === '.' ? 'index' : entry.slice('./'.length)
    const values = Object.keys(await import(`../packages/${name}/src/${source}.ts`)).sort()
    const all = exportsOf(`packages/${name}/src/${source}.ts`)
    expect(values.filter((value) => !all.includes(value))).toEqual([])
    const types = all.filter((exported) => !values.includes(exported)).sort()
    expect({ values, types }).toMatchSnapshot()
  })
})

test('the base of all compiler options is strict', () => {
  expect(json<TsConfig>('tsconfig.base.json').compilerOptions).toMatchObject({
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noImplicitOverride: true,
    noImplicitReturns: true,
    noFallthroughCasesInSwitch: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    isolatedDeclarations: true,
  })
})

test('the packages are these', () => {
  expect(readdirSync(`${ROOT}packages`).sort()).toEqual([...PACKAGES].sort())
})

test('no source has a default export', () => {
  const pattern = /\bexport\s+default\b|\bas\s+default\b/
  expect(sources.filter((path) => pattern.test(code(path)))).toEqual([])
})

test('sources are ASCII', () => {
  const wrong = sources.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, index) => (/[^\t\x20-\x7e]/.test(line) ? [`${path}:${index + 1}`] : [])),
  )
  expect(wrong).toEqual([])
})

test('no source is longer than 300 lines', () => {
  expect(sources.filter((path) => read(path).split('\n').length - 1 > 300)).toEqual([])
})

test('nothing is mocked', () => {
  const mocking = /\bvi\.(?:mock|doMock|unmock|hoisted)\b|\bjest\.|\bsinon\b\./
  expect(scripts.filter((path) => mocking.test(code(path)))).toEqual([])
  const library = /^(?:sinon|jest|@jest\/.*|ts-jest|proxyquire|mock-require|testdouble|nock)$/
  const importing = scripts.filter((path) =>
    importsOf(path).some((specifier) => library.test(specifier)),
  )
  expect(importing).toEqual([])
})

test('a test that loads register is in the project of that name', () => {
  const found = new Map<string, boolean>()
  const loads = (path: string): boolean => {
    const known = found.get(path)
    if (known !== undefined) return known
    // Until it is known: modules may import each other.
    found.set(path, false)
    const loading = importsOf(path).some((specifier) => {
      if (!specifier.startsWith('.')) return packageOf(specifier) === '@verify-full/register'
      const target = join(path, '..', specifier).replace(/\.js$/, '.ts')
      return (
        /^packages\/register\/src\//.test(target) || (scripts.includes(target) && loads(target))
      )
    })
    found.set(path, loading)
    return loading
  }
  const own = REGISTER.map((pattern) => pattern.replace(/\*\*.*$/, ''))
  const shared = scripts.filter(
    (path) => path.endsWith('.test.ts') && !own.some((start) => path.startsWith(start)),
  )
  expect(shared.length).toBeGreaterThan(50)
  expect(shared.filter(loads)).toEqual([])
})

test('file names say what is in the file', () => {
  const vague = (path: string) =>
    basename(path)
      .split(/[^A-Za-z]|(?=[A-Z])/)
      .some((word) => BANNED_WORDS.test(word.toLowerCase()))
  expect(scripts.filter(vague).filter((path) => !NAMED_AFTER_LIBPQ.test(path))).toEqual([])
})

test('docs/README.md names every page', () => {
  const named: string[] = read('docs/README.md').match(/[\w.-]+\.md(?=\))/g) ?? []
  const pages = readdirSync(`${ROOT}docs`).filter((name) => name !== 'README.md')
  expect(pages.filter((name) => !named.includes(name))).toEqual([])
})

test('ARCHITECTURE.md begins with the data flow and has at most two pages', () => {
  const lines = read('ARCHITECTURE.md').trimEnd().split('\n')
  expect(lines[0]).toMatch(/^`config, env -> .* -> application`$/)
  // Two pages of 60 lines.
  expect(lines.length).toBeLessThanOrEqual(120)
  expect(lines.filter((line) => !line.startsWith('|') && line.length > 130)).toEqual([])
})
