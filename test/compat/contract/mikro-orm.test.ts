import { keepsContract } from '../keeps.js'

await keepsContract('mikro-orm')
