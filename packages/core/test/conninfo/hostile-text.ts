import fc from 'fast-check'

/** The pieces that connection strings are made of, and those that break them. */
const PIECES = [
  'postgres://',
  'postgresql://',
  'host',
  '127.0.0.1',
  '[::1]',
  '@',
  ':',
  '/',
  '?',
  '&',
  '&amp;',
  ';',
  '=',
  ',',
  '%',
  '%2F',
  '%41',
  '%00',
  '%zz',
  ' ',
  '\t',
  '\n',
  "'",
  '\\',
  '[',
  ']',
  '#',
  '+',
  'a',
  '1',
  '5432',
  'ssl=true',
  'requiressl=1',
  'sslmode',
  'sslmode=',
  'host=',
  'port=',
  'hostaddr=',
  'user=',
  'dbname=',
  'nonsense=',
] as const

/** Texts that look like connection strings, most of them wrong. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 12 })
  .map((pieces) => pieces.join(''))
