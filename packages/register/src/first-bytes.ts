/** What the first bytes that a client writes say, in PostgreSQL's own protocol. */
export type FirstBytes = 'startup' | 'cancel' | 'negotiation' | 'other'

/** SSLRequest and GSSENCRequest: more first bytes follow. */
const NEGOTIATIONS: readonly number[] = [80877103, 80877104]
const CANCEL = 80877102
/** PostgreSQL takes no longer one. */
const LONGEST_STARTUP = 10_000

/** How many bytes it takes to tell. */
export const MOST_FIRST_BYTES = 16

/**
 * Tells PostgreSQL's first bytes from those of other protocols; undefined where there are too few. A
 * startup packet is its length, protocol 3.x (or 2.0), and then the name of a parameter: Kafka's requests
 * begin like that, but go on with a number.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function firstBytes(bytes: Buffer): FirstBytes | undefined {
  if (bytes.length < 4)
    return bytes.every((byte, index) => index > 1 || byte === 0) ? undefined : 'other'
  const length = bytes.readUInt32BE(0)
  if (length < 8 || length > LONGEST_STARTUP) return 'other'
  if (bytes.length < 8) return undefined
  const code = bytes.readUInt32BE(4)
  if (length === 8) return NEGOTIATIONS.includes(code) ? 'negotiation' : 'other'
  if (code === CANCEL) return 'cancel'
  const major = code >>> 16
  if (major !== 3 && major !== 2) return 'other'
  if (bytes.length < 9) return undefined
  return /[A-Za-z_]/.test(String.fromCharCode(bytes[8] ?? 0)) ? 'startup' : 'other'
}
