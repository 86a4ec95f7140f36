import { join } from 'node:path'
import { afterAll } from 'vitest'
import { adapterContract } from '../contract.js'
import { workshop } from '../register/process.js'
import { KEPT } from './kept.js'
import { registered } from './registered.js'
import { HERE } from './wanted.js'

/** Declares the cases of the contract that a library keeps under register alone. */
export async function keepsContract(id: string): Promise<void> {
  const place = await workshop(join(HERE, '.register'))
  const { adapter, stop } = registered(id, place)
  afterAll(() => {
    stop()
    place.remove()
  })
  await adapterContract(adapter, KEPT[id])
}
