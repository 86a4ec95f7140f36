#!/usr/bin/env node
import { main } from './main.js'

const { stdout, stderr, stdin, env } = process
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
const io = { stdout, stderr, stdin, env, cwd: process.cwd(), now: () => new Date(), interrupted }
process.exitCode = await main(process.argv.slice(2), io)
