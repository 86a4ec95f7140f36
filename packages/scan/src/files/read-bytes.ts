import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { codeOf } from './walk.js'

/** Larger files are reported, not read. */
const LARGEST = 32 * 1024 * 1024

/** Read into again and again: most files fit, and a new buffer per file would cost more than its reading. */
const shared = Buffer.allocUnsafeSlow(256 * 1024)

/** The bytes of a file, valid until the next call; or why there are none. */
export function readBytes(path: string): Buffer | string {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const length = readSync(fd, shared, 0, shared.length, null)
    if (length < shared.length) return shared.subarray(0, length)
    const { size } = fstatSync(fd)
    if (size > LARGEST) return 'the file is larger than 32 MiB'
    const rest = Buffer.allocUnsafe(Math.max(0, size - length))
    return Buffer.concat([shared.subarray(0, length), rest.subarray(0, readSync(fd, rest))])
  } catch (error) {
    return `the file cannot be read (${codeOf(error)})`
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
