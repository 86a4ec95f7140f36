import { declarePairs, type Pair } from '../declare/pairs.js'
import type { Extractor, SourceFile } from '../model.js'
import { decoded, join, literal, type Mapped, slice } from '../text/mapped.js'
import { variablesOfEngine } from './prisma.js'

/**
 * A line of a .env file as dotenv reads it: `export` allowed, three kinds of quotes (double ones know \n),
 * quoted values over several lines, a comment after a space.
 */
const LINE =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)(?:[ \t]*=[ \t]*|:[ \t]+)('(?:[^'\\]|\\.){0,65536}'|"(?:[^"\\]|\\.){0,65536}"|`[^`]{0,65536}`|[^\r\n]*)/gms

/** Enough for real chains; a bound for `A=$B$B`, `B=$C$C`, ... */
const LONGEST_EXPANSION = 16_384

/** `.env`, `.env.production`, `prod.env`, an env_file of compose; `env.ts` and `.env.json` are what they end in. */
export const dotenv: Extractor = {
  name: 'dotenv',
  files:
    /(?:^|\/)(?!\.?env\.[\w.-]*?(?<=\.)(?:[cm]?[jt]sx?|jsonc?|ya?ml|toml|ini|properties|sh|bash|py|rb|go|php|rs|java|kt|cs|md|html?|css|vue|tf|hcl)$)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|env\.[\w-]+)$/,
  extract(file, context) {
    const engine = variablesOfEngine(file.path, context)
    const pairs = readDotenv(file).map((pair) =>
      engine.has(pair.key) ? { ...pair, readers: ['prisma'] as const } : pair,
    )
    return { declarations: declarePairs(pairs, file) }
  },
}

/** The variables of a .env file, with what they refer to inside the file expanded. */
export function readDotenv(file: SourceFile): Pair[] {
  const raw = new Map<string, { value: Mapped; expands: boolean }>()
  for (const match of file.text.matchAll(LINE)) {
    const [whole, key = '', written = ''] = match
    const start = match.index + whole.length - written.length
    raw.set(key, readValue(file, written, start))
  }
  const expand = (value: Mapped, seen: readonly string[]): Mapped => {
    const pieces: (Mapped | string)[] = []
    let [at, size] = [0, 0]
    for (const match of value.text.matchAll(/(\\?)\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)) {
      const name = match[2] ?? match[3] ?? ''
      const target = raw.get(name)
      if (match[1] || !target || seen.includes(name) || seen.length > 8) continue
      pieces.push(slice(value, at, match.index, file))
      const inner = target.expands ? expand(target.value, [...seen, name]) : target.value
      size += inner.text.length
      if (size > LONGEST_EXPANSION) return value
      pieces.push(inner.text)
      at = match.index + match[0].length
    }
    if (at === 0) return value
    return join(value.at, [...pieces, slice(value, at, value.text.length, file)])
  }
  return [...raw].map(([key, { value, expands }]) => ({
    key,
    value: expands ? expand(value, [key]) : value,
  }))
}

function readValue(
  file: SourceFile,
  written: string,
  start: number,
): { value: Mapped; expands: boolean } {
  const quote = written[0] ?? ''
  const quoted = /['"`]/.test(quote) && written.length > 1 && written.endsWith(quote)
  if (!quoted) {
    const comment = written.search(/(?<=\s)#/)
    const bare = (comment < 0 ? written : written.slice(0, comment)).trimEnd()
    return { value: literal(file, start, bare.length), expands: true }
  }
  const inner = written.slice(1, -1)
  const text = quote === '"' ? inner.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : inner
  return { value: decoded(file, text, start + 1, inner.length), expands: quote !== "'" }
}
