import { describe, expect, test } from 'vitest'
import {
  applyFixes,
  formatBaseline,
  parseBaseline,
  type ScanPolicyOptions,
  scan,
} from '../src/index.js'
import { folder, PREFER } from './folder.js'

const now = new Date('2027-01-01')
const LOCAL = 'A=postgres://app:hunter2@localhost/app\n'

describe('policy by path', () => {
  const severities = (policy: ScanPolicyOptions, files: Record<string, string>) => {
    using it = folder(files)
    const { findings } = scan({ root: it.root, now, policy })
    return Object.fromEntries(findings.map(({ path, severity }) => [path, severity]))
  }

  test('local hosts, fixtures and documents are notes by default', () => {
    const files = {
      'a.env': LOCAL,
      'test/b.env': PREFER,
      'c.md': PREFER,
      'd.env': PREFER,
      '.env.test': PREFER,
    }
    expect(severities({}, files)).toEqual({
      'a.env': 'note',
      'test/b.env': 'note',
      'c.md': 'note',
      'd.env': 'error',
      '.env.test': 'note',
    })
  })

  test('an override decides for its paths, the last one wins', () => {
    const files = {
      'deploy/a.env': LOCAL,
      'deploy/test/b.env': PREFER,
      'dev/c.env': PREFER,
      'd.env': PREFER,
    }
    const overrides = [
      { files: 'deploy', policy: { local: 'refuse' } },
      { files: ['dev/**', 'dev'], policy: { minimum: 'require' } },
      { files: 'dev/c.env', policy: { minimum: 'prefer' } },
    ] as const
    expect(severities({ overrides }, files)).toEqual({
      'deploy/a.env': 'error',
      'deploy/test/b.env': 'error',
      'd.env': 'error',
    })
  })

  test('what the policy waives is suppressed, with its reason', () => {
    using it = folder({ 'a.env': PREFER })
    const dangerouslyAllow = [
      {
        rule: 'sslmode-below-verify-full',
        host: 'db.example.com',
        reason: 'appliance',
        until: '2028-01-01',
      },
    ] as const
    const { findings, suppressed } = scan({ root: it.root, now, policy: { dangerouslyAllow } })
    expect(findings).toEqual([])
    expect(suppressed).toMatchObject([{ by: 'waiver', reason: 'appliance' }])
  })

  test('reportOnly makes warnings', () => {
    expect(severities({ reportOnly: true }, { 'a.env': PREFER })).toEqual({ 'a.env': 'warning' })
  })

  test.each([
    [{ overrides: {} }, /overrides must be an array/],
    [{ overrides: [{ policy: {} }] }, /overrides\[0\]\.files/],
    [{ overrides: [{ files: '*' }] }, /overrides\[0\]\.policy/],
    [{ overrides: [{ files: '*', policy: { minimun: 'x' } }] }, /Did you mean minimum/],
    [{ minimun: 'verify-full' }, /Did you mean minimum/],
  ])('%j is refused', (policy, message) => {
    using it = folder({})
    expect(() => scan({ root: it.root, policy: policy as ScanPolicyOptions })).toThrow(message)
  })
})

describe('baseline', () => {
  test('hides what is known wherever it moves in its file, and nothing else', () => {
    using before = folder({ 'a.env': PREFER, 'b.env': PREFER })
    const baseline = parseBaseline(formatBaseline(scan({ root: before.root, now })))
    expect(baseline.size).toBe(2)
    using after = folder({
      'a.env': `# moved\n\n  ${PREFER}${PREFER.replace('A=', 'B=')}`,
      'c.env': PREFER,
    })
    const { findings, suppressed } = scan({ root: after.root, now, baseline })
    expect(suppressed.map(({ by, finding }) => `${by} ${finding.path}`)).toEqual(['baseline a.env'])
    expect(findings.map(({ path, at }) => `${path}:${at.line}`)).toEqual(['a.env:4', 'c.env:1'])
  })

  test('does not hide a second one of the same', () => {
    using before = folder({ 'a.env': PREFER })
    const baseline = parseBaseline(formatBaseline(scan({ root: before.root, now })))
    using after = folder({ 'a.sh': '', 'a.env': `${PREFER}${PREFER.replace('A=', 'B=')}` })
    expect(scan({ root: after.root, now, baseline }).findings).toHaveLength(1)
  })

  test.each(['', '[]', '{"version":2,"findings":[]}', 'null'])('%j is none', (text) => {
    expect(() => parseBaseline(text)).toThrow(TypeError)
  })
})

describe('fixes', () => {
  test.each([
    [
      '.env',
      `A="postgres://u:p@h.example/app?sslmode=prefer" # why\n`,
      `A="postgres://u:p@h.example/app?sslmode=verify-full" # why\n`,
    ],
    [
      'a.yaml',
      `a:\r\n  PGSSLMODE: 'require'   # keep\r\n`,
      `a:\r\n  PGSSLMODE: 'verify-full'   # keep\r\n`,
    ],
    [
      'pg_hba.conf',
      '# x\nhost  all all 10.0.0.0/8 md5 # y\n',
      '# x\nhostssl  all all 10.0.0.0/8 md5 # y\n',
    ],
    [
      'a.json',
      '{ "type": "postgres", "host": "h.example", "ssl": { "rejectUnauthorized": false, "ca": "-----BEGIN CERTIFICATE-----\\nMA==\\n-----END CERTIFICATE-----" } }\n',
      '{ "type": "postgres", "host": "h.example", "ssl": { "ca": "-----BEGIN CERTIFICATE-----\\nMA==\\n-----END CERTIFICATE-----" } }\n',
    ],
    [
      'a.tf',
      'resource "aws_db_parameter_group" "x" {\n  parameter {\n    name = "rds.force_ssl"\n    value = "0" # x\n  }\n}\n',
      'resource "aws_db_parameter_group" "x" {\n  parameter {\n    name = "rds.force_ssl"\n    value = "1" # x\n  }\n}\n',
    ],
    [
      'a.go',
      'x := "host=h.example dbname=app sslmode=disable port=1"\n',
      'x := "host=h.example dbname=app sslmode=verify-full port=1"\n',
    ],
  ])('%s: quotes, comments and line ends stay', (path, before, after) => {
    using it = folder({ [path]: before })
    const [fixed] = applyFixes(scan({ root: it.root, now }), () => before)
    expect(fixed?.after).toBe(after)
    using again = folder({ [path]: after })
    const left = scan({ root: again.root, now }).findings
    expect(left.filter(({ edits }) => edits)).toEqual([])
  })

  test('what is not the value itself is left alone', () => {
    const files = {
      'a.yaml': `kind: Secret\ndata:\n  u: ${Buffer.from('postgres://u:p@h.example/app?sslmode=prefer').toString('base64')}\n`,
      '.env': 'M=prefer\nA=postgres://u:p@h.example/app?sslmode=$M\n',
    }
    using it = folder(files)
    const report = scan({ root: it.root, now })
    expect(report.counts.error).toBe(2)
    expect(applyFixes(report, (path) => files[path as '.env'])).toEqual([])
  })
})
