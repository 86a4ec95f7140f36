import { parseConf, readConfBoolean } from '@verify-full/core/offline'
import fc from 'fast-check'
import { expect, it, test } from 'vitest'

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

const read = (text: string) => parseConf(text).settings.get('x')?.value

test.each([
  ['x = on', 'on'],
  ['X on # note', 'on'],
  ["x='it''s'", "it's"],
  ["x = 'a\\tb\\101'", 'a\tbA'],
  ['x = 10MB', '10MB'],
  ['x = 1.5', '1.5'],
  ['x = 1\nx = 2', '2'],
  ['x = a-b.c:d/e', 'a-b.c:d/e'],
  ["x = ''", ''],
])('%s is %j', (text, value) => {
  expect(parseConf(text).errors).toEqual([])
  expect(read(text)).toBe(value)
})

test.each([
  'x = 1 MB',
  'x = 1.5GB',
  'x = /path',
  "x = 'open",
  'x =',
  'x',
  '= 1',
  '1x = 2',
  'x == 1',
])('%s is a syntax error', (text) => {
  expect(parseConf(text).errors.map(({ line }) => line)).toEqual([1])
  expect(read(text)).toBeUndefined()
})

it('reports includes with their line, and goes on behind an error', () => {
  const { settings, includes, errors } = parseConf("include 'a.conf'\nInclude_Dir d\n$\nssl = on")
  expect(includes).toEqual([
    { line: 1, directive: 'include', path: 'a.conf' },
    { line: 2, directive: 'include_dir', path: 'd' },
  ])
  expect(errors.map(({ line }) => line)).toEqual([3])
  expect(settings.get('ssl')).toEqual({ name: 'ssl', value: 'on', line: 4 })
})

test.each([
  ['on', true],
  ['TRUE', true],
  ['y', true],
  ['1', true],
  ['off', false],
  ['of', false],
  ['n', false],
  ['0', false],
  ['o', undefined],
  ['', undefined],
  ['enabled', undefined],
] as const)('the boolean %j is %s', (word, value) => {
  expect(readConfBoolean(word)).toBe(value)
})

it('never throws', () => {
  fc.assert(fc.property(hostile, (text) => void parseConf(text)))
})
