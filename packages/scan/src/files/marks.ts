/**
 * The prefilter: what a file must contain to be parsed at all, on the raw bytes, so that a file costs no
 * decoding. UTF-16 is decoded first.
 */
import { decode, isUtf16 } from '../bytes.js'

/** All spellings of a word in capital and small letters. */
const anyCase = (word: string): string[] =>
  [...word].reduce<string[]>(
    (all, letter) => {
      const both = new Set([letter.toLowerCase(), letter.toUpperCase()])
      return all.flatMap((start) => [...both].map((it) => start + it))
    },
    [''],
  )

const CLIENTS = ['psql', 'pgbe', 'pg_d', 'pg_r', 'pg_b']

/**
 * One row per mark: an expression, and its anchors: four bytes, of which every match holds one (behind the end
 * of a file are zeros). An anchor's first three bytes are rare in code: each pair that looks like one of them
 * costs a closer look. The last three rows are `postgre`, `jdbc:postg` and `host=` in the base64 of a
 * Kubernetes Secret.
 */
export const MARKS: readonly (readonly [mark: string, ...anchors: string[]])[] = [
  ['postgres', 'tgre'],
  ['POSTGRES', 'TGRE'],
  ['(?:DATABASE|DB|PG)_(?:UR[LI]|DSN|CONN)', '_URL', '_URI', '_DSN', '_CON'],
  [
    '(?:database|db|pg)_(?:ur[li]|dsn|conn)',
    ...['e_', 'b_', 'g_'].flatMap((it) => ['ur', 'ds', 'co'].map((end) => `${it}${end}`)),
  ],
  ['pgsql', 'pgsq'],
  ['psql:', 'psql'],
  [
    '(?:psql|pgbench|pg_(?:dump|restore|basebackup|rec))(?:\\\\\r?\n|[^\n]){0,200}? (?:-h|--host)',
    ...CLIENTS,
  ],
  ['postgis', 'tgis'],
  ['PG(?:SSL|HOST|REQUIRE|SERVICE)', 'PGSS', 'PGHO', 'PGRE', 'PGSE'],
  ['[sS][sS][lL][_-]?[mM][oO][dD][eE]', ...['slmo', 'sl_m', 'sl-m'].flatMap(anyCase)],
  ['NODE_TLS_REJECT', 'TLS_'],
  ['NODE_PG_FORCE', '_PG_'],
  ['rejectUnauthorized', 'tUna'],
  ['checkServerIdentity', 'kSer'],
  ['dbname ?=', 'dbna'],
  ['rds\\.force_ssl', 'e_ss'],
  ['require_secure_transport', 'e_se'],
  [
    '[\'"`]pg[\'"`/]',
    ...['"', "'", '`'].flatMap((it) => [...'"\'`/'].map((end) => `${it}pg${end}`)),
  ],
  [
    '[:=][ \t]*pg(?:[\\s,}\\]]|$)',
    ...[...':= \t'].flatMap((it) => [...'\t\n\v\f\r ,}]\0'].map((end) => `${it}pg${end}`)),
  ],
  ['\\b5432\\b', '5432'],
  ['pg-(?:promise|pool)', 'pg-p'],
  ['slonik', 'slon'],
  ['cockroachdb', 'ckro'],
  ['[\'"`](?:pgnative|redshift)[\'"`]', 'pgna', 'dshi'],
  // Its values are base64, whatever they begin with.
  ['kind: Secret', ': Se'],
  ['adapter-pg', 'r-pg'],
  ['verify-full-ignore', 'y-fu'],
  ['cG9zdGdyZX', 'G9zd'],
  ['amRiYzpwb3N0Z3', 'RiYz'],
  ['aG9zdD', 'G9zd'],
]

/** Any of the marks. */
export const MARK: RegExp = new RegExp(MARKS.map(([mark]) => mark).join('|'))

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) |
  ((bytes[at + 1] ?? 0) << 8) |
  ((bytes[at + 2] ?? 0) << 16) |
  ((bytes[at + 3] ?? 0) << 24)

const ANCHORS: ReadonlySet<number> = new Set(
  MARKS.flatMap(([, ...anchors]) => anchors.map((it) => word(Buffer.from(it, 'latin1'), 0))),
)

/**
 * The pairs of bytes at which an anchor is looked for, each as this machine reads 16 bits. Bytes are looked
 * at in pairs, so an anchor shows its first pair, or, where it begins between two pairs, its second.
 */
const PAIRS: Uint8Array = (() => {
  const pairs = new Uint8Array(0x10000)
  for (const anchor of MARKS.flatMap(([, ...anchors]) => anchors)) {
    for (const at of [0, 1]) {
      const [pair = 0] = new Uint16Array(
        Uint8Array.from(Buffer.from(anchor.slice(at, at + 2))).buffer,
      )
      pairs[pair] = 1
    }
  }
  return pairs
})()

/** Whether some bytes hold an anchor: several times faster than any expression. */
function hasAnchor(given: Uint8Array): boolean {
  const bytes = given.byteOffset % 2 === 0 ? given : Uint8Array.from(given)
  const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
  for (let at = 0; at < pairs.length; at++) {
    if (
      PAIRS[pairs[at] as number] === 1 &&
      (ANCHORS.has(word(bytes, 2 * at)) || ANCHORS.has(word(bytes, 2 * at - 1)))
    ) {
      return true
    }
  }
  return false
}

/** Whether a file may say anything about PostgreSQL. */
export function isCandidate(bytes: Buffer): boolean {
  if (isUtf16(bytes)) return MARK.test(decode(bytes))
  return hasAnchor(bytes) && MARK.test(bytes.toString('latin1'))
}
