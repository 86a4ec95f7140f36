import { isDeepStrictEqual } from 'node:util'
import type { TypeOrmPool } from '@verify-full/core'

/** As much of a pool as can be ended. */
export interface Endable {
  end(): Promise<void>
}

/** The pools of one DataSource while it initializes. */
interface Group {
  readonly members: Map<TypeOrmPool, Endable>
  /** Those whose first connection is still awaited. */
  readonly pending: Set<TypeOrmPool>
}

/** Where a pool stands in its DataSource, and what its first connection does to the others. */
export interface Place {
  readonly name?: string
  connected(): void
  failed(): void
}

/**
 * Keeps together the pools that one `DataSource.initialize()` makes. TypeORM connects every slave and then
 * the master, and leaves those open that succeeded when one fails (PostgresDriver.js `connect`, typeorm
 * 1.1.1): here the first failure ends them all. A pool is recognised by the configuration it gets; nothing
 * is kept once all are connected, so several DataSources may share one set of options.
 */
export class Startup {
  readonly #inOrder: readonly TypeOrmPool[]
  readonly #groups = new Set<Group>()

  constructor(planned: readonly TypeOrmPool[]) {
    const [master, ...slaves] = planned
    this.#inOrder = master ? [...slaves, master] : []
  }

  /** Takes in a new pool; undefined where it is none of those planned. */
  enter(pool: Endable, config: unknown): Place | undefined {
    const candidates = this.#inOrder.filter((planned) => isMadeOf(config, planned))
    const found = [...this.#groups].flatMap((group) => {
      const free = candidates.find((it) => !group.members.has(it) && this.#isNext(it, group))
      return free ? [{ group, planned: free }] : []
    })[0]
    const planned = found?.planned ?? candidates[0]
    if (!planned) return undefined
    const group = found?.group ?? { members: new Map(), pending: new Set() }
    this.#groups.add(group)
    group.members.set(planned, pool)
    group.pending.add(planned)
    const { name } = planned
    return {
      ...(name === undefined ? {} : { name }),
      connected: () => {
        group.pending.delete(planned)
        const complete = group.members.size === this.#inOrder.length
        if (complete && group.pending.size === 0) this.#groups.delete(group)
      },
      failed: () => {
        if (!this.#groups.delete(group)) return
        for (const member of group.members.values()) member.end().catch(() => {})
      },
    }
  }

  /** The master comes when every slave is connected. */
  #isNext(planned: TypeOrmPool, { pending }: Group): boolean {
    return planned !== this.#inOrder.at(-1) || pending.size === 0
  }
}

const DECIDING = ['connectionString', 'host', 'port', 'ssl'] as const

const isMadeOf = (config: unknown, { config: planned }: TypeOrmPool): boolean =>
  DECIDING.every((key) =>
    isDeepStrictEqual((config as Record<string, unknown> | undefined)?.[key], planned[key]),
  )
