import { adapterContract } from '../contract.js'
import { adapter } from './pg.js'

await adapterContract(adapter)
