import { adapterContract } from '../contract.js'
import { adapter } from './typeorm.js'

await adapterContract(adapter)
