import { keepsContract } from '../keeps.js'

await keepsContract('graphile-worker-0.17')
