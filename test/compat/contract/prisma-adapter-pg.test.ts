import { keepsContract } from '../keeps.js'

await keepsContract('prisma-adapter-pg')
