import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** Reads YAML or JSON. `wrong` throws the error, which quotes nothing of the file. */
export function readYaml(path: string, wrong: (why: string) => never): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return wrong(`cannot be read (${String((error as { code?: unknown }).code)})`)
  }
  try {
    return parse(text)
  } catch (error) {
    // The parser's message quotes the line, and with it what may be a password.
    const { linePos } = error as { linePos?: readonly { line: number }[] }
    return wrong(`is no YAML${linePos?.[0] ? ` (line ${linePos[0].line})` : ''}`)
  }
}
