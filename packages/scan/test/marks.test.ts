import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCandidate, MARKS } from '../src/files/marks.js'

const anyMark = new RegExp(MARKS.map(([mark]) => mark).join('|'))
/** What a mark matches. Word boundaries are up to the bytes around it. */
const matching = (mark: string) =>
  fc.stringMatching(new RegExp(`^(?:${mark.replaceAll('\\b', '')})$`))
const noise = fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes))
/** A mark in ASCII behind the signature of UTF-16 is no mark. */
const signed = (bytes: Buffer) => /^(?:fffe|feff)/.test(bytes.toString('hex'))

describe.each(MARKS)('%s', (mark, ...anchors) => {
  test('every match holds an anchor', () => {
    fc.assert(
      fc.property(matching(mark), (match) => {
        expect(anchors.filter((anchor) => `${match}\0`.includes(anchor))).not.toEqual([])
      }),
    )
    for (const anchor of anchors) expect(anchor).toHaveLength(4)
  })

  test('is seen wherever it stands', () => {
    const match = matching(mark).map((text) => ` ${text} `)
    fc.assert(
      fc.property(noise, match, noise, fc.boolean(), (before, text, after, odd) => {
        fc.pre(!signed(before))
        const bytes = Buffer.concat([Buffer.alloc(odd ? 1 : 0), before, Buffer.from(text), after])
        expect(isCandidate(bytes)).toBe(true)
        // Bytes that begin at an odd address, as one of many files in one buffer does.
        expect(isCandidate(bytes.subarray(odd ? 1 : 0))).toBe(true)
      }),
    )
  })
})

test.each([
  'client: pg\nconnection: { host: db.example.com }\n',
  '[db]\ndriver=pg\r\n',
  '{ client: pg, connection: x }\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a file holds
  'database_url: ${SOMETHING}\n',
  // As the last bytes of a file, at an even and an odd place.
  'connection: { host: db.example.com }\nclient: pg',
  'connection: { host: db.example.com  }\nclient: pg',
  'client:pg',
  'client =\tpg',
])('a word without quotes is enough: %j', (text) => {
  expect(isCandidate(Buffer.from(text))).toBe(true)
})

test('what holds no mark is no candidate, whatever anchors it holds', () => {
  const anchors = fc.constantFrom(...MARKS.flatMap(([, ...all]) => all))
  const texts = fc.array(fc.oneof(anchors, fc.string({ maxLength: 3 })), { maxLength: 12 })
  fc.assert(
    fc.property(texts, (pieces) => {
      const text = pieces.join('')
      expect(isCandidate(Buffer.from(text))).toBe(anyMark.test(text))
    }),
  )
})
