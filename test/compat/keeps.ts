import { join } from 'node:path'
import { afterAll } from 'vitest'
import { adapterContract } from '../contract.js'
import { workshop } from '../register/process.js'
import { adapterOf } from './adapter.js'
import { KEPT, MODES } from './kept.js'
import { HERE } from './wanted.js'

/** Declares the cases of the contract that a library keeps, guarded in each way that it allows. */
export async function keepsContract(id: string): Promise<void> {
  const { parts = [undefined], groups } = KEPT[id] ?? { groups: {} }
  const place = await workshop(join(HERE, '.register'))
  afterAll(() => place.remove())
  for (const part of parts) {
    for (const mode of MODES) {
      const kept = groups[mode]
      if (!kept) continue
      const { adapter, stop } = adapterOf(id, mode, place, part)
      afterAll(stop)
      await adapterContract(adapter, kept)
    }
  }
}
