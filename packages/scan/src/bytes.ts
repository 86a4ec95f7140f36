/**
 * The prefilter: what a file must contain to be parsed at all. One expression over the raw bytes, read as
 * Latin-1, so that a file costs no decoding. UTF-16 is decoded first. The last three are `postgre`,
 * `jdbc:postg` and `host=` in the base64 of a Kubernetes Secret.
 */
const CANDIDATE =
  /postgres|POSTGRES|(?:DATABASE|DB|PG)_(?:UR[LI]|DSN|CONN)|pgsql|psql:|postgis:|PGSSL|PGHOST|PGREQUIRE|PGSERVICE|[sS][sS][lL][_-]?[mM][oO][dD][eE]|NODE_TLS_REJECT|NODE_PG_FORCE|rejectUnauthorized|checkServerIdentity|dbname ?=|rds\.force_ssl|require_secure_transport|['"`]pg['"`/]|\b5432\b|pg-promise|pg-pool|slonik|adapter-pg|verify-full-ignore|cG9zdGdyZX|amRiYzpwb3N0Z3|aG9zdD/

/** Whether a file may say anything about PostgreSQL. */
export const isCandidate = (bytes: Buffer): boolean =>
  CANDIDATE.test(isUtf16(bytes) ? decode(bytes) : bytes.toString('latin1'))

/** Where git and ripgrep look for a NUL. */
const HEAD = 8000

const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

/** Whether the bytes are no text: a NUL near the beginning, as git decides it. */
export const isBinary = (bytes: Buffer): boolean =>
  !isUtf16(bytes) && bytes.subarray(0, HEAD).includes(0)

/**
 * The text of a file: UTF-8 (what is invalid becomes U+FFFD), or UTF-16 where a byte order mark says so.
 * The mark itself is dropped.
 */
export function decode(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : isUtf16(bytes) ? 'utf-16le' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
