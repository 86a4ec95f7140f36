import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { definePolicy, findConfigFile, loadConfigFile, type Policy } from '@verify-full/core'
import type { Io } from '../command.js'
import type { ExplainOptions } from '../explain.js'
import { explainRows } from './answer.js'
import { loadSubject } from './file.js'
import { formatJson, formatMarkdown, formatTable } from './format.js'
import { serviceFiles } from './pgservice.js'
import { READER_IDS, type Subject } from './readers.js'

/**
 * The whole answer of `verify-full explain`, ready to be written.
 *
 * @throws Error where the command line does not say what to explain, or a file cannot be loaded.
 */
export async function explain(
  text: string | undefined,
  options: ExplainOptions,
  io: Io,
): Promise<string> {
  const subject = await findSubject(text, options, io)
  const unknown = options.reader?.find((id) => !READER_IDS.includes(id))
  if (unknown !== undefined) throw new Error(`--reader: known are ${READER_IDS.join(', ')}`)
  const env = options.env === undefined ? {} : io.env
  const answer = explainRows(subject, env, await findPolicy(options, io), {
    now: io.now(),
    // A string that names a service is not complete without its file, with --env or not.
    services: serviceFiles(io.env, (path) => readText(resolve(io.cwd, path))),
    ...(options.reader ? { only: options.reader } : {}),
  })
  if (options.format === 'json') return formatJson(answer)
  return options.format === 'markdown'
    ? formatMarkdown(answer)
    : formatTable(answer, io.stdout.isTTY === true && !io.env.NO_COLOR)
}

/** A text file; undefined where it cannot be read. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

async function findSubject(
  text: string | undefined,
  { env, file }: ExplainOptions,
  io: Io,
): Promise<Subject> {
  const named = typeof env === 'string' ? env : undefined
  if ([text, named, file].filter((given) => given !== undefined).length > 1) {
    throw new Error('explain takes one of: a string, --env VARIABLE, --file')
  }
  if (file !== undefined) return loadSubject(file, io.cwd)
  if (named !== undefined) {
    // Never repeats it where it is no name: it is most likely a connection string.
    if (!/^\w+$/.test(named)) {
      throw new Error('--env takes the name of a variable; write the string before --env')
    }
    const value = io.env[named]
    if (!value) throw new Error(`the variable ${named} is not set`)
    return { kind: 'string', text: value, source: `the variable ${named}` }
  }
  if (text === '-') {
    return { kind: 'string', text: (await readAll(io.stdin)).trim(), source: 'standard input' }
  }
  if (text !== undefined) return { kind: 'string', text, source: 'the connection string' }
  if (env === true) return { kind: 'string', text: '', source: 'the environment' }
  throw new Error("explain what? Try: verify-full explain 'postgres://...', --env, or --file")
}

async function findPolicy({ config }: ExplainOptions, io: Io): Promise<Policy> {
  const path = config === undefined ? findConfigFile(io.cwd) : resolve(io.cwd, config)
  return definePolicy(path === undefined ? {} : loadConfigFile(path).options)
}
