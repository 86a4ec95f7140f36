#!/usr/bin/env node
import { main } from './main.js'

const { stdout, stderr, env } = process
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
