import { keepsContract } from '../keeps.js'

await keepsContract('pg-boss-10')
