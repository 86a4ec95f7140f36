import { evaluateHba, firstMatch, type HbaQuestion, parseHba } from '@verify-full/core/offline'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { runs } from '../../../../test/support/runs.js'

const hostile = fc.string({
  unit: fc.constantFrom(
    ...' \t\r\n"\\\'#,=@+/:.0aZ%&\0\u00e9\u{1f40e}',
    'all',
    'host',
    '::',
    '10.0.0.0/8',
  ),
  maxLength: 60,
})

const entriesOf = (text: string) => {
  const { entries, errors } = parseHba(text)
  expect(errors).toEqual([])
  return entries
}
const openLines = (text: string, question?: HbaQuestion) =>
  evaluateHba(entriesOf(text), question).map(({ entry }) => entry.line)

describe('parseHba', () => {
  it('reads an entry with its line, over continuations and comments', () => {
    expect(
      entriesOf(
        '# first\n\nhostssl app,"a b" +staff \\\n 10.0.0.0/8 scram-sha-256 clientcert=verify-full # end',
      ),
    ).toEqual([
      {
        line: 3,
        type: 'hostssl',
        databases: [
          { kind: 'name', value: 'app' },
          { kind: 'name', value: 'a b' },
        ],
        users: [{ kind: 'role', value: 'staff' }],
        address: { kind: 'range', family: 4, base: 10n << 24n, mask: 0xff000000n },
        method: 'scram-sha-256',
        options: { clientcert: 'verify-full' },
      },
    ])
  })
  it('reports includes from PostgreSQL 16 on; before, they are errors', () => {
    const text = 'include_dir hba.d\ninclude "a b.conf"'
    expect(parseHba(text).includes).toEqual([
      { line: 1, directive: 'include_dir', path: 'hba.d' },
      { line: 2, directive: 'include', path: 'a b.conf' },
    ])
    expect(parseHba(text, { version: 15 }).errors.map(({ line }) => line)).toEqual([1, 2])
  })
  it('knows regular expressions from 16 on, and oauth from 18 on', () => {
    const [regex] = entriesOf('host /^app all all md5')
    expect(regex?.databases).toEqual([{ kind: 'regex', value: '^app' }])
    expect(parseHba('host /^app all all md5', { version: 15 }).entries[0]?.databases).toEqual([
      { kind: 'name', value: '/^app' },
    ])
    const oauth = 'host all all all oauth issuer=i scope=s'
    expect(parseHba(oauth).errors).toEqual([])
    expect(parseHba(oauth, { version: 17 }).errors).toHaveLength(1)
  })
  it('repeats no secret: neither a password nor what stands where an option was meant', () => {
    const text =
      'host all all all ldap ldapserver=l ldapbindpasswd=hunter2\nhost all all all md5 hunter2\nhost all all all hunter2'
    expect(JSON.stringify(parseHba(text).entries.map(({ options }) => options))).not.toMatch(
      /hunter2/,
    )
    expect(JSON.stringify(parseHba(text).errors)).not.toMatch(/hunter2/)
    expect(parseHba(text).errors.map(({ line }) => line)).toEqual([2, 3])
  })
  it('never throws', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(14, 16, 18), (text, version) => {
        evaluateHba(parseHba(`host ${text}`, { version }).entries)
        evaluateHba(parseHba(text, { version }).entries)
      }),
    )
  })
})

