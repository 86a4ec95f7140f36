import type { Range } from '../../model.js'
import type { Mapped } from '../../text/mapped.js'
import type { Node } from './syntax.js'

/** What is known of an expression without running it. */
export type Value =
  | {
      readonly kind: 'literal'
      readonly data: string | number | boolean | null | undefined
      /** Where a string stands; absent where it comes from another file. */
      readonly mapped?: Mapped
      readonly at?: Range
      /** Where it is written, where that is another file: `src/config.ts:3`. */
      readonly written?: string
    }
  | { readonly kind: 'object'; readonly entries: readonly Entry[]; readonly at?: Range }
  | { readonly kind: 'array'; readonly items: readonly Value[]; readonly at?: Range }
  /** One of several: the branches of a condition, the values that .env files give to a variable. */
  | { readonly kind: 'choice'; readonly branches: readonly Value[] }
  /** `process.env.NAME`, and no .env file says what it is. */
  | { readonly kind: 'variable'; readonly name: string; readonly at?: Range }
  | { readonly kind: 'function'; readonly node: Node; readonly from: unknown; readonly at?: Range }
  /** Something of a package: `Pool` of `pg`. */
  | { readonly kind: 'package'; readonly source: string; readonly name: string }
  /** What a call of something of a package returns. */
  | { readonly kind: 'call'; readonly callee: Value; readonly args: readonly Value[] }
  /** All that a file of the project exports. */
  | { readonly kind: 'module'; readonly path: string }
  | { readonly kind: 'unknown'; readonly name: string; readonly at?: Range }

/** A property of an object; a later one of the same name replaces it. */
export interface Entry {
  /** Undefined for a spread of something unknown. */
  readonly key: string | undefined
  readonly value: Value
  /** What to delete to remove the property, where it stands in this file as a literal. */
  readonly removal?: Range
}

export const literal = (data: string | number | boolean | null | undefined): Value => ({
  kind: 'literal',
  data,
})

/** More branches than anybody writes; beyond it only the first ones are looked at. */
const MOST = 12

/** One of several values; what is the same is there once. */
export function choice(branches: readonly Value[]): Value {
  const flat = branches.flatMap((it) => (it.kind === 'choice' ? it.branches : [it])).slice(0, MOST)
  const [only] = flat
  return flat.length === 1 && only ? only : { kind: 'choice', branches: flat }
}

/** Applies a function to every branch. */
export const mapBranches = (value: Value, apply: (branch: Value) => Value): Value =>
  value.kind === 'choice' ? choice(value.branches.map(apply)) : apply(value)

/** The last property of a name; undefined where there is none. */
export const entryOf = (value: Value, key: string): Entry | undefined =>
  value.kind === 'object' ? value.entries.findLast((it) => it.key === key) : undefined

/** Whether a value counts as true; undefined where that is not known. */
export function truth(value: Value): boolean | undefined {
  if (value.kind === 'literal') return Boolean(value.data)
  return value.kind === 'unknown' || value.kind === 'variable' || value.kind === 'choice'
    ? undefined
    : true
}
