import { keepsContract } from '../keeps.js'

await keepsContract('drizzle-node-postgres')
