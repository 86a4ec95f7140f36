import { adapterContract } from '../contract.js'
import { adapter } from './postgres.js'

await adapterContract(adapter)