test.each<[name: string, text: string, lines: number[], question?: HbaQuestion]>([
  ['hostssl opens nothing', 'hostssl all all all scram-sha-256', []],
  ['host does', 'host all all all scram-sha-256', [1]],
  ['a reject before it closes it', 'hostnossl all all all reject\nhost all all all md5', []],
  ['a reject after it does not', 'host all all all md5\nhostnossl all all all reject', [1]],
  [
    'a reject of some is not enough',
    'hostnossl all all 10.0.0.0/8 reject\nhost all all all md5',
    [2],
  ],
  [
    'two rejects of all IPv4, but not IPv6',
    'host all all 0.0.0.0/1 reject\nhost all all 128.0.0.0/1 reject\nhost all all 0.0.0.0/0 md5\nhost all all ::/0 md5',
    [4],
  ],
  [
    'what an earlier entry takes is not said again',
    'host all all 10.0.0.0/8 md5\nhost all all 10.1.0.0/16 trust',
    [1],
  ],
  [
    'a role may be empty: its reject closes nothing',
    'host all +x all reject\nhost all all all md5',
    [2],
  ],
  ['a host name closes nothing', 'host all all db.example.com reject\nhost all all all md5', [2]],
  ['all is not replication', 'hostnossl all all all reject\nhost replication all all md5', [2]],
  ['for one database', 'host app all all md5\nhost other all all md5', [1], { database: 'app' }],
  ['for one user', 'host all app all reject\nhost all all all md5', [], { user: 'app' }],
  ['for one address', 'host all all 10.0.0.0/8 md5', [], { address: '192.0.2.1' }],
  ['sameuser, decided', 'host sameuser all all md5', [], { user: 'a', database: 'b' }],
  ['sameuser, undecided', 'host sameuser all all md5', [1]],
  ['with TLS', 'hostssl all all all trust\nhostnossl all all all trust', [1], { transport: 'tls' }],
  ['through the socket', 'local all all peer\nhost all all all md5', [1], { transport: 'unix' }],
  [
    'a mask with holes',
    'host all all 10.0.0.1 255.0.0.255 reject\nhost all all 10.2.3.1/32 md5',
    [],
  ],
])('evaluateHba: %s', (_, text, lines, question) => {
  expect(openLines(text, question)).toEqual(lines)
})

it('evaluateHba says which of them is certain', () => {
  const text = 'host all +staff all md5\nhost all all samenet md5\nhost all all all md5'
  expect(evaluateHba(entriesOf(text)).map(({ certain }) => certain)).toEqual([false, false, true])
})

it('firstMatch names the entry that decides, and those before it that only the server can judge', () => {
  const entries = entriesOf(
    'host all +staff all md5\nhost all app all reject\nhost all all all trust',
  )
  const { entry, undecided } = firstMatch(entries, {
    user: 'app',
    database: 'app',
    address: '10.0.0.1',
  })
  expect([entry?.line, undecided.map(({ line }) => line)]).toEqual([2, [1]])
})

it('evaluateHba agrees with trying every client, one by one', () => {
  const pick = fc.constantFrom
  const line = fc
    .tuple(
      pick('host', 'hostnossl', 'hostssl'),
      pick('all', 'a', 'b', 'a,b', 'replication'),
      pick('all', 'u', 'v', 'u,v'),
      pick(
        'all',
        '10.0.0.0/30',
        '10.0.0.1/32',
        '10.0.0.2 255.255.255.254',
        '10.0.0.0 255.255.255.253',
      ),
      pick('md5', 'reject', 'trust'),
    )
    .map((parts) => parts.join(' '))
  const databases = ['a', 'b', 'c', undefined]
  const clients = databases.flatMap((database) =>
    ['u', 'v', 'w'].flatMap((user) =>
      ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '::1'].map((address) =>
        database ? { database, user, address } : { replication: true, user, address },
      ),
    ),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const entries = entriesOf(lines.join('\n'))
      const openings = new Set(evaluateHba(entries).map(({ entry }) => entry.line))
      const found = new Set<number>()
      for (const client of clients) {
        const { entry } = firstMatch(entries, client)
        if (entry && entry.method !== 'reject') found.add(entry.line)
      }
      expect([...openings].sort()).toEqual([...found].sort())
    }),
    { numRuns: runs(300) },
  )
})

it('is quick with a thousand entries', () => {
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `host db${i % 50} user${i % 30} 10.${i % 250}.0.0/16 ${i % 3 ? 'md5' : 'reject'}`,
  )
  const entries = entriesOf([...lines, 'host all all all md5'].join('\n'))
  const started = performance.now()
  expect(evaluateHba(entries).at(-1)?.entry.line).toBe(1001)
  expect(performance.now() - started).toBeLessThan(5000)
})
