#!/usr/bin/env node
import { main } from './main.js'

const { stdout, stderr, stdin, env } = process
const io = { stdout, stderr, stdin, env, cwd: process.cwd(), now: () => new Date() }
process.exitCode = await main(process.argv.slice(2), io)
