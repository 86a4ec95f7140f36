/** Whether the compatibility suite is wanted, and the lines of Node that it runs on. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const HERE: string = fileURLToPath(new URL('.', import.meta.url))

/** `1`, or `write` for a page written anew. */
export const WANTED: string | undefined = process.env.VERIFY_FULL_COMPAT

export const NODES: Readonly<Record<string, string>> = Object.fromEntries([
  ['Node 20', process.execPath],
  ...['22', '24', '26'].map((line) => [
    `Node ${line}`,
    join(HERE, `../matrix/node_modules/node-${line}/bin/node`),
  ]),
])
