// An application that runs another one: in a worker, by fork or by spawn.
import { fork, spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'

const STARTS = {
  // Without NODE_OPTIONS such a worker would have no register.
  worker: () => new Worker(new URL('child.mjs', import.meta.url), { execArgv: [] }),
  fork: () => fork('child.cjs', { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
  spawn: () => spawn(process.execPath, ['child.mjs'], { stdio: ['ignore', 'inherit', 'inherit'] }),
}
STARTS[process.argv[2]]()
