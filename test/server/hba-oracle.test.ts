/** The real server's opinion of the same pg_hba.conf and postgresql.conf, line by line. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatHbaAddress, type HbaEntry, parseConf, parseHba } from '@verify-full/core/offline'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgres } from '../support/index.js'

const VERSIONS = process.env.VERIFY_FULL_MATRIX === '1' ? [14, 15, 16, 17, 18] : [18]
let server: PostgresServer

interface Rule {
  readonly line: number
  readonly type: string | null
  readonly databases?: readonly string[]
  readonly users?: readonly string[]
  readonly address?: string
  readonly method?: string
  readonly error: string | null
}

/** The view reads the file whenever it is asked: no reload. */
async function fileRules(text: string): Promise<Rule[]> {
  writeFileSync(join(server.dataDir, 'pg_hba.conf'), text)
  const rows = await server.admin(`
    select line_number as line, type, database as databases, user_name as users, auth_method as method,
      case when netmask is null then address
        when family(address::inet) = 4 and netmask = '255.255.255.255' then address
        else address || ' mask ' || netmask end as address, error
    from pg_hba_file_rules order by line_number`)
  return rows as unknown as Rule[]
}

const blank = fc.constantFrom(' ', '\t', '  ', ' \t')
/** Mostly what is right, so that whole lines are, too. */
const mostly = (right: readonly string[], others: readonly string[]) =>
  fc.oneof(
    { weight: 7, arbitrary: fc.constantFrom(...right) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
const type = mostly(['local', 'host', 'hostssl', 'hostnossl', '"host"'], ['hostx', 'HOST'])
const name = fc.oneof(
  fc.constantFrom('all', 'sameuser', 'samerole', 'replication', '"all"', '+staff', '"+x"', 'app'),
  fc.constantFrom('a"b"c', '"a b"', '"a,b"', '"say ""hi"""', '/^app_.*$', '"/^a,b$"', '"un', 'a#b'),
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/),
)
const names = fc
  .array(name, { minLength: 1, maxLength: 3 })
  .chain((list) => fc.constantFrom(',', ', ', ' ,', ',,').map((comma) => list.join(comma)))
const octet = fc.oneof(fc.nat(255), fc.nat(300)).map(String)
const ip = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('10', '10.1', '0x7f.1', '010.0.0.1', '::', '::1', '::ffff:10.0.0.1'),
)
const noIp = fc.oneof(
  fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.')),
  fc.constantFrom('"all"', 'db.example.com', '.example.com', '1.2.3.4.5', '1::2::3', 'all'),
)
const bits = fc.oneof(fc.nat(32).map(String), fc.constantFrom('', '-1', '+8', '0x8', 'x', '140'))
const mask = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('255.255.0.0', '255.0.255.0', '255'))
const cidr = fc.tuple(ip, fc.nat(32)).map((parts) => parts.join('/'))
const masked = fc
  .tuple(fc.ipV4(), fc.oneof(fc.ipV4(), fc.constantFrom('255.255.0.0', '255.0.255.0', '255')))
  .map((parts) => parts.join(' '))
const address = fc.oneof(
  { weight: 6, arbitrary: cidr },
  { weight: 3, arbitrary: masked },
  { weight: 3, arbitrary: fc.constantFrom('all', 'samehost', 'samenet', 'db.example.com') },
  { weight: 1, arbitrary: fc.tuple(fc.oneof(ip, noIp), bits).map((parts) => parts.join('/')) },
  { weight: 1, arbitrary: fc.tuple(fc.oneof(ip, noIp), mask).map((parts) => parts.join(' ')) },
  { weight: 1, arbitrary: fc.oneof(ip, noIp) },
  { weight: 1, arbitrary: fc.constantFrom('10.0.0.0/8,10.1.0.0/16', '10.0.0.0/8, 1.1.1.1') },
)
const method = mostly(
  ['trust', 'reject', 'scram-sha-256', 'md5', 'password', 'ident', '"md5"', 'cert', 'peer'],
  ['radius', 'oauth', 'TRUST', 'scram', 'md5,trust', 'ldap', 'pam', 'gss', 'sspi', 'bsd'],
)
const option = fc.constantFrom(
  ...['clientcert=verify-full', 'clientcert=verify-ca', 'clientcert=1', 'map=m', 'clientname=DN'],
  ...['clientname=dn', 'ldapserver=l', 'ldaptls=1', 'radiusservers=127.0.0.1', 'radiussecrets=s'],
  ...['include_realm=1', 'nonsense=1', 'nonsense', '"map=a b"', 'map=', 'issuer=i', 'scope=s'],
)
const line = fc
  .tuple(
    type,
    names,
    names,
    fc.option(address, { nil: '', freq: 12 }),
    fc.option(method, { nil: '', freq: 12 }),
    fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: option }),
    fc.constantFrom('', '', '', '', '# comment', '\r', '\\\n  map=x', ' \\\\\n'),
    blank,
  )
  .map(([first, db, user, from, how, more, end, gap]) => {
    const parts = [first, db, user, first === 'local' ? '' : from, how, more]
    return parts.filter(Boolean).join(gap) + gap + end
  })

/** The server's build may lack what its version knows; that says nothing about the grammar. */
const BUILD = /not supported by this build/

