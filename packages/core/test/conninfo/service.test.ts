import { describe, expect, test } from 'vitest'
import { parseService } from '../../src/conninfo/service.js'
import { ConnInfoError } from '../../src/errors.js'

const file = 'pg_service.conf'
const read = (text: string, service = 'app') =>
  parseService({ file, text }, service)?.map(({ key, value }) => `${key}=${value}`)

describe('parseService', () => {
  test.each<[name: string, text: string, settings: string[] | undefined]>([
    ['no such service', '[other]\nhost=a\n', undefined],
    ['an empty file', '', undefined],
    ['an empty service', '[app]\n', []],
    ['comments and blank lines', '# c\n\n[app]\n  # c\n\nhost=a\n', ['host=a']],
    ['spaces at both ends of a line', '  [app]  \n\thost=a b \r\n', ['host=a b']],
    ['spaces after "=" are the value', '[app]\nhost= a\n', ['host= a']],
    ['values are taken as they are', "[app]\npassword='a#b=%41\\\n", ["password='a#b=%41\\"]],
    ['the next section ends it', '[app]\nhost=a\n[other]\nhost=b\n', ['host=a']],
    ['only the first of a name counts', '[app]\nhost=a\n[app]\nport=1\n', ['host=a']],
    ['text after "]" is ignored', '[app] x\nhost=a\n', ['host=a']],
    ['a name is whole', '[apple]\nhost=b\n[app]\nhost=a\n', ['host=a']],
    ['other sections may be broken', '[other]\nbroken\n[app]\nhost=a', ['host=a']],
    ['duplicates stay in order', '[app]\nport=1\nport=2\n', ['port=1', 'port=2']],
  ])('%s', (_, text, settings) => {
    expect(read(text)).toEqual(settings)
  })

  test.each([
    ['[app]\nhost\n', 'line 2 of the service file has no "="', 6],
    ['[app]\nhost = a\n', 'line 2 of the service file has a keyword that libpq does not know', 6],
    [
      '[app]\nrequiressl=1\n',
      'line 2 of the service file has a keyword that libpq does not know',
      6,
    ],
    ['[app]\nport=1\nservice=x\n', 'line 3 of the service file names another service', 13],
    ['[app]\nldap://x/y?z=1\n', 'line 2 of the service file looks the service up in LDAP', 6],
    [`[app]\nhost=${'a'.repeat(1017)}\n`, 'line 2 of the service file is too long', 6],
    ['[app]\nhost=a\0b\n', 'it holds a NUL character', 12],
  ])('%j is refused', (text, reason, position) => {
    const refused = expect.objectContaining({ reason, position })
    expect(() => read(text)).toThrow(ConnInfoError)
    expect(() => read(text)).toThrow(refused)
  })

  test('a line as long as libpq takes', () => {
    expect(read(`[app]\nhost=${'a'.repeat(1016)}\n`)).toHaveLength(1)
  })

  test('settings say where they are', () => {
    expect(parseService({ file, text: '[app]\n\nsslmode=require\n' }, 'app')).toEqual([
      {
        key: 'sslmode',
        value: 'require',
        origin: { via: 'service', key: 'sslmode', at: { file, line: 3 } },
      },
    ])
  })
})
