import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
// Below test/, so that the examples resolve the workspace's packages as this package does.
const PARENT = join(ROOT, 'test/.examples')

interface Example {
  /** The file it stands in, and its line there. */
  readonly file: string
  readonly line: number
  readonly text: string
}

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** The ```ts blocks of a text. */
function blocksOf(file: string, text: string, firstLine = 1): Example[] {
  return [...text.matchAll(/^```(?:ts|typescript)\b.*\n([\s\S]*?)^```/gm)].map((match) => ({
    file,
    line: lineOf(text, match.index) + firstLine,
    text: match[1] ?? '',
  }))
}

/** Each `@example` of a source, up to the next tag: with a fence what the fence holds, else all of it. */
function docExamplesOf(file: string): Example[] {
  const source = readFileSync(join(ROOT, file), 'utf8')
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
    const text = comment[0].replace(/^\/\*\*|\s*\*\/$/g, '').replace(/^[ \t]*\* ?/gm, '')
    const start = lineOf(source, comment.index)
    return [...text.matchAll(/^\s*@example\b(.*)\n?([\s\S]*?)(?=^@|$(?![\s\S]))/gm)].flatMap(
      (match): Example[] => {
        const body = match[2] ?? ''
        const line = start + lineOf(text, match.index)
        return body.includes('```') ? blocksOf(file, body, line) : [{ file, line, text: body }]
      },
    )
  })
}

const packages = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`)
const sources = packages.flatMap((path) =>
  readdirSync(join(ROOT, path, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${path}/src/${name}`),
)
const docs = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)
const readmes = ['README.md', ...docs, ...packages.map((path) => `${path}/README.md`)]
const examples = [
  ...sources.flatMap(docExamplesOf),
  ...readmes.flatMap((file) => blocksOf(file, readFileSync(join(ROOT, file), 'utf8'))),
]

/** A module of its own; what it imports relatively is found from the file in which it stands. */
function toModule({ file, line, text }: Example): string {
  const from = dirname(join(ROOT, file))
  const code = text.replace(
    /(\bfrom\s*|\bimport\s*\(?\s*)'(\.[^'\n]+)'/g,
    (_, keyword: string, path: string) => `${keyword}'${resolve(from, path)}'`,
  )
  return `// ${file}:${line}\n${code}\nexport {}\n`
}

const tsconfig = {
  extends: '../../../tsconfig.base.json',
  compilerOptions: {
    noEmit: true,
    composite: false,
    declaration: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
  },
  include: ['*.ts'],
}

test('every example is found, and each of them has code', () => {
  const written = sources.flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^\s*\* @example\b/gm)].map(() => file),
  )
  expect(examples.map(({ file }) => file).filter((file) => file.endsWith('.ts'))).toEqual(written)
  expect(new Set(examples.map(({ file }) => file))).toContain('README.md')
  expect(examples.filter(({ text }) => text.trim() === '')).toEqual([])
})

test('every example compiles', { timeout: 120_000 }, async () => {
  mkdirSync(PARENT, { recursive: true })
  const out = mkdtempSync(join(PARENT, 'run-'))
  onTestFinished(() => rmSync(out, { recursive: true, force: true }))
  for (const example of examples) {
    const name = `${example.file.replace(/\W+/g, '-')}-${example.line}.ts`
    writeFileSync(join(out, name), toModule(example))
  }
  writeFileSync(join(out, 'tsconfig.json'), JSON.stringify(tsconfig))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const failure = await promisify(execFile)(process.execPath, [tsc, '-p', out, '--pretty', 'false'])
    .then(() => undefined)
    .catch((error: { stdout?: string }) => error.stdout || String(error))
  expect(failure, failure).toBeUndefined()
})
