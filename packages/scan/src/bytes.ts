/** Where git and ripgrep look for a NUL. */
const HEAD = 8000

/** Whether a byte order mark says that the bytes are UTF-16. */
export const isUtf16 = (bytes: Buffer): boolean =>
  (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

/** Whether the bytes are no text: a NUL near the beginning, as git decides it. */
export const isBinary = (bytes: Buffer): boolean =>
  !isUtf16(bytes) && bytes.subarray(0, HEAD).includes(0)

/**
 * The text of a file: UTF-8 (what is invalid becomes U+FFFD), or UTF-16 where a byte order mark says so.
 * The mark itself is dropped.
 */
export function decode(bytes: Buffer): string {
  const encoding =
    bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : isUtf16(bytes) ? 'utf-16le' : 'utf-8'
  return new TextDecoder(encoding).decode(bytes)
}
