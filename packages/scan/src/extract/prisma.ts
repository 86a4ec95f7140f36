import { declareUrl } from '../declare/url.js'
import type { ExtractContext, Extractor } from '../model.js'
import { STAND_IN } from '../model.js'
import { literal } from '../text/mapped.js'

const BLOCK = /^[ \t]*datasource\s+\w+\s*\{([^}]*)\}/gm
const URL_FIELD =
  /^[ \t]*(?:url|directUrl|shadowDatabaseUrl)[ \t]*=[ \t]*(?:"([^"\r\n]*)"|env\("(\w+)"\))/gm

const POSTGRES = /^[ \t]*provider[ \t]*=[ \t]*"(?:postgresql|postgres|cockroachdb)"/m
const SCHEMAS = ['prisma/schema.prisma', 'schema.prisma']

/**
 * The variables that a schema beside a .env file hands to Prisma's engine. A project that has an adapter hands
 * them to pg as well.
 */
export function variablesOfEngine(path: string, context: ExtractContext): ReadonlySet<string> {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const schemas = SCHEMAS.flatMap((name) => context.read(folder + name)?.text ?? [])
  const found = schemas.flatMap((text) =>
    [...text.matchAll(BLOCK)]
      .map((block) => block[1] ?? '')
      .filter((body) => POSTGRES.test(body))
      .flatMap((body) => [...body.matchAll(URL_FIELD)].flatMap((field) => field[2] ?? [])),
  )
  const adapter = /"@prisma\/adapter-/.test(context.read(`${folder}package.json`)?.text ?? '')
  return new Set(adapter ? [] : found)
}

/** schema.prisma: the datasource's URL, read by Prisma's own engine. */
export const prisma: Extractor = {
  name: 'prisma',
  files: /\.prisma$/,
  extract(file, context) {
    const declarations = [...file.text.matchAll(BLOCK)].flatMap((block) => {
      const body = block[1] ?? ''
      if (!POSTGRES.test(body)) return []
      const from = block.index + block[0].length - 1 - body.length
      return [...body.matchAll(URL_FIELD)].flatMap((field) => {
        const [whole, url, variable] = field
        const written = url ?? variable ?? ''
        const start = from + field.index + whole.lastIndexOf(written)
        if (url !== undefined) {
          const found = declareUrl(literal(file, start, url.length), file, {
            readers: ['prisma'],
            env: {},
          })
          return found ? [found] : []
        }
        // What the .env file says of it is reported there.
        if (context.variable(written).length > 0) return []
        const at = file.range(start, written.length)
        const undetermined = [written]
        return [{ config: { host: STAND_IN }, env: {}, at, settings: new Map(), undetermined }]
      })
    })
    return { declarations }
  },
}
