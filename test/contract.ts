/**
 * What every adapter promises, as one list of cases: a new adapter is one object, and
 * `adapterContract(object)`.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import type { Adapter } from './contract/adapter.js'
import { configurations } from './contract/configurations.js'
import { exits } from './contract/exits.js'
import { pools } from './contract/pools.js'
import { sessions } from './contract/sessions.js'
import { wire } from './contract/wire.js'
import { PASSWORD_ONLY, type World } from './contract/world.js'
import { pki, postgres } from './support/index.js'

/** Declares the cases; to be called at the top of a test file and awaited. */
export async function adapterContract(adapter: Adapter): Promise<void> {
  const set = await pki()
  const files = await set.write()
  const world = { set, files } as World
  describe(`the contract, kept by ${adapter.name}`, () => {
    beforeAll(async () => {
      world.server = await postgres({ hba: PASSWORD_ONLY })
    })
    afterAll(() => Promise.all([world.server?.stop(), files[Symbol.asyncDispose]()]))
    describe('a configuration', () => configurations(adapter, world))
    describe('a session', () => sessions(adapter, world))
    describe('a pool', () => pools(adapter, world))
    describe('a hostile server', () => wire(adapter, set))
    describe('a process', () => exits(adapter, world))
  })
}
