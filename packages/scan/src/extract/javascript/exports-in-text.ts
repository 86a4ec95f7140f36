import type { SourceFile } from '../../model.js'
import { LIBRARY_IN_TEXT as LIBRARY } from './libraries.js'

/** What was found out about the names of a file. */
const KNOWN = new WeakMap<SourceFile, Map<string, boolean>>()

/**
 * Whether what a file exports under a name is nobody's that matters here, as its text alone tells: it exports no such
 * name, or a class. That is most of what an application imports, and need not be parsed.
 */
export function leadsNowhere(file: SourceFile, name: string): boolean {
  const known = KNOWN.get(file) ?? new Map<string, boolean>()
  KNOWN.set(file, known)
  const found = known.get(name) ?? find(file.text, name)
  known.set(name, found)
  return found
}

function find(text: string, name: string): boolean {
  // A class that extends one of a library may be as good as that.
  if (/\bextends\b/.test(text) && LIBRARY.test(text)) return false
  if (name === 'default') return /\bexport\s+default\s+(?:abstract\s+)?class\b/.test(text)
  const escaped = name.replaceAll('$', '\\$')
  const matches = ([pattern, flags = '']: readonly [string, string?]): boolean =>
    new RegExp(pattern.replaceAll('NAME', `\\b${escaped}(?![\\w$])`), flags).test(text)
  if (/\bexports\b/.test(text)) return matches(COMPILED_CLASS) && !matches(COMPILED_OTHER)
  if (/\bexport\s*\*/.test(text)) return false
  if (!text.includes(name) || matches(CLASS)) return true
  return !(matches(LISTED) || matches(DECLARED) || matches(VARIABLE))
}

const CLASS = ['\\bexport\\s+(?:abstract\\s+)?class\\s+NAME'] as const
const LISTED = ['\\bexport\\s*(?:type\\s*)?\\{[^}]*NAME'] as const
const DECLARED = ['\\bexport\\s+(?:\\w+\\s+)*NAME'] as const
/** One of several, or taken out of something: then only where it stands tells. */
const VARIABLE = ['\\bexport\\s+(?:\\w+\\s+)*(?:const|let|var)\\b[^]*?NAME'] as const

/** As compilers write CommonJS. */
const COMPILED_CLASS = ['^class NAME', 'm'] as const
const COMPILED_OTHER = ['\\bexports\\.NAME\\s*=(?!\\s*(?:NAME;|void 0;|exports\\.))'] as const
