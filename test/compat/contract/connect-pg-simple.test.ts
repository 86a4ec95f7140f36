import { keepsContract } from '../keeps.js'

await keepsContract('connect-pg-simple')
