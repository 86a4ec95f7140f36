import { adapterContract } from '../contract.js'
import { adapter } from './knex.js'

await adapterContract(adapter)
