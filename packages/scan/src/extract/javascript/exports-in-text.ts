import type { SourceFile } from '../../model.js'
import { LIBRARY_IN_TEXT as LIBRARY } from './libraries.js'

/** What was found out about the names of a file. */
const KNOWN = new WeakMap<SourceFile, Map<string, boolean>>()

/**
 * Whether what a file exports under a name is nobody's that matters here, as its text alone tells: it exports no such
 * name, or a class. That is most of what an application imports, and need not be parsed.
 */
export function leadsNowhere(file: SourceFile, name: string): boolean {
  if (file.path.endsWith('.json')) return false
  const known = KNOWN.get(file) ?? new Map<string, boolean>()
  KNOWN.set(file, known)
  const found = known.get(name) ?? find(file.text, name)
  known.set(name, found)
  return found
}

function find(text: string, name: string): boolean {
  if (COMMENTED.test(text)) return false
  // A class that extends one of a library may be as good as that; one with static fields is as good as an object.
  if (STATIC_FIELD.test(text) || (/\bextends\b/.test(text) && LIBRARY.test(text))) return false
  if (name === 'default') return /\bexport\s+default\s+(?:abstract\s+)?class\b/.test(text)
  const escaped = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const matches = ([pattern, flags = '']: readonly [string, string?], from = 0): boolean =>
    new RegExp(pattern.replaceAll('NAME', `(?<![\\w$])${escaped}(?![\\w$])`), flags).test(
      text.slice(from),
    )
  if (/\bexports\b/.test(text)) return matches(COMPILED_CLASS) && !matches(COMPILED_OTHER)
  if (/\bexport\s*\*/.test(text)) return false
  if (!text.includes(name) || matches(CLASS)) return true
  // A variable may be one of several, or be taken out of something: any place behind the first export may be its.
  const variables = text.search(VARIABLES)
  return !(matches(LISTED) || matches(DECLARED) || (variables >= 0 && matches(ANYWHERE, variables)))
}

// Each is bounded: hostile text may repeat what it begins with.
/** A comment between `export` and what it exports, which the others do not look through. */
const COMMENTED = /\bexport\b[^;{=(]{0,80}\/[*/]/
const STATIC_FIELD = /\bstatic\s+(?:\w+\s+){0,3}[\w$]+\s*[:=]/
const VARIABLES = /\bexport\s+(?:\w+\s+){0,3}(?:const|let|var)\b/
const CLASS = ['\\bexport\\s+(?:abstract\\s+)?class\\s+NAME'] as const
const LISTED = ['\\bexport\\s*(?:type\\s*)?\\{[^{}]*NAME'] as const
const DECLARED = ['\\bexport\\s+(?:\\w+\\s+){0,4}NAME'] as const
const ANYWHERE = ['NAME'] as const

/** As compilers write CommonJS. */
const COMPILED_CLASS = ['^class NAME', 'm'] as const
const COMPILED_OTHER = ['\\bexports\\.NAME\\s*=(?!\\s*(?:NAME;|void 0;|exports\\.))'] as const
