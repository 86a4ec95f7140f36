import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { run } from '../../../test/cli/run.js'

const PREFER = 'A=postgres://app:hunter2@db.example.com/app?sslmode=prefer\n'
const roots: string[] = []
function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'verify-full-cli-'))
  roots.push(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

test('verify-full names its version and its commands', async () => {
  const file = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(file) as { version: string }
  expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
  expect((await run(['--help'])).out).toMatch(/explain .*scan .*prove .*exporter /s)
})

describe('verify-full scan', () => {
  test('shows what is wrong, where, and how to mend it', async () => {
    const cwd = folder({ '.env': PREFER, 'b.env': 'B=postgres://app@localhost/app\n' })
    const { code, out, err } = await run(['scan'], { cwd })
    expect(code).toBe(1)
    expect(err).toBe('')
    expect(out.replace(/\d+ ms/, 'N ms')).toMatchInlineSnapshot(`
      ".env
        1:53  error  sslmode-below-verify-full
          1 | A=postgres://***@db.example.com/app?sslmode=prefer
            |                                             ^^^^^^
          reader    libpq reads this as tls(none), then plaintext
          expected  sslmode=verify-full
          found     sslmode=prefer: an attacker only has to answer N for everything to be sent unencrypted
          fix       write sslmode=verify-full sslrootcert=/path/to/root.crt (or set PGSSLMODE and PGSSLROOTCERT)

      Notes
        b.env  sslmode-missing  (localhost) line 1

      1 error, 0 warnings, 1 note; 1 fixable with --fix; 2 files, 2 of them parsed, N ms
      "
    `)
  })

  test('exit codes: clean, findings, usage', async () => {
    const clean = folder({ '.env': PREFER.replace('prefer', 'verify-full') })
    expect(await run(['scan'], { cwd: clean })).toMatchObject({ code: 0 })
    expect(await run(['scan', 'nowhere'], { cwd: clean })).toMatchObject({ code: 2, out: '' })
    expect(await run(['scan', '--format', 'nonsense'], { cwd: clean })).toMatchObject({ code: 2 })
    expect(await run(['scan', '--shard', '3/2'], { cwd: clean })).toMatchObject({ code: 2 })
    expect(await run(['scan', '--max-warnings', 'x'], { cwd: clean })).toMatchObject({ code: 2 })
    expect(await run(['scan', '--dry-run'], { cwd: clean })).toMatchObject({ code: 2 })
    expect(await run(['scan', '--update-baseline'], { cwd: clean })).toMatchObject({ code: 2 })
    expect(await run(['scan', '--staged'], { cwd: clean })).toMatchObject({ code: 2 })
  })

  test('--strict, --max-warnings, --quiet', async () => {
    const cwd = folder({
      '.env': 'A=postgres://app:x@db.example.com/app?sslmode=$MODE\n',
      'package.json': '{ "dependencies": { "typeorm": "1", "pg-native": "3" } }',
    })
    expect(await run(['scan'], { cwd })).toMatchObject({ code: 0 })
    expect(await run(['scan', '--max-warnings', '0'], { cwd })).toMatchObject({ code: 1 })
    expect(await run(['scan', '--max-warnings', '1'], { cwd })).toMatchObject({ code: 0 })
    const strict = await run(['scan', '--strict', '--quiet'], { cwd })
    expect(strict.code).toBe(1)
    expect(strict.out).toContain('undetermined')
    expect(strict.out).not.toContain('native-driver-installed')
  })

  test('the policy file is found, or named; a wrong one is exit code 2', async () => {
    const overrides = [{ files: 'dev', policy: { minimum: 'prefer' } }]
    const cwd = folder({
      'verify-full.config.json': JSON.stringify({ overrides }),
      'dev/a.env': PREFER,
      'wrong.json': '{ "minimun": 1 }',
      'nothing.json': '{}',
    })
    expect(await run(['scan'], { cwd })).toMatchObject({ code: 0 })
    expect(await run(['scan', '--config', 'nothing.json'], { cwd })).toMatchObject({ code: 1 })
    const wrong = await run(['scan', '--config', 'wrong.json'], { cwd })
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toMatch(/Did you mean minimum/)
  })

  test('--baseline and --update-baseline', async () => {
    const cwd = folder({ 'a.env': PREFER })
    const args = ['scan', '--baseline', 'known.json']
    expect(await run(args, { cwd })).toMatchObject({ code: 2 })
    expect(await run([...args, '--update-baseline'], { cwd })).toMatchObject({ code: 0, out: '' })
    const text = readFileSync(join(cwd, 'known.json'), 'utf8')
    expect(text).not.toContain('hunter2')
    expect(await run(args, { cwd })).toMatchObject({ code: 0 })
    // Updating again changes nothing: what is hidden stays.
    await run([...args, '--update-baseline'], { cwd })
    expect(readFileSync(join(cwd, 'known.json'), 'utf8')).toBe(text)
    writeFileSync(join(cwd, 'b.env'), PREFER)
    expect(await run(args, { cwd })).toMatchObject({ code: 1 })
  })

  test('--fix --dry-run shows, --fix writes', async () => {
    const before = `${PREFER}PGSSLMODE='require' # x\n`
    const cwd = folder({ '.env': before })
    const dry = await run(['scan', '--fix', '--dry-run'], { cwd })
    expect(dry.code).toBe(1)
    expect(dry.out).toContain("+PGSSLMODE='verify-full' # x")
    expect(dry.out).not.toContain('hunter2')
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe(before)
    expect(await run(['scan', '--fix'], { cwd })).toMatchObject({ code: 0 })
    expect(readFileSync(join(cwd, '.env'), 'utf8')).toBe(
      before.replace('prefer', 'verify-full').replace('require', 'verify-full'),
    )
  })

  test('--format json --output', async () => {
    const cwd = folder({ 'sub/.env': PREFER })
    const { code, out } = await run(['scan', 'sub', '--format', 'json', '--output', 'r.json'], {
      cwd,
    })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    const report = JSON.parse(readFileSync(join(cwd, 'r.json'), 'utf8'))
    expect(report).toMatchObject({
      tool: { name: 'verify-full' },
      version: 1,
      counts: { error: 1, warning: 0, note: 0 },
      findings: [
        { path: 'sub/.env', rule: 'sslmode-below-verify-full', at: { line: 1, column: 53 } },
      ],
    })
  })

  test('colour only where it is asked for', async () => {
    const cwd = folder({ '.env': PREFER })
    const colored = await run(['scan'], { cwd, env: { FORCE_COLOR: '1' } })
    expect(colored.out).toContain('\u001b[31m')
    expect((await run(['scan'], { cwd })).out).not.toContain('\u001b[')
  })
})
