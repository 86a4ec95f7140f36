import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findConfigFile, loadConfigFile } from '@verify-full/core'
import { beforeEach, expect, onTestFinished, test } from 'vitest'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-full-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('the nearest file counts, TypeScript before JavaScript before JSON', () => {
  const inner = join(folder, 'a/b')
  mkdirSync(inner, { recursive: true })
  expect(findConfigFile(inner)?.startsWith(folder) ?? false).toBe(false)
  const json = write('verify-full.config.json', '{}')
  expect(findConfigFile(inner)).toBe(json)
  const js = write('verify-full.config.js', '')
  expect(findConfigFile(inner)).toBe(js)
})

test.each([
  ['json', '{"minimum":"verify-ca"}'],
  ['mjs', "export default { minimum: 'verify-ca' }"],
  ['cjs', "module.exports = { minimum: 'verify-ca' }"],
])('loads .%s', (extension, text) => {
  const path = write(`verify-full.config.${extension}`, text)
  expect(loadConfigFile(path)).toEqual({ path, options: { minimum: 'verify-ca' } })
})

test('sets apart what is said of paths', () => {
  const path = write('verify-full.config.json', '{"minimum":"verify-ca","overrides":[]}')
  expect(loadConfigFile(path)).toEqual({
    path,
    options: { minimum: 'verify-ca' },
    overrides: [],
  })
})

test.each([
  ['json', '{', /cannot be loaded/],
  ['json', '[]', /must export an object/],
  ['mjs', 'export default 1', /must export an object/],
  ['cjs', "throw new Error('no')", /cannot be loaded: no/],
])('refuses .%s %s and names the file', (extension, text, why) => {
  const path = write(`verify-full.config.${extension}`, text)
  expect(() => loadConfigFile(path)).toThrow(TypeError)
  expect(() => loadConfigFile(path)).toThrow(why)
  expect(() => loadConfigFile(path)).toThrow(path)
})
