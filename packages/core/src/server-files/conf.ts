/** One setting of postgresql.conf. */
export interface ConfSetting {
  /** In lower case: PostgreSQL does not tell cases apart. */
  readonly name: string
  /** Without quotes and escapes. Settings may hold passwords (`primary_conninfo`): do not print them all. */
  readonly value: string
  /** From 1. */
  readonly line: number
}

/** Settings of another file that stand in its place; later ones override earlier ones. */
export interface ConfInclude {
  readonly line: number
  readonly directive: 'include' | 'include_if_exists' | 'include_dir'
  readonly path: string
}

/** A line that the server would refuse; with one of them it refuses the whole file. */
export interface ConfError {
  readonly line: number
  readonly reason: string
}

export interface ConfFile {
  /** By name; where one is set more than once the last one counts. */
  readonly settings: ReadonlyMap<string, ConfSetting>
  readonly includes: readonly ConfInclude[]
  readonly errors: readonly ConfError[]
}

/**
 * Reads postgresql.conf (or postgresql.auto.conf) as the server's scanner does: `=` is optional, quotes
 * double or take a backslash, `10MB` is one word. Includes are reported, not followed: this is pure.
 *
 * @see https://www.postgresql.org/docs/current/config-setting.html#CONFIG-SETTING-CONFIGURATION-FILE
 * @example
 * import { parseConf } from '@verify-full/core/offline'
 *
 * export const ssl = parseConf("ssl = off\nssl = 'on' # the last one counts").settings.get('ssl')
 */
export function parseConf(text: string): ConfFile {
  const settings = new Map<string, ConfSetting>()
  const includes: ConfInclude[] = []
  const errors: ConfError[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const tokens = tokensOf(raw)
    const [first, ...rest] = tokens ?? []
    if (tokens?.length === 0) continue
    const value = rest[0]?.kind === 'equals' ? rest[1] : rest[0]
    const expected = rest[0]?.kind === 'equals' ? 3 : 2
    if (!first || !NAMES.has(first.kind) || !value || !VALUES.has(value.kind)) {
      errors.push({ line, reason: 'syntax error: expected name = value' })
    } else if (tokens?.length !== expected) {
      errors.push({ line, reason: 'syntax error after the value: does it need single quotes?' })
    } else {
      const name = first.text.toLowerCase()
      const directive = DIRECTIVES.find((known) => known === name)
      const read = value.kind === 'string' ? unquote(value.text) : value.text
      if (directive) includes.push({ line, directive, path: read })
      else settings.set(name, { name, value: read, line })
    }
  }
  return { settings, includes, errors }
}

const DIRECTIVES = ['include', 'include_if_exists', 'include_dir'] as const

type Kind = 'id' | 'qualified' | 'string' | 'unquoted' | 'integer' | 'real' | 'equals'
interface Token {
  readonly kind: Kind
  readonly text: string
}

const NAMES: ReadonlySet<Kind> = new Set(['id', 'qualified'])
const VALUES: ReadonlySet<Kind> = new Set(['id', 'string', 'unquoted', 'integer', 'real'])

/** guc-file.l: the longest match wins, then the first row. */
const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ['id', /[A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*/y],
  [
    'qualified',
    /[A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*\.[A-Za-z_\u0080-\uffff][A-Za-z_0-9\u0080-\uffff]*/y,
  ],
  ['string', /'(?:[^'\\]|\\.|'')*'/y],
  ['unquoted', /[A-Za-z_\u0080-\uffff](?:[A-Za-z_0-9\u0080-\uffff]|[-._:/])*/y],
  ['integer', /[-+]?(?:0x[0-9a-fA-F]+|\d+)[a-zA-Z]*/y],
  ['real', /[-+]?\d*\.\d*(?:[Ee][-+]?\d+)?/y],
  ['equals', /=/y],
]

/** The tokens of a line, or undefined where it holds what is none. */
function tokensOf(line: string): Token[] | undefined {
  const tokens: Token[] = []
  for (let at = 0; at < line.length; ) {
    const rest = line.charAt(at)
    if (rest === '#') break
    if (rest === ' ' || rest === '\t' || rest === '\r') {
      at++
      continue
    }
    let best: Token | undefined
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = at
      const text = pattern.exec(line)?.[0]
      if (text !== undefined && text.length > (best?.text.length ?? 0)) best = { kind, text }
    }
    if (!best) return undefined
    tokens.push(best)
    at += best.text.length
  }
  return tokens
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function unquote(text: string): string {
  return text
    .slice(1, -1)
    .replace(/\\([0-7]{1,3})|\\(.)|''/gs, (_, octal?: string, char?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255)
      return char === undefined ? "'" : (ESCAPES[char] ?? char)
    })
}

/** A boolean as the server reads it (`on`, `tru`, `y`, `1`), undefined for what is none. */
export function readConfBoolean(value: string): boolean | undefined {
  const word = value.toLowerCase()
  if (word === '') return undefined
  if (word === '1' || word === 'on' || 'true'.startsWith(word) || 'yes'.startsWith(word))
    return true
  const no = word === '0' || (word.length > 1 && 'off'.startsWith(word))
  return no || 'false'.startsWith(word) || 'no'.startsWith(word) ? false : undefined
}
