/** Where the policy of a process comes from, and what becomes of one that cannot be used. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definePolicy } from '@verify-full/core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { readPolicy } from '../../packages/register/src/policy.js'
import { hostile } from '../support/index.js'
import { run, type Workshop, workshop } from './process.js'

function folderWith(config?: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'verify-full-policy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  if (config) writeFileSync(join(folder, 'verify-full.config.json'), JSON.stringify(config))
  return folder
}

describe('readPolicy', () => {
  it('is verify-full where nothing is written', () => {
    expect(readPolicy({}, folderWith())).toMatchObject({
      minimum: 'verify-full',
      reportOnly: false,
    })
  })

  it('takes the file, and each variable in the place of its option', () => {
    const folder = folderWith({ minTlsVersion: 'TLSv1.3', local: 'refuse' })
    const env = {
      VERIFY_FULL_LOCAL: 'accept-loopback',
      VERIFY_FULL_ROOT_CERT: 'system',
      VERIFY_FULL_GATE_TIMEOUT_MILLIS: '500',
      VERIFY_FULL_MODE: 'report-only',
    }
    expect(readPolicy(env, folder)).toMatchObject({
      minTlsVersion: 'TLSv1.3',
      local: 'accept-loopback',
      rootCert: 'system',
      gateTimeoutMillis: 500,
      reportOnly: true,
    })
    const elsewhere = { VERIFY_FULL_CONFIG: join(folder, 'verify-full.config.json') }
    expect(readPolicy(elsewhere, tmpdir())).toMatchObject({ local: 'refuse' })
  })

  it('takes what definePolicy has made, and leaves what a scan is told of paths', () => {
    const folder = folderWith({ ...definePolicy({ local: 'refuse' }), overrides: [] })
    expect(readPolicy({}, folder)).toMatchObject({ local: 'refuse' })
    const env = { VERIFY_FULL_MODE: 'report-only' }
    expect(readPolicy(env, folder)).toMatchObject({ local: 'refuse', reportOnly: true })
    const relative = { VERIFY_FULL_CONFIG: 'verify-full.config.json' }
    expect(readPolicy(relative, folder)).toMatchObject({ local: 'refuse' })
  })

  it.each([
    [{ VERIFY_FULL_MINIMUM: 'verify_full' }, /VERIFY_FULL_MINIMUM.*one of/],
    [{ VERIFY_FULL_GATE_TIMEOUT_MILLIS: 'soon' }, /VERIFY_FULL_GATE_TIMEOUT_MILLIS/],
    [{ VERIFY_FULL_MODE: 'off' }, /VERIFY_FULL_MODE must be enforce or report-only/],
    [{ VERIFY_FULL_MINIMUN: 'require' }, /did you mean VERIFY_FULL_MINIMUM\?/],
    [{ VERIFY_FULL_REPORT_ONLY: 'true' }, /did you mean VERIFY_FULL_MODE=report-only\?/],
    [{ VERIFY_FULL_TLS_VERSION: 'TLSv1.3' }, /did you mean VERIFY_FULL_MIN_TLS_VERSION\?/],
    [{ VERIFY_FULL_DANGEROUSLY_ALLOW: '' }, /did you mean dangerouslyAllow in verify-full\.config/],
    [{ verify_full_mode: 'enforce' }, /did you mean VERIFY_FULL_MODE\?/],
    [{ VERIFY_FULL_CONFIG: '/no/such/file.json' }, /file\.json cannot be loaded/],
  ])('refuses %j', (env, message) => {
    expect(() => readPolicy(env as Record<string, string>, folderWith())).toThrow(message)
  })

  it('names the file of a wrong option', () => {
    const folder = folderWith({ minimun: 'require' })
    expect(() => readPolicy({}, folder)).toThrow(/verify-full\.config\.json: .*minimum/)
  })
})

describe('a process', () => {
  let place: Workshop
  beforeAll(async () => {
    place = await workshop()
  })
  afterAll(() => place.remove())

  it('with a policy that cannot be used does not run', async () => {
    place.write('app.mjs', "console.log('ran')")
    const ended = await run(place, ['app.mjs'], {
      NODE_OPTIONS: `--import=${place.register}`,
      VERIFY_FULL_MINIMUM: 'verifyfull',
    })
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^@verify-full\/register: environment variable VERIFY_FULL_MINIMUM/,
      ),
    })
  })

  it('that only reports says each violation once, and connects', async () => {
    await using server = await hostile({ answer: 'refuse' })
    place.write(
      'app.mjs',
      `import pg from 'pg'
for (let i = 0; i < 3; i++) {
  const client = new pg.Client({ host: 'localhost', port: ${server.port}, user: 'app', password: 'x' })
  await client.connect()
  await client.end()
}
console.log('connected')`,
    )
    const { code, stdout, stderr } = await run(place, ['app.mjs'], {
      NODE_OPTIONS: `--import=${place.register}`,
      VERIFY_FULL_MODE: 'report-only',
    })
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'connected' })
    const lines = stderr.split('\n')
    expect(lines[0]).toMatch(/^verify-full would refuse pg to localhost:\d+: sslmode-missing: /)
    expect(new Set(lines).size).toBe(lines.length)
    expect(lines.length).toBeLessThan(4)
  })

  describe('that a refusal ends', () => {
    const REFUSED =
      /^verify-full refused pg to localhost:5432: sslmode-missing: .+ \(from nothing: .+; fix: .+\)$/gm
    const swallowing = (ending: string) =>
      `import pg from 'pg'
const pool = new pg.Pool({ host: 'localhost', port: 5432, user: 'app', password: 'x' })
for (let i = 0; i < 3; i++) await pool.query('select 1').catch(() => {})
${ending}`
    const ended = (ending: string) => {
      place.write('swallows.mjs', swallowing(ending))
      return run(place, ['swallows.mjs'], { NODE_OPTIONS: `--import=${place.register}` })
    }

    it.each(['process.exit(3)', 'process.exitCode = 3', "throw new Error('migration failed')"])(
      'with %s says why once, though nobody prints the error',
      async (ending) => {
        const { code, stderr } = await ended(ending)
        expect(code).toBe(ending.includes('3') ? 3 : 1)
        expect(stderr.match(REFUSED)).toHaveLength(1)
        expect(stderr.match(/verify-full refused/g)).toHaveLength(1)
      },
    )

    it('with success says nothing of its own', async () => {
      expect(await ended('')).toEqual({ code: 0, stdout: '', stderr: '' })
    })
  })

  it('is warned of what cannot be guarded', async () => {
    place.write('node_modules/pg-native/package.json', '{"version":"3.2.0"}')
    place.write('node_modules/@prisma/client/package.json', '{"version":"6.19.0"}')
    place.write('app.mjs', '')
    place.write('node_modules/prisma/build/index.js', '')
    const warnings = async (...args: string[]) => {
      const env = { NODE_OPTIONS: `--import=${place.register}`, NODE_NO_WARNINGS: '0' }
      return (await run(place, args, env)).stderr
    }
    const stderr = await warnings('app.mjs')
    expect(stderr).toContain('pg-native is installed')
    expect(stderr).toContain("Prisma's engine before version 7")
    expect(stderr).not.toContain('schema engine')
    const prisma = 'node_modules/prisma/build/index.js'
    expect(await warnings(prisma, 'migrate', 'deploy')).toContain('prisma migrate connects')
    expect(await warnings(prisma, 'generate')).not.toContain('schema engine')
  })
})
