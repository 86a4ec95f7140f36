import { keepsContract } from '../keeps.js'

await keepsContract('kysely-0.28')
