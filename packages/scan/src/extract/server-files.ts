import type { Endpoint, Origin, ServerSetting } from '@verify-full/core'
import { parseConf, parseHba } from '@verify-full/core/offline'
import type { Extractor, Range, SourceFile } from '../model.js'

/** Nobody knows yet which server will read the file. */
const ENDPOINT: Endpoint = { kind: 'tcp', host: 'the server', port: 5432 }

/** pg_hba.conf, in the order in which the server tries its entries. */
export const pgHba: Extractor = {
  name: 'pg_hba.conf',
  always: true,
  files: /(?:^|\/)pg_hba[\w.-]*\.conf(?:\.\w+)?$/,
  extract(file) {
    const { entries, errors } = parseHba(file.text)
    const [problem] = errors
    const places = new Map(entries.map(({ line }) => [line, firstWord(file, line)]))
    return {
      declarations: [],
      servers: [
        {
          posture: { endpoint: ENDPOINT, hba: entries, hbaFile: file.path },
          places,
          edits: new Map([
            [
              'hba-accepts-plaintext',
              ({ offset, length }) => ({ offset, length, text: 'hostssl' }),
            ],
          ]),
        },
      ],
      ...(problem ? { incomplete: `line ${problem.line}: ${problem.reason}` } : {}),
    }
  },
}

/** postgresql.conf and what it includes. */
export const postgresqlConf: Extractor = {
  name: 'postgresql.conf',
  always: true,
  files: /(?:^|\/)postgresql(?:\.auto|\.base)?\.conf(?:\.\w+)?$/,
  extract(file) {
    const { settings, errors } = parseConf(file.text)
    const [problem] = errors
    const found = new Map<string, ServerSetting>()
    for (const { name, value, line } of settings.values()) {
      found.set(name, { value, origin: originOf(file, name, line) })
    }
    // Without a word about it ssl is off; where the server listens to others, that is written here.
    const listens = settings.get('listen_addresses')
    if (!found.has('ssl') && listens && !/^(?:localhost|127\.0\.0\.1|::1|)$/.test(listens.value)) {
      found.set('ssl', { value: 'off', origin: originOf(file, 'ssl', listens.line) })
    }
    const places = new Map([...settings.values()].map(({ line }) => [line, setting(file, line)]))
    return {
      declarations: [],
      servers: [{ posture: { endpoint: ENDPOINT, settings: found }, places, edits: new Map() }],
      ...(problem ? { incomplete: `line ${problem.line}: ${problem.reason}` } : {}),
    }
  },
}

const originOf = (file: SourceFile, name: string, line: number): Origin => ({
  via: 'server',
  key: `setting ${name}`,
  at: { file: file.path, line },
})

function firstWord(file: SourceFile, line: number): Range {
  const { offset, text } = lineOf(file, line)
  const start = text.search(/\S/)
  return file.range(offset + Math.max(0, start), /^\S+/.exec(text.slice(start))?.[0].length ?? 0)
}

/** `name = value`, without the comment behind it; a value may hold a password, and then it is masked. */
function setting(file: SourceFile, line: number): Range {
  const { offset, text } = lineOf(file, line)
  const start = Math.max(0, text.search(/\S/))
  return file.range(offset + start, endOfSetting(text) - start)
}

/** Where a comment begins, or the trailing spaces. */
function endOfSetting(text: string): number {
  let [at, quoted] = [0, false]
  for (; at < text.length && (quoted || text[at] !== '#'); at++) {
    if (text[at] === "'") quoted = !quoted
  }
  return text.slice(0, at).trimEnd().length
}

const starts = new WeakMap<SourceFile, readonly number[]>()

function lineOf(file: SourceFile, line: number): { offset: number; text: string } {
  // The parsers of core count LF only, as the server does.
  let offsets = starts.get(file)
  if (!offsets) {
    offsets = [0, ...[...file.text.matchAll(/\n/g)].map(({ index }) => index + 1)]
    starts.set(file, offsets)
  }
  const offset = offsets[line - 1] ?? 0
  const end = offsets[line] ?? file.text.length + 1
  return { offset, text: file.text.slice(offset, end - 1) }
}
