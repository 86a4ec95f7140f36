/** What is passed over in the files of the cases holds no finding. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { declareCommand } from '../src/declare/command.js'
import { declareTree } from '../src/declare/tree.js'
import { judgeDeclaration } from '../src/judge-declaration.js'
import type { SourceFile } from '../src/model.js'
import { definePathPolicies } from '../src/path-policy.js'
import { sourceFile } from '../src/source-file.js'
import { jsonTree } from '../src/text/json-tree.js'
import { literal } from '../src/text/mapped.js'
import type { Tree } from '../src/text/tree.js'
import { yamlTrees } from '../src/text/yaml-tree.js'

const { policy } = definePathPolicies({})('')
const now = new Date('2027-01-01')
const CASES = fileURLToPath(new URL('cases/', import.meta.url))
const cases = readdirSync(CASES, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /(?<!expected)\.(?:ya?ml|jsonc?|sh|envrc)$/.test(path),
)

test.each(cases)('%s', (path) => {
  const file = sourceFile(path, readFileSync(join(CASES, path), 'utf8'))
  if (/\.(?:sh|envrc)$/.test(path)) {
    // A word that is relevant, and says nothing, keeps a line from being passed over.
    const kept = file.text.replace(/^[^\n'"\\$#&|;()<>=]+(?<!\\)$/gm, (line) => `${line} dbname`)
    expect(commands(file)).toEqual(commands(sourceFile(path, kept)))
    return
  }
  const trees = /ya?ml$/.test(path) ? yamlTrees(file).trees : [jsonTree(file).tree]
  for (const tree of trees.filter((it) => it !== undefined)) {
    expect(findings(tree, file, true)).toEqual(findings(tree, file, false))
  }
})

const findings = (tree: Tree, file: SourceFile, placed: boolean) =>
  declareTree(tree, file, {
    placed,
    isCommand: (key) => /^(?:run|script|command|args)$/.test(key),
    command: (value) => declareCommand(value, file),
  }).flatMap((it) => judgeDeclaration(it, policy, now, new Set()).findings)

const commands = (file: SourceFile) =>
  declareCommand(literal(file, 0, file.text.length), file).flatMap((it) =>
    judgeDeclaration(it, policy, now, new Set()).findings.map(({ rule, actual }) => rule + actual),
  )
