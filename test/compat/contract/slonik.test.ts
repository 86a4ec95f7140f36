import { keepsContract } from '../keeps.js'

await keepsContract('slonik')