const shown = (entry: HbaEntry): Omit<Rule, 'error'> => ({
  line: entry.line,
  type: entry.type,
  databases: entry.databases.map(written),
  users: entry.users.map(written),
  method: entry.method,
})
const written = ({ kind, value }: HbaEntry['users'][number]): string =>
  ({ role: `+${value}`, regex: `/${value}`, file: `@${value}` })[kind as string] ?? value

/** Base and mask as numbers: the same range is written in many ways. */
const canonical = ({ address: at }: HbaEntry): string =>
  at?.kind === 'range' ? `${at.base & at.mask} ${at.mask}` : ''
const canonicalText = (from: string): string => {
  const [host = '', netmask] = from.split(' mask ')
  const text = netmask ? `${host} ${netmask}` : `${host} 255.255.255.255`
  const [entry] = parseHba(`host a a ${text} trust`).entries
  return entry ? canonical(entry) : `not a range: ${from}`
}

const value = fc.oneof(
  fc.constantFrom('on', 'off', '1', '10MB', '1.5', '.5', "'a b'", "'it''s'", "'a\\'b'", "'\\101'"),
  fc.constantFrom(
    'a b',
    "'open",
    '$x',
    'a-b.c',
    '/path',
    "'/p' x",
    '-1',
    '0x1F',
    '',
    '1 MB',
    'a=b',
  ),
)
const setting = fc
  .tuple(
    fc.constantFrom(
      'application_name',
      'Application_Name',
      'my.custom',
      'log_line_prefix',
      '1x',
      "'q'",
    ),
    fc.constantFrom('=', ' = ', ' ', '=='),
    value,
    fc.constantFrom('', ' # note', '\r'),
  )
  .map((parts) => parts.join(''))

describe.each(VERSIONS)('PostgreSQL %s', (version) => {
  beforeAll(async () => {
    server = await postgres({ version })
  })
  afterAll(() => server?.stop())

  const counts = { lines: 0, entries: 0, errors: 0 }

  it('pg_hba.conf: the same entries, the same lines refused', async () => {
    const files = fc.array(line, { minLength: 150, maxLength: 150 })
    await fc.assert(
      fc.asyncProperty(files, async (lines) => {
        const text = `local all postgres trust\n${lines.join('\n')}\n`
        const rules = (await fileRules(text)).filter(({ error }) => !BUILD.test(error ?? ''))
        const read = parseHba(text, { version: server.version })
        const ours = new Map(read.entries.map((entry) => [entry.line, entry]))
        const refused = new Set(read.errors.map((error) => error.line))
        for (const rule of rules) {
          const place = `line ${rule.line}: ${text.split('\n')[rule.line - 1]} (${rule.error})`
          counts.lines++
          // One refusal (an invalid clientname) has no message: then the row is empty.
          if (rule.error !== null || rule.type === null) {
            expect(refused, place).toContain(rule.line)
            counts.errors++
            continue
          }
          const { error: _, address: from, ...expected } = rule
          const entry = ours.get(rule.line)
          expect(entry && shown(entry), place).toEqual(expected)
          if (entry?.address?.kind === 'range') {
            expect(canonical(entry), place).toBe(canonicalText(from ?? ''))
          } else if (entry?.address) expect(formatHbaAddress(entry.address), place).toBe(from)
          counts.entries++
        }
      }),
      { numRuns: 25, endOnFailure: true },
    )
    expect(counts.entries).toBeGreaterThan(300)
    expect(counts.errors).toBeGreaterThan(300)
  })

  it('pg_hba.conf: nothing that the server leaves out, and every line that it has', async () => {
    const files = fc.array(line, { minLength: 150, maxLength: 150 })
    await fc.assert(
      fc.asyncProperty(files, async (lines) => {
        const text = lines.join('\n')
        const rules = (await fileRules(text)).map((rule) => rule.line)
        const { entries, errors } = parseHba(text, { version: server.version })
        expect([...entries, ...errors].map((one) => one.line).sort((a, b) => a - b)).toEqual(rules)
      }),
      { numRuns: 10, endOnFailure: true },
    )
  })

  it('postgresql.conf: the last value of each setting, and the lines refused', async () => {
    const path = join(server.dataDir, 'postgresql.conf')
    await fc.assert(
      fc.asyncProperty(fc.array(setting, { minLength: 8, maxLength: 8 }), async (lines) => {
        const text = `${lines.join('\n')}\n`
        writeFileSync(path, text)
        const rows = await server.admin(
          'select sourceline as line, name, setting, applied, error from pg_file_settings order by seqno',
        )
        const { settings, errors } = parseConf(text)
        const syntax = rows.filter((row) => /syntax error/.test(String(row.error)))
        // The view gives up at the first line that it cannot read.
        expect(errors[0]?.line).toBe(syntax[0]?.line)
        if (errors.length > 0) return
        const last = new Map(
          rows.map((row) => [
            String(row.name).toLowerCase(),
            { value: row.setting, line: row.line },
          ]),
        )
        for (const [key, { value: read, line: at }] of settings) {
          expect({ value: read, line: at }, `${key} in ${text}`).toEqual(last.get(key))
        }
        expect([...settings.keys()].sort()).toEqual([...last.keys()].sort())
      }),
      { numRuns: 80, endOnFailure: true },
    )
  })
})
