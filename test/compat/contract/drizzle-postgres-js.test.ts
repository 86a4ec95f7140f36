import { keepsContract } from '../keeps.js'

await keepsContract('drizzle-postgres-js')
