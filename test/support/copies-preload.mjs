/**
 * For a child process, by `--import`: what it loads as knex or typeorm is the copy that the version matrix
 * wants (copies.ts), by `import` and by `require` alike. Without module.registerHooks, which Node 20 lacks.
 */
import { createRequire, Module, register } from 'node:module'

const matrix = new URL('../matrix/package.json', import.meta.url)
const aliases = Object.fromEntries(
  ['knex', 'typeorm'].flatMap((library) => {
    const alias = process.env[`VERIFY_FULL_${library.toUpperCase()}`]
    return alias ? [[library, alias]] : []
  }),
)

const { resolve } = createRequire(matrix)
const { _resolveFilename: resolveFilename } = Module
Module._resolveFilename = (request, ...rest) => {
  const [library, ...path] = request.split('/')
  const alias = Object.hasOwn(aliases, library) && aliases[library]
  return alias ? resolve([alias, ...path].join('/')) : resolveFilename(request, ...rest)
}

const hook = `
const aliases = ${JSON.stringify(aliases)}
export function resolve(specifier, context, next) {
  const [library, ...path] = specifier.split('/')
  if (!Object.hasOwn(aliases, library)) return next(specifier, context)
  return next([aliases[library], ...path].join('/'), { ...context, parentURL: ${JSON.stringify(matrix.href)} })
}`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
