import { describe, expect, test } from 'vitest'
import { scan } from '../src/index.js'
import { folder } from './folder.js'

const LINES = ['# first', 'A=postgres://app:hunter2@db.example.com/app?sslmode=prefer', 'B=2', '']
const now = new Date('2027-01-01')

const ENCODINGS: Readonly<Record<string, Buffer>> = {
  LF: Buffer.from(LINES.join('\n')),
  CRLF: Buffer.from(LINES.join('\r\n')),
  CR: Buffer.from(LINES.join('\r')),
  'UTF-8 with a byte order mark': Buffer.from(`\ufeff${LINES.join('\n')}`),
  'UTF-16 little-endian': Buffer.from(`\ufeff${LINES.join('\n')}`, 'utf16le'),
  'UTF-16 big-endian': Buffer.from(`\ufeff${LINES.join('\n')}`, 'utf16le').swap16(),
  'invalid UTF-8 elsewhere': Buffer.concat([
    Buffer.from('# \xff\xfe\n', 'latin1').fill('#', 0, 1),
    Buffer.from(LINES.slice(1).join('\n')),
  ]),
}

describe.each(Object.entries(ENCODINGS))('%s', (_, bytes) => {
  test('is read, and places are right', () => {
    using it = folder({ 'a.env': bytes, 'b.txt': bytes })
    const { findings } = scan({ root: it.root, now })
    expect(findings).toHaveLength(2)
    for (const { at, frame } of findings) {
      expect(at).toMatchObject({ line: 2, column: 53, endLine: 2, endColumn: 59, length: 6 })
      expect(frame?.text).toBe('A=postgres://***@db.example.com/app?sslmode=prefer')
      expect(frame?.text.slice((frame?.column ?? 0) - 1, (frame?.column ?? 0) + 5)).toBe('prefer')
    }
  })
})

test('a long line is shown from the finding on', () => {
  const line = `x = "${'y'.repeat(500)}"; A = "postgres://app:hunter2@db.example.com/app?sslmode=prefer"\n`
  using it = folder({ 'a.go': line })
  expect(scan({ root: it.root, now }).findings[0]?.frame).toEqual({
    line: 1,
    text: '... prefer ...',
    column: 5,
    length: 6,
  })
})
