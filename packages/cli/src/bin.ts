#!/usr/bin/env node
import { EXIT } from './command.js'
import { main } from './main.js'

const { stdout, stderr, env } = process
// Node would end with 1, which here means findings: for who reads no more (| head), and for a defect.
for (const stream of [stdout, stderr]) stream.on('error', () => process.exit(EXIT.failure))
process.on('uncaughtException', ({ name }) => {
  // Nothing of its message: a library's may quote what it was given.
  stderr.write(`verify-full: internal error (${name})\n`, () => process.exit(EXIT.failure))
})
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
const io = {
  ...{ stdout, stderr, env, cwd: process.cwd(), now: () => new Date(), interrupted },
  // Made when it is read, which most commands never do.
  get stdin() {
    return process.stdin
  },
}
process.exitCode = await main(process.argv.slice(2), io)
