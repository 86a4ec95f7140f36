import { decoded, join, type Mapped } from '../../text/mapped.js'
import { placeOf } from './evaluate.js'
import type { Module, Reading } from './modules.js'
import { children, type Node } from './syntax.js'
import { choice, type Value } from './value.js'

/** The pieces of a template literal, in order. */
export function templateParts(
  node: Node,
  module: Module,
  reading: Reading,
  inner: (it: Node | undefined) => Value,
): Value[] {
  const expressions = children(node, 'expressions')
  return children(node, 'quasis').flatMap((quasi, index): Value[] => {
    const text = (quasi.value as { cooked?: string } | undefined)?.cooked ?? ''
    const { file } = module.syntax
    const mapped =
      file.path === reading.home
        ? decoded(file, text, quasi.start, quasi.end - quasi.start)
        : undefined
    const piece: Value = { kind: 'literal', data: text, ...(mapped ? { mapped } : {}) }
    const expression = expressions[index]
    return expression ? [piece, inner(expression)] : [piece]
  })
}

/** Puts a string together; what is not known in it stays `${NAME}`, as in a shell. */
export function concatenate(
  parts: readonly Value[],
  node: Node,
  module: Module,
  reading: Reading,
): Value {
  const at = placeOf(node, module, reading)
  const { file } = module.syntax
  let results: (readonly (Mapped | string)[])[] = [[]]
  for (const part of parts) {
    const branches = part.kind === 'choice' ? part.branches : [part]
    results = results
      .flatMap((before) => branches.map((branch) => [...before, piece(branch)]))
      .slice(0, 8)
  }
  const place = at ?? file.range(node.start, node.end - node.start)
  return choice(
    results.map((pieces): Value => {
      const mapped = join(place, pieces)
      return { kind: 'literal', data: mapped.text, ...(at ? { at, mapped } : {}) }
    }),
  )
}

function piece(value: Value): Mapped | string {
  if (value.kind === 'literal') return value.mapped ?? String(value.data)
  const name = value.kind === 'variable' || value.kind === 'unknown' ? value.name : 'code'
  return `\${${name.replace(/[^\w.]/g, '_') || 'code'}}`
}
