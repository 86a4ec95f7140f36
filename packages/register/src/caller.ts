import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Origin } from '@verify-full/core'

/** The code that called a function, from outside of Node and of it: the stack that made an attempt. */
export function callerOutside(callee: (...args: never[]) => unknown): Origin {
  const place: { stack?: string } = {}
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 30
  Error.captureStackTrace(place, callee)
  Error.stackTraceLimit = stackTraceLimit
  const frames = (place.stack ?? '').split('\n').slice(1).map(readFrame)
  const found = frames.find((frame) => frame !== undefined)
  return { via: 'file', key: found ?? 'unknown (no JavaScript on the stack)' }
}

/** `node_modules/postgres/src/connection.js:257`; undefined for a frame of Node itself. */
function readFrame(line: string): string | undefined {
  const [, place = '', number = ''] =
    /\(?((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):\d+\)?$/.exec(line) ?? []
  if (place === '') return undefined
  const path = place.startsWith('file:') ? fileURLToPath(new URL(place)) : place
  const below = relative(process.cwd(), path)
  const shown = below.startsWith('..')
    ? (path.split(`${sep}node_modules${sep}`).at(-1) ?? path)
    : below
  return `${shown}:${number}`
}
