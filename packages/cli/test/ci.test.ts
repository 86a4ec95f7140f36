/** What is shipped for CI: parsed, and its commands run, as far as that is possible without the services. */
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { run } from '../../../test/cli/run.js'

const read = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8')
const { version } = JSON.parse(read('packages/cli/package.json')) as { version: string }

const folder = mkdtempSync(join(tmpdir(), 'verify-full-ci-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, '.env'), 'DATABASE_URL=postgres://app:hunter2@db.example.com/app\n')

/** Stands for npx: writes down what it is given, and says what the command would say. */
const bin = mkdtempSync(join(folder, 'bin-'))
writeFileSync(join(bin, 'npx'), '#!/bin/sh\nprintf "%s\\n" "$*" >> "$CALLS"\nexit "$STATUS"\n')
chmodSync(join(bin, 'npx'), 0o755)

interface Step {
  readonly shell: string
  readonly env: Record<string, string>
  readonly run: string
}
const action = parse(read('action.yml')) as {
  inputs: Record<string, { description: string; default: string }>
  runs: { using: string; steps: Step[] }
}

/** Runs the script of the action with these inputs; the calls of npx that it made, and its exit code. */
async function runAction(inputs: Record<string, string>, status = 0) {
  const [step] = action.runs.steps as [Step]
  const calls = join(mkdtempSync(join(folder, 'calls-')), 'calls')
  const value = (expression: string): string => {
    const name = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1] ?? ''
    return String(inputs[name] ?? action.inputs[name]?.default)
  }
  const env = Object.fromEntries(Object.entries(step.env).map(([key, it]) => [key, value(it)]))
  const path = `${bin}${delimiter}${process.env.PATH}`
  const code = await promisify(execFile)(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run],
    {
      cwd: folder,
      env: { ...env, PATH: path, CALLS: calls, STATUS: String(status) },
    },
  ).then(
    () => 0,
    (error: { code: number }) => error.code,
  )
  return { code, calls: readFileSync(calls, 'utf8').trim().split('\n') }
}

describe('action.yml', () => {
  test('is a composite action whose script takes its inputs from the environment', () => {
    expect(action.runs.using).toBe('composite')
    for (const step of action.runs.steps) expect(step.run).not.toContain('${{')
    const used = action.runs.steps.flatMap(({ env }) => Object.values(env))
    expect(used.sort()).toEqual(
      Object.keys(action.inputs)
        .map((name) => `\${{ inputs.${name} }}`)
        .sort(),
    )
    for (const { description } of Object.values(action.inputs)) expect(description).toMatch(/\.$/)
  })

  test('without inputs it scans everything and annotates', async () => {
    expect(await runAction({})).toEqual({
      code: 0,
      calls: [`--yes verify-full@${version} scan --format github -- .`],
    })
  })

  test('every input becomes an option', async () => {
    const inputs = {
      paths: 'src  deploy',
      config: 'policy.json',
      baseline: 'known.json',
      strict: 'true',
      'max-warnings': '3',
      'sarif-file': 'out.sarif',
      version: '9.9.9',
    }
    const options = '--config policy.json --baseline known.json --strict --max-warnings 3'
    expect((await runAction(inputs)).calls).toEqual([
      `--yes verify-full@9.9.9 scan ${options} --format sarif --output out.sarif -- src deploy`,
      `--yes verify-full@9.9.9 scan ${options} --format github -- src deploy`,
    ])
  })

  test('findings fail it after both reports; an internal error at once', async () => {
    expect(await runAction({ 'sarif-file': 'out.sarif' }, 1)).toMatchObject({
      code: 1,
      calls: { length: 2 },
    })
    expect(await runAction({ 'sarif-file': 'out.sarif' }, 2)).toMatchObject({
      calls: { length: 1 },
    })
    expect((await runAction({ 'sarif-file': 'out.sarif' }, 2)).code).not.toBe(0)
    expect((await runAction({}, 2)).code).toBe(2)
  })

  test('nothing in an input is run', async () => {
    const { calls } = await runAction({ paths: '$(touch pwned) `id` ; id', config: '"; id; "' })
    expect(calls).toEqual([
      `--yes verify-full@${version} scan --config "; id; " --format github -- $(touch pwned) \`id\` ; id`,
    ])
  })
})

describe('.pre-commit-hooks.yaml', () => {
  test('is one hook that runs this version on what is staged', async () => {
    const hooks = parse(read('.pre-commit-hooks.yaml')) as Record<string, unknown>[]
    expect(hooks).toMatchObject([
      {
        id: 'verify-full',
        language: 'node',
        pass_filenames: false,
        additional_dependencies: [`verify-full@${version}`],
      },
    ])
    const cwd = mkdtempSync(join(folder, 'repo-'))
    const git = (...argv: string[]) => promisify(execFile)('git', argv, { cwd })
    await git('init', '-q')
    writeFileSync(join(cwd, '.env'), 'PGHOST=db.example.com\nPGSSLMODE=disable\n')
    const argv = String(hooks[0]?.entry).split(' ')
    expect(argv.shift()).toBe('verify-full')
    expect((await run(argv, { cwd })).code).toBe(0)
    await git('add', '.env')
    const { code, out } = await run(argv, { cwd })
    expect(out).toContain('sslmode-below-verify-full')
    expect(code).toBe(1)
  })
})

describe('docs/ci.md', () => {
  const docs = read('docs/ci.md')
  const blocks = (language: string) =>
    [...docs.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
      (it) => it[1] ?? '',
    )
  const commands = docs.match(/npx --yes verify-full@.*/g) ?? []

  test('its YAML can be parsed', () => {
    expect(blocks('yaml')).toHaveLength(3)
    for (const block of blocks('yaml')) expect(parse(block)).toBeTypeOf('object')
  })

  test('the inputs of the workflow are inputs of the action', () => {
    const workflow = parse(blocks('yaml')[0] ?? '') as {
      jobs: { scan: { steps: { uses: string; with?: object }[] } }
    }
    const step = workflow.jobs.scan.steps.find(({ uses }) => uses.startsWith('OWNER/verify-full@'))
    expect(step?.uses).toBe(`OWNER/verify-full@v${version}`)
    for (const name of Object.keys(step?.with ?? {})) expect(action.inputs).toHaveProperty(name)
  })

  test('there are commands in it', () => {
    expect(commands.length).toBeGreaterThan(4)
  })

  test.each(commands)('%s', async (command) => {
    const [, , name, ...argv] = command.split(' ')
    expect(name).toBe(`verify-full@${version}`)
    const cwd = mkdtempSync(join(folder, 'project-'))
    writeFileSync(join(cwd, '.env'), 'DATABASE_URL=postgres://app:hunter2@db.example.com/app\n')
    if (argv.includes('--baseline') && !argv.includes('--update-baseline')) {
      await run([...argv, '--update-baseline'], { cwd })
    }
    const { code, out, err } = await run(argv, { cwd })
    const known = argv.includes('--baseline')
    expect({ code, err: err.replace(/^verify-full: .* is written\n$/, '') }).toEqual({
      code: known ? 0 : 1,
      err: '',
    })
    const output = argv[argv.indexOf('--output') + 1]
    if (argv.includes('--output') && output) {
      expect(readFileSync(join(cwd, output), 'utf8')).toContain('sslmode-missing')
    }
    expect(out).not.toContain('hunter2')
  })
})
