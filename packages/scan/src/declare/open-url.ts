import type { Declaration, SourceFile } from '../model.js'
import { join, type Mapped } from '../text/mapped.js'
import { variablesIn } from '../text/variables.js'
import type { Surroundings } from './addition.js'
import { declareUrl } from './url.js'

/** A URL without its scheme, as postgres_exporter takes it: `db.example.com:5432/app?sslmode=disable`. */
const SCHEMELESS = /^[\w.-]+(?::\d+)?\/[\w-]*\?(?:[^\s?]*&)?sslmode=/

/**
 * A variable that holds a URL, with more parameters behind it: `${DATABASE_URL}?sslmode=require`. What the
 * parameters say of protection is judged; undefined where they say nothing.
 */
export function declareOpenUrl(
  value: Mapped,
  file: SourceFile,
  surroundings: Surroundings,
): Declaration | undefined {
  const [open] = variablesIn(value.text)
  const isOpen = open?.index === 0 && value.text[open.length] === '?'
  if (!isOpen && !SCHEMELESS.test(value.text)) return undefined
  const whole = join(value.at, ['postgresql://', value])
  const declared = declareUrl(whole, file, surroundings)
  if (!declared || !['sslmode', 'ssl'].some((key) => declared.settings.has(key))) return undefined
  const { addition: _, ...rest } = declared
  if (!isOpen) return rest
  const undetermined = declared.undetermined.filter((name) => name !== open.name)
  return { ...rest, undetermined, partial: true }
}
