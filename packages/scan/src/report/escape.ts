/** Text of files is hostile: what each format gives a meaning to is taken from it. */

/** Control characters, which XML forbids and terminals obey, and what turns the direction of text. */
const UNPRINTABLE = /(?![\t\n\r])\p{Cc}|\p{Cf}|[\u2028\u2029\ufffe\uffff]/gu

/** The text with a replacement character for what cannot, or must not, be shown. */
export const printable = (text: string): string =>
  Buffer.from(text, 'utf8').toString('utf8').replace(UNPRINTABLE, '\ufffd')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for XML and HTML, in elements and in quoted attributes. */
export const markup = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

/** A path as the reference of a URI: what has a meaning there is percent-encoded. */
export const uriOf = (path: string): string =>
  Buffer.from(path, 'utf8')
    .toString('utf8')
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/')
