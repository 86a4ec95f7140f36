import { keepsContract } from '../keeps.js'

await keepsContract('pg-two-copies')
