import { definePolicy, describe, planPg } from '@verify-full/core'
import type { Declaration, DirectFinding, ExtractContext } from '../../model.js'
import { STAND_IN } from '../../model.js'
import { declareConfig } from './declare.js'
import { evaluate } from './evaluate.js'
import { libraryOf } from './libraries.js'
import type { Module, Reading } from './modules.js'
import { bare, child, keyOf, type Node, parentOf } from './syntax.js'
import { literal } from './value.js'

const VARIABLE = 'NODE_TLS_REJECT_UNAUTHORIZED'

/** `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'`: every connection of the process is open then. */
export function declareAmbient(module: Module, reading: Reading): Declaration[] {
  const { file, byType } = module.syntax
  return (byType.get('AssignmentExpression') ?? []).flatMap((node): Declaration[] => {
    const left = bare(child(node, 'left'))
    if (left?.type !== 'MemberExpression' || keyOf(left, 'property') !== VARIABLE) return []
    const object = bare(child(left, 'object'))
    if (object?.type !== 'MemberExpression' || keyOf(object, 'property') !== 'env') return []
    const value = evaluate(child(node, 'right'), module, reading)
    const branches = value.kind === 'choice' ? value.branches : [value]
    // process.env turns 0 and false into text; only '0' switches verification off.
    if (!branches.some((it) => it.kind === 'literal' && String(it.data) === '0')) return []
    const statement = parentOf(node)
    const right = child(node, 'right') as Node
    const whole =
      statement?.type === 'ExpressionStatement'
        ? { removal: file.range(statement.start, statement.end - statement.start) }
        : {}
    const place = { value: file.range(right.start, right.end - right.start), replaceable: false }
    return [
      {
        readers: ['pg'],
        config: { host: STAND_IN },
        env: { [VARIABLE]: '0' },
        at: file.range(node.start, node.end - node.start),
        settings: new Map([[VARIABLE, { ...place, ...whole }]]),
        partial: true,
        undetermined: [],
      },
    ]
  })
}

/** `pg.defaults.ssl = ...`: what every client of the process falls back to. */
export function declareDefaults(
  module: Module,
  reading: Reading,
  context: ExtractContext,
): Declaration[] {
  const { file, byType } = module.syntax
  return (byType.get('AssignmentExpression') ?? []).flatMap((node): Declaration[] => {
    const left = bare(child(node, 'left'))
    const right = child(node, 'right')
    if (left?.type !== 'MemberExpression' || keyOf(left, 'property') !== 'ssl' || !right) return []
    const object = evaluate(child(left, 'object'), module, reading)
    const library = libraryOf(object)
    if (!library) return []
    const ssl = { key: 'ssl', value: evaluate(right, module, reading) }
    const host = { key: 'host', value: literal(STAND_IN) }
    const at = file.range(right.start, right.end - right.start)
    const config = { kind: 'object', entries: [host, ssl], at } as const
    return declareConfig(config, library, at, file, context).map((it) => ({ ...it, partial: true }))
  })
}

/** `tls.checkServerIdentity = ...`: no connection of the process compares names any more. */
export function findPatchedIdentity(module: Module, reading: Reading): DirectFinding[] {
  const { file, byType } = module.syntax
  return (byType.get('AssignmentExpression') ?? []).flatMap((node): DirectFinding[] => {
    const left = bare(child(node, 'left'))
    if (left?.type !== 'MemberExpression') return []
    if (keyOf(left, 'property') !== 'checkServerIdentity') return []
    const object = evaluate(child(left, 'object'), module, reading)
    if (object.kind !== 'package' || !/^(?:node:)?tls$/.test(object.source)) return []
    const [plan] = planPg({ host: STAND_IN, ssl: true }, {})
    if (!plan) return []
    const origin = { via: 'option', key: 'tls.checkServerIdentity' } as const
    const context = { policy: definePolicy(), now: new Date(0) }
    const { expected, actual, fix, docs, rule } = describe(
      { rule: 'hostname-not-verified', origin },
      plan,
      context,
    )
    const at = file.range(node.start, node.end - node.start)
    const shown = (text: string) => text.replaceAll(STAND_IN, 'the host')
    return [
      { rule, severity: 'error', at, expected: shown(expected), actual: shown(actual), fix, docs },
    ]
  })
}
