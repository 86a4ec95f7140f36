// Checks the packages as their users get them: packed, linted, installed by npm into small projects.
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PACKAGES = readdirSync(join(ROOT, 'packages'))
const MAX_BYTES = 500_000

const run = promisify(execFile)
const temporary = mkdtempSync(join(tmpdir(), 'verify-full-package-'))
// Neither a PGSSLMODE nor a setting of the package manager that runs this script reaches the projects.
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:PG|npm_config_verify|NODE_EXTRA_CA)/.test(name),
  ),
)
const shell = process.platform === 'win32'
const json = (path) => JSON.parse(readFileSync(path, 'utf8'))
const catalog = readCatalog()
let failures = 0

/** Runs one check; what it returns is what it measured. */
async function check(name, body) {
  try {
    const measured = await body()
    console.log(`ok    ${name}${measured ? `: ${measured}` : ''}`)
  } catch (error) {
    failures += 1
    const said = [error.message, error.stdout].filter(Boolean).join('\n')
    console.error(`FAIL  ${name}\n${said.replace(/^/gm, '      ')}`)
  }
}

function demand(condition, message) {
  if (!condition) throw new Error(message)
}

/** The exact versions of pnpm-workspace.yaml's catalog. */
function readCatalog() {
  const text = readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')
  const lines = text.match(/^catalog:\n((?: {2}.*\n)+)/m)?.[1] ?? ''
  return Object.fromEntries(
    [...lines.matchAll(/^ {2}["']?([^"':]+)["']?: (\S+)$/gm)].map((match) => [match[1], match[2]]),
  )
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
}

const bytesOf = (folder) =>
  filesIn(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

async function pack(name) {
  const cwd = join(ROOT, 'packages', name)
  await run('pnpm', ['pack', '--pack-destination', temporary], { cwd, env, shell })
  const manifest = json(join(cwd, 'package.json'))
  return join(
    temporary,
    `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`,
  )
}

async function lint(tarball) {
  const { buffer } = new Uint8Array(readFileSync(tarball))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  const said = messages.map((message) => formatMessage(message, pkg, { color: false }))
  demand(messages.length === 0, said.join('\n'))
}

async function checkTypes(tarball) {
  const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  const options = ['--profile', 'esm-only', '--no-definitely-typed', '--no-color', '--no-emoji']
  await run(process.execPath, [attw, tarball, ...options], { env })
}

/** A copy of one project, with the tarballs and the catalog's versions for its dependencies. */
async function install(project, tarballs) {
  const folder = join(temporary, project)
  cpSync(join(ROOT, 'test/package/projects', project), folder, { recursive: true })
  const manifest = json(join(folder, 'package.json'))
  for (const [name, range] of Object.entries(manifest.dependencies)) {
    const version =
      range === 'workspace:*'
        ? `file:${tarballs[name.replace('@verify-full/', '')]}`
        : catalog[name]
    demand(version, `${name} is not in the catalog`)
    manifest.dependencies[name] = version
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder, env, shell })
  return folder
}

/** What is in a package: nothing but what was built, and nothing that only this repository has. */
async function checkContents(name) {
  const folder = join(temporary, 'contents', name)
  mkdirSync(folder, { recursive: true })
  await run('tar', ['-xzf', tarballs[name], '-C', folder, '--strip-components=1'])
  const files = filesIn(folder)
  const wrong = files.filter(
    (file) => !/^(?:LICENSE|README\.md|package\.json|dist[\\/].*\.(?:js|d\.ts))$/.test(file),
  )
  demand(wrong.length === 0, `unexpected files: ${wrong.join(', ')}`)
  for (const file of ['LICENSE', 'README.md']) demand(files.includes(file), `no ${file}`)
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
  demand(!/workspace:|catalog:|@verify-full\/source/.test(manifest), `package.json:\n${manifest}`)
  return `${files.length} files, ${bytesOf(folder)} bytes`
}

function checkDependencies(modules) {
  const list = (record) => Object.keys(record ?? {}).join(' ')
  const core = json(join(modules, '@verify-full/core/package.json'))
  const pg = json(join(modules, '@verify-full/pg/package.json'))
  demand(list(core.dependencies) === '', `core depends on ${list(core.dependencies)}`)
  demand(list(core.peerDependencies) === '', `core has the peer ${list(core.peerDependencies)}`)
  demand(list(pg.dependencies) === '@verify-full/core', `pg depends on ${list(pg.dependencies)}`)
  demand(list(pg.peerDependencies) === 'pg', `pg has the peers ${list(pg.peerDependencies)}`)
  for (const name of ['knex', 'typeorm']) {
    const adapter = json(join(modules, '@verify-full', name, 'package.json'))
    const dependencies = list(adapter.dependencies)
    demand(dependencies === '@verify-full/core @verify-full/pg', `${name}: ${dependencies}`)
    demand(adapter.peerDependencies[name], `${name} is no peer of its adapter`)
  }
  return `pg depends on core ${pg.dependencies['@verify-full/core']}, peer pg ${pg.peerDependencies.pg}`
}

function checkSize(modules) {
  const [core, pg] = ['core', 'pg'].map((name) => bytesOf(join(modules, '@verify-full', name)))
  const sum = `core ${core} + pg ${pg} = ${core + pg} bytes, limit ${MAX_BYTES}`
  demand(core + pg < MAX_BYTES, sum)
  return sum
}

const tarballs = {}
for (const name of PACKAGES) {
  await check(`pack ${name}`, async () => {
    tarballs[name] = await pack(name)
    return `${statSync(tarballs[name]).size} bytes packed`
  })
}

if (failures === 0) {
  for (const name of PACKAGES) {
    await check(`publint ${name}`, () => lint(tarballs[name]))
    await check(`attw ${name}`, () => checkTypes(tarballs[name]))
  }
  await check('CommonJS requires it', async () => {
    const cwd = await install('cjs', tarballs)
    await run(process.execPath, ['main.cjs'], { cwd, env })
    return `Node ${process.version}`
  })
  await check('ESM imports it', async () => {
    const cwd = await install('esm', tarballs)
    await run(process.execPath, ['main.mjs'], { cwd, env })
  })
  const modules = join(temporary, 'esm/node_modules')
  for (const name of PACKAGES) await check(`contents of ${name}`, () => checkContents(name))
  await check('dependencies', () => checkDependencies(modules))
  await check('installed size', () => checkSize(modules))
  await check('TypeScript (nodenext, strict, libraries too) compiles it', async () => {
    const cwd = await install('ts-nodenext', tarballs)
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    await run(process.execPath, [tsc, '-p', cwd, '--pretty', 'false'], { env })
  })
}

rmSync(temporary, { recursive: true, force: true })
if (failures > 0) {
  console.error(`${failures} failed`)
  process.exitCode = 1
}
