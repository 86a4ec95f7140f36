/** Real libraries under register alone, and with the guard injected; docs/compatibility.md is the outcome. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Workshop, workshop } from '../register/process.js'
import { type Format, type Library, libraries, type Mode } from './applications.js'
import { observe } from './observe.js'
import { newWorld, type World } from './servers.js'
import { formatPage, type Row } from './table.js'
import { HERE, NODES, WANTED } from './wanted.js'

const PAGE = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url))
const LATEST_LTS = 'Node 24'

/** Without what a formatter does to a table. */
const unformatted = (page: string): string => page.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

function rowsOf(library: Library): Row[] {
  const row = (mode: Mode, ...formats: Format[]): Row => ({ library, mode, formats, on: {} })
  const { inject, bundled } = library
  return [
    row('open', 'ESM', 'CJS'),
    ...(bundled ? [row('open', 'bundle')] : []),
    ...(inject ? [row('inject', 'ESM')] : []),
    ...(bundled && inject ? [row('inject', 'bundle')] : []),
  ]
}

describe.skipIf(!WANTED)(
  WANTED ? 'libraries' : 'NOT TESTED: libraries (pnpm test:compat does)',
  async () => {
    const rows = WANTED ? (await libraries()).flatMap(rowsOf) : []
    let world: World
    let place: Workshop
    let stop: () => Promise<unknown>
    beforeAll(async () => {
      if (!existsSync(join(HERE, 'node_modules'))) throw new Error('test/compat is not installed')
      ;({ world, stop } = await newWorld())
      // Below test/compat, so that the guards find the libraries that are tested.
      place = await workshop(join(HERE, '.register'))
    })
    afterAll(async () => {
      place.remove()
      await stop()
    })

    async function bundled({ id, bundled = [] }: Library): Promise<string> {
      const loaded = bundled.map((name) => {
        const entry = place.entries[name]
        return [name, entry ? fileURLToPath(entry) : name]
      })
      const { bundle } = (await import('./bundle.mjs' as string)) as {
        bundle(library: string, loaded: object, folder: string): Promise<string>
      }
      return bundle(id, Object.fromEntries(loaded), place.folder)
    }

    const titled = rows.map((row) => ({
      title: `${row.library.id}, ${row.mode}, ${row.formats.join(' and ')}`,
      row,
    }))
    /** In a bundle that does not guard itself only the sentinel stands. */
    const promised = ({ mode, formats }: Row) => {
      const whole = mode === 'inject' || !formats.includes('bundle')
      return { beforeSocket: whole, beforeStartup: true, sessionChecked: whole }
    }
    it.concurrent.for(titled)('$title', { timeout: 600_000 }, async ({ row }, { expect }) => {
      const { library, mode, formats } = row
      const bundle = formats.includes('bundle') ? { args: [await bundled(library)] } : {}
      const lines = Object.entries(NODES).filter(([line]) => mode === 'open' || line === LATEST_LTS)
      for (const [line, node] of lines) {
        const ran: string[] = []
        for (const format of formats) {
          const application = { library, mode, format, node, ...bundle }
          const { missing, facts, breaches, details } = await observe(world, place, application)
          const where = `${line}, ${format}: ${details}`
          if (library.notOn?.includes(line)) {
            expect(missing ?? breaches[0], where).toBeDefined()
            continue
          }
          expect(missing).toBeUndefined()
          expect(breaches, where).toEqual([])
          expect(facts, where).toMatchObject(promised(row))
          row.facts ??= facts as NonNullable<typeof facts>
          expect(facts, where).toEqual(row.facts)
          ran.push(format === 'bundle' ? 'yes' : format)
        }
        row.on[line] = ran.join(', ') || 'does not run'
      }
    })

    it('the page says what was observed', () => {
      const page = formatPage(rows, Object.keys(NODES))
      if (WANTED === 'write') writeFileSync(PAGE, page)
      expect(unformatted(readFileSync(PAGE, 'utf8'))).toBe(unformatted(page))
    })
  },
)
