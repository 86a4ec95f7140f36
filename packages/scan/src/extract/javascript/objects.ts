import { evaluate } from './evaluate.js'
import type { Module, Reading } from './modules.js'
import { bare, child, children, keyOf, type Node } from './syntax.js'
import type { Entry, Value } from './value.js'

/** The properties of an object literal, what is spread into it included. */
export function entriesOf(node: Node, module: Module, reading: Reading, depth: number): Entry[] {
  const properties = children(node, 'properties')
  return properties.flatMap((property, index): Entry[] => {
    if (property.type === 'SpreadElement') {
      const value = evaluate(child(property, 'argument'), module, reading, depth + 1)
      return spread(value)
    }
    const removal = removalOf(properties, index, module, reading)
    const key = keyOf(property, 'key')
    const value =
      property.type === 'ObjectMethod'
        ? ({ kind: 'function', node: property, from: module } as const)
        : evaluate(child(property, 'value'), module, reading, depth + 1)
    const literally = bare(child(property, 'value'))?.type.endsWith('Literal') === true
    return [{ key, value, ...(literally && removal ? { removal } : {}) }]
  })
}

function spread(value: Value): Entry[] {
  if (value.kind === 'object') return [...value.entries]
  // `...(condition && { ... })` spreads nothing where the condition is false.
  if (value.kind === 'literal') return []
  return [{ key: undefined, value }]
}

/** A property with the comma that goes with it. */
function removalOf(properties: readonly Node[], index: number, module: Module, reading: Reading) {
  const { file } = module.syntax
  const property = properties[index]
  if (!property || file.path !== reading.home) return undefined
  const [before, after] = [properties[index - 1], properties[index + 1]]
  if (after) return file.range(property.start, after.start - property.start)
  if (before) return file.range(before.end, property.end - before.end)
  const comma = /^\s*,/.exec(file.text.slice(property.end, property.end + 80))?.[0].length ?? 0
  return file.range(property.start, property.end - property.start + comma)
}

/**
 * A class: the one that it extends, where it has no constructor of its own and so hands on what it is made with; or its
 * static fields (`static db = { ... }`). Undefined where it is neither.
 */
export function classValue(
  node: Node,
  module: Module,
  reading: Reading,
  depth: number,
): Value | undefined {
  const inner = (it: Node | undefined): Value => evaluate(it, module, reading, depth + 1)
  const members = children(child(node, 'body'), 'body')
  const extended = child(node, 'superClass')
  if (extended && !members.some((it) => it.kind === 'constructor')) {
    const value = inner(extended)
    if (value.kind !== 'unknown') return value
  }
  const entries = members.flatMap((it): Entry[] =>
    it.type === 'ClassProperty' && it.static === true && child(it, 'value')
      ? [{ key: keyOf(it, 'key'), value: inner(child(it, 'value')) }]
      : [],
  )
  return entries.length > 0 ? { kind: 'object', entries: [OTHERS, ...entries] } : undefined
}

/** Methods, what is inherited, what is set later. */
const OTHERS: Entry = { key: undefined, value: { kind: 'unknown', name: 'code' } }
