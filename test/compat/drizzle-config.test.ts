/** What the scanner says of a drizzle.config is what a server sees when drizzle-kit reads it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scan } from '@verify-full/scan'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostile } from '../support/hostile.js'
import { pki } from '../support/pki.js'
import { HERE, WANTED } from './wanted.js'

const PARENT = join(HERE, '.scanned/')
const KIT = join(HERE, 'node_modules/drizzle-kit/bin.cjs')

const credentials: readonly ((port: number) => string)[] = [
  ...['', '?application_name=x', '?ssl=true', '?sslMode=verify-full'],
  ...['disable', 'prefer', 'require', 'verify-full', 'no-verify'].map((it) => `?sslmode=${it}`),
].map((query) => (port: number) => `{ url: 'postgres://app:x@localhost:${port}/app${query}' }`)
const options: readonly ((port: number) => string)[] = [
  ...['', ', ssl: true', ', ssl: false', ", ssl: 'require'", ", ssl: 'prefer'"],
  ...[", ssl: 'verify-full'", ', ssl: { rejectUnauthorized: false }', ', ssl: {}'],
].map(
  (ssl) => (port: number) =>
    `{ host: 'localhost', port: ${port}, user: 'app', password: 'x', database: 'app'${ssl} }`,
)
const both = (port: number) =>
  `{ url: 'postgres://app:x@localhost:${port}/app', ssl: { rejectUnauthorized: false } }`

describe.skipIf(!WANTED)(
  WANTED ? 'drizzle.config' : 'NOT TESTED: drizzle.config (pnpm test:compat does)',
  () => {
    let root: string
    beforeAll(() => {
      mkdirSync(PARENT, { recursive: true })
      root = mkdtempSync(PARENT)
    })
    afterAll(() => rmSync(root, { recursive: true }))

    test('is read as drizzle-kit reads it', { timeout: 300_000 }, async () => {
      const certificate = (await pki()).certificate('rogue')
      const env = Object.fromEntries(
        Object.entries(process.env).filter(([key]) => !/^PG|^NODE_/.test(key)),
      )
      const compare = async (written: (port: number) => string): Promise<string[]> => {
        await using server = await hostile({ tls: { certificate }, authentication: 'busy' })
        const folder = mkdtempSync(join(root, 'run-'))
        const config = `{ dialect: 'postgresql', out: './out', dbCredentials: ${written(server.port)} }`
        writeFileSync(join(folder, 'drizzle.config.js'), `module.exports = ${config}\n`)
        const kit = spawn(process.execPath, [KIT, 'introspect'], {
          cwd: folder,
          env,
          stdio: 'ignore',
        })
        await once(kit, 'exit')
        const { findings } = scan({ root: folder, ignore: false, policy: { local: 'refuse' } })
        const sentence = findings.find(({ reader }) => reader)?.reader?.sentence
        const said = sentence?.replace(/^.* reads this as /, '').split(', ')[0] ?? 'tls(full)'
        const [record] = server.connections
        const real = !record
          ? 'nothing'
          : !record.sslRequest
            ? 'plaintext'
            : record.secure.length > 0
              ? 'tls(none)'
              : 'tls(full)'
        return real === said ? [] : [`${config} is ${real}, the scanner says ${said}`]
      }
      const all = [...credentials, ...options, both]
      const differing: string[] = []
      for (let at = 0; at < all.length; at += 3) {
        differing.push(...(await Promise.all(all.slice(at, at + 3).map(compare))).flat())
      }
      expect(differing).toEqual([])
    })
  },
)
