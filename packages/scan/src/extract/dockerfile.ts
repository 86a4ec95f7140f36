import { declareCommand } from '../declare/command.js'
import { declarePairs, type Pair } from '../declare/pairs.js'
import { declareText } from '../declare/strings.js'
import type { Declaration, Extractor, SourceFile } from '../model.js'
import { literal, slice } from '../text/mapped.js'
import { SPACE, shellWords } from '../text/shell-words.js'

/** An instruction with its continuation lines; comment lines between them belong to nothing. */
const INSTRUCTION = /^[ \t]*([A-Za-z]+)[ \t]+((?:[^\r\n\\]|\\\r?\n|\\[^\r\n]|\\$)*)/gm

/** @see https://docs.docker.com/reference/dockerfile/#environment-replacement */
export const dockerfile: Extractor = {
  name: 'dockerfile',
  files: /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w.-]+)?$|\.(?:dockerfile|containerfile)$/i,
  extract(file) {
    const pairs: Pair[] = []
    const others: Declaration[] = []
    for (const match of file.text.matchAll(INSTRUCTION)) {
      const [whole, name = '', rest = ''] = match
      const start = match.index + whole.length - rest.length
      if (/^(?:ENV|ARG|LABEL)$/i.test(name)) pairs.push(...variables(file, start, rest))
      else if (/^(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/i.test(name)) {
        others.push(
          ...(rest.trimStart().startsWith('[')
            ? declareText(file, start, start + rest.length)
            : declareCommand(
                literal(file, start, rest.length + hereLength(file, start, rest)),
                file,
              )),
        )
      }
    }
    return { declarations: [...declarePairs(pairs, file), ...others] }
  },
}

/** How many characters behind an instruction are its here-document (`RUN <<EOF`). */
function hereLength({ text }: SourceFile, start: number, rest: string): number {
  const word = /<<-?["']?(\w+)["']?/.exec(rest)?.[1]
  if (word === undefined) return 0
  const from = start + rest.length
  const end = text.slice(from).search(new RegExp(`^\\t*${word}[ \\t\\r]*$`, 'm'))
  return Math.max(0, end)
}

/** `ENV K=V L="W"`, or the old `ENV K the rest of the line`. */
function variables(file: SourceFile, start: number, rest: string): Pair[] {
  const old = /^([A-Za-z_]\w*)[ \t]+(?!=)(\S[^\r\n]*)$/.exec(rest)
  if (old?.[1] && !/^\w+=/.test(rest)) {
    const value = old[2]?.trimEnd() ?? ''
    return [
      {
        key: old[1],
        value: literal(file, start + rest.indexOf(value, old[1].length), value.length),
      },
    ]
  }
  return [...shellWords(literal(file, start, rest.length), file, SPACE)].flatMap((word): Pair[] => {
    const key = /^([A-Za-z_]\w*)=/.exec(word.text)?.[1]
    return key ? [{ key, value: slice(word, key.length + 1, word.text.length, file) }] : []
  })
}
