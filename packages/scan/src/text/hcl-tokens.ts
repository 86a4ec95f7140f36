/** A token of HCL. Of a string only the place of its inside is kept. */
export interface HclToken {
  readonly kind: 'name' | 'string' | 'number' | 'heredoc' | 'mark' | 'newline'
  readonly start: number
  readonly end: number
}

const NAME = /[A-Za-z_][\w.-]*/y
const NUMBER = /\d[\w.]*/y
const HEREDOC = /<<-?([A-Za-z_]\w*)\r?\n/y

/**
 * The tokens of an HCL text; comments are none. A string ends at its quote, `${...}` nests inside.
 *
 * @see https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#lexical-elements
 */
export function* hclTokens(text: string): Generator<HclToken> {
  let at = 0
  while (at < text.length) {
    const character = text[at] ?? ''
    const next = text[at + 1]
    if (character === '\n') yield { kind: 'newline', start: at, end: ++at }
    else if (/\s/.test(character)) at++
    else if (character === '#' || (character === '/' && next === '/')) at = lineEnd(text, at)
    else if (character === '/' && next === '*') {
      const end = text.indexOf('*/', at + 2)
      at = end < 0 ? text.length : end + 2
    } else if (character === '"') {
      const end = stringEnd(text, at)
      yield { kind: 'string', start: at + 1, end: Math.max(at + 1, end - 1) }
      at = end
    } else {
      const heredoc = sticky(HEREDOC, text, at)
      const word = heredoc ? undefined : (sticky(NAME, text, at) ?? sticky(NUMBER, text, at))
      if (heredoc) {
        const start = at + heredoc[0].length
        const end = heredocEnd(text, start, heredoc[1] ?? '')
        yield { kind: 'heredoc', start, end }
        at = lineEnd(text, end)
      } else if (word) {
        yield {
          kind: /\d/.test(character) ? 'number' : 'name',
          start: at,
          end: at + word[0].length,
        }
        at += word[0].length
      } else yield { kind: 'mark', start: at, end: ++at }
    }
  }
}

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

/** Where the line begins that holds nothing but the marker; the end of the text where none does. */
function heredocEnd(text: string, from: number, marker: string): number {
  for (let at = from; at < text.length; at = lineEnd(text, at) + 1) {
    if (text.slice(at, lineEnd(text, at)).trim() === marker) return at
  }
  return text.length
}

/** After the closing quote. A string does not go over its line, except inside `${...}`. */
function stringEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]
    if (character === '\\' && depth === 0) at++
    else if ((character === '$' || character === '%') && text[at + 1] === '{') {
      depth++
      at++
    } else if (character === '}' && depth > 0) depth--
    else if (character === '\n' && depth === 0) return at
    else if (character === '"' && depth === 0) return at + 1
  }
  return text.length
}
