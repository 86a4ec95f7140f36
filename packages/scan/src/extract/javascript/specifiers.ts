import type { ExtractContext } from '../../model.js'
import { aliasesOf } from './aliases.js'

/**
 * The file of the project that a specifier stands for, by its path; undefined where it is a package, or nothing that
 * is there.
 */
export function fileOf(source: string, from: string, context: ExtractContext): string | undefined {
  const folder = from.slice(0, from.lastIndexOf('/') + 1)
  const bases = source.startsWith('.') ? [folder + source] : aliasesOf(source, folder, context)
  for (const path of bases.flatMap(candidates)) {
    const file = context.read(path)
    if (file) return file.path
  }
  return undefined
}

const EXTENSIONS = ['ts', 'js', 'mts', 'mjs', 'cts', 'cjs', 'tsx', 'jsx', 'json']

function candidates(base: string): string[] {
  const stem = base.replace(/\.([cm]?)jsx?$/, '')
  const typed = base === stem ? [] : [base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')]
  return [
    base,
    ...typed,
    ...EXTENSIONS.map((it) => `${base}.${it}`),
    ...EXTENSIONS.map((it) => `${base}/index.${it}`),
  ].filter((path) => /(?<!\.d(?=\.[cm]?ts$))\.(?:[cm]?[jt]sx?|json)$/.test(path))
}
