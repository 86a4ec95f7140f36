/**
 * What every adapter promises, as one list of cases: a new adapter is one object, and
 * `adapterContract(object)`.
 */
import { afterAll, beforeAll, describe } from 'vitest'
import type { Adapter } from './contract/adapter.js'
import { configurations, strings } from './contract/configurations.js'
import { exits } from './contract/exits.js'
import { pools } from './contract/pools.js'
import { refusals, sessions } from './contract/sessions.js'
import { wire } from './contract/wire.js'
import { PASSWORD_ONLY, type World } from './contract/world.js'
import { pki, postgres } from './support/index.js'

/** A part of the contract. */
export type Group =
  | 'configurations'
  | 'strings'
  | 'sessions'
  | 'refusals'
  | 'pools'
  | 'wire'
  | 'exits'

const CASES: Readonly<
  Record<Group, readonly [title: string, declare: (adapter: Adapter, world: World) => void]>
> = {
  configurations: ['a configuration', configurations],
  strings: ['a connection string', strings],
  sessions: ['a session', sessions],
  refusals: ['a refusal', refusals],
  pools: ['a pool', pools],
  wire: ['a hostile server', wire],
  exits: ['a process', exits],
}

export const GROUPS = Object.keys(CASES) as readonly Group[]

/** Declares the cases; to be called at the top of a test file and awaited. */
export async function adapterContract(
  adapter: Adapter,
  groups: readonly Group[] = GROUPS,
): Promise<void> {
  const set = await pki()
  const files = await set.write()
  const world = { set, files } as World
  describe(`the contract, kept by ${adapter.name}`, () => {
    beforeAll(async () => {
      world.server = await postgres({ hba: PASSWORD_ONLY })
    })
    afterAll(() => Promise.all([world.server?.stop(), files[Symbol.asyncDispose]()]))
    for (const group of groups) {
      const [title, declare] = CASES[group]
      describe(title, () => declare(adapter, world))
    }
  })
}
