import { isLoopback } from '@verify-full/core'
import { declareDsn } from '../declare/dsn.js'
import type { Declaration, DirectFinding, Extractor, Range, SourceFile } from '../model.js'
import { directFinding } from '../rules.js'
import { iniTree } from '../text/ini-tree.js'
import { at, type Tree, textAt } from '../text/tree.js'

/**
 * pgbouncer.ini. Its two hops are judged by its own settings: what a database's line says about TLS is not
 * read by PgBouncer.
 *
 * @see https://www.pgbouncer.org/config.html#tls-settings
 */
export const pgbouncer: Extractor = {
  name: 'pgbouncer.ini',
  always: true,
  files: /(?:^|\/)pgbouncer[\w.-]*\.ini$/,
  extract(file) {
    const tree = iniTree(file, { separators: '=', comments: ';#' })
    const section = at(tree, 'pgbouncer')
    if (!section) return { declarations: [] }
    return {
      declarations: [],
      findings: [...serverHop(tree, section, file), ...clientHop(section)],
    }
  },
}

/** PgBouncer's default is `prefer` since 1.22, and nothing at all before. */
function serverHop(tree: Tree, section: Tree, file: SourceFile): DirectFinding[] {
  const databases = at(tree, 'databases')
  const remote =
    databases?.kind === 'map' &&
    databases.entries.some(
      ({ value }) => value.kind === 'scalar' && isRemote(declareDsn(value.value, file)),
    )
  const mode = textAt(section, 'server_tls_sslmode')
  if (!remote || mode === 'verify-full') return []
  return [finding(section, 'server_tls_sslmode', mode, 'pooler -> server', 'verify-full')]
}

function clientHop(section: Tree): DirectFinding[] {
  const addresses = (textAt(section, 'listen_addr') ?? '').split(',').map((it) => it.trim())
  const remote = addresses.some((it) => it !== '' && !isLoopback(it))
  const mode = textAt(section, 'client_tls_sslmode')
  if (!remote || /^(?:require|verify-ca|verify-full)$/.test(mode ?? '')) return []
  return [finding(section, 'client_tls_sslmode', mode, 'application -> pooler', 'require')]
}

function finding(
  section: Tree,
  key: string,
  mode: string | undefined,
  hop: string,
  wanted: string,
): DirectFinding {
  const written = at(section, key)
  // Of two hops that are not written, each has a place of its own.
  const beside = hop.startsWith('application') ? at(section, 'listen_addr') : undefined
  const shown = [written, beside].find((it) => it?.kind === 'scalar')
  const place: Range = shown?.kind === 'scalar' ? shown.value.at : (section as { at: Range }).at
  const known = /^(?:disable|allow|prefer|require|verify-ca|verify-full)$/.test(mode ?? '')
  const what =
    mode === undefined
      ? `no ${key}`
      : known
        ? `${key} = ${mode}`
        : `${key} is none of libpq's modes`
  const found = directFinding(
    'pooler-below-verify-full',
    place,
    `${what}: the hop ${hop} is not protected`,
  )
  if (mode === undefined) return found
  return { ...found, edits: [{ offset: place.offset, length: place.length, text: wanted }] }
}

function isRemote({ config }: Declaration): boolean {
  const host = /(?:^|\s)host(?:addr)?='?([^'\s]+)/.exec(String(config))?.[1]
  return (
    host !== undefined && host !== 'known-at-run-time' && !host.startsWith('/') && !isLoopback(host)
  )
}
