import { STAND_IN } from '../model.js'

/**
 * How files name a value that is known only at run time: `${VAR}`, `${VAR:-default}`, `$VAR`, `$(VAR)`
 * (Kubernetes), `${{ secrets.VAR }}`, `{{ .Values.var }}`, `<%= ENV['VAR'] %>`, `%(VAR)s`, `#{var}`,
 * `{var}` (Python), `%s` (printf), `<password>` and `[password]` (documents), `@@VAR@@`, `__VAR__`. Variables nest once:
 * `${A ? `:${A}` : ''}`. What IPv6 writes in brackets has a colon inside.
 */
const VARIABLE =
  /\$\{\{[^{}]{0,200}\}\}|\$\{(?:[^{}]|\{[^{}]{0,200}\}){0,200}\}|\$\([A-Za-z_]\w{0,99}\)|\$[A-Za-z_]\w{0,99}|\{\{[^{}]{0,200}\}\}|<%[^%]{0,200}%>|%\([A-Za-z_]\w{0,99}\)s|#\{[^{}]{0,200}\}|\{[A-Za-z_][\w.]{0,99}\}|%\[\d\]s|%[sdvq](?![A-Za-z0-9])|<[A-Za-z_][\w -]{0,60}>|\[:?[A-Za-z_][\w -]{0,60}\]|@@\w{1,60}@@|__[A-Z][A-Z_]{0,60}?__/g

export interface Variable {
  readonly index: number
  readonly length: number
  readonly name: string
  /** What it is where nobody sets it: `prefer` of `${DB_SSLMODE:-prefer}`. */
  readonly fallback?: string
}

/** The variables in a text, in order. */
export function variablesIn(text: string): Variable[] {
  if (!/[$%{<[@_]/.test(text)) return []
  return [...text.matchAll(VARIABLE)].map(({ index, 0: written }) => {
    const parts = /^\$\{([A-Za-z_]\w*)(?::?-)([^{}]*)\}$/.exec(written)
    const name = parts?.[1] ?? nameOf(written)
    const fallback = parts?.[2]
    const found = { index, length: written.length, name }
    return fallback ? { ...found, fallback } : found
  })
}

/** Whether a text is nothing but variables. */
export const isOnlyVariables = (text: string): boolean =>
  text.trim() !== '' && text.replace(VARIABLE, '').trim() === ''

/** The text of the same length class without run-time values: each becomes its default or a stand-in. */
export const withStandIns = (text: string): string => {
  let out = ''
  let at = 0
  for (const { index, length, fallback } of variablesIn(text)) {
    out += text.slice(at, index) + (fallback ?? STAND_IN)
    at = index + length
  }
  return out + text.slice(at)
}

const PORT =
  /:(?:\$\{[^{}:]*\}|\$\w+|\{\{[^{}]*\}\}|\$\([^)]*\)|%[sdv]|<[\w-]+>|\[[\w-]+\]|\{\w+\}|__\w+__|port)(?=[/,?]|$)/gi

/** The same of `host:port`: a port must be a number, PostgreSQL's own will do. */
export const withStandInPort = (text: string): string => withStandIns(text.replace(PORT, ':5432'))

const nameOf = (written: string): string =>
  /[A-Za-z_][\w.-]*(?:\[['"]?\w+['"]?\])?/.exec(
    written.replace(/^.*?(?:secrets|vars|env|inputs|Values|ENV)[.[]['"]?/, ''),
  )?.[0] ?? written
