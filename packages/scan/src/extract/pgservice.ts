import { addLine } from '../declare/addition.js'
import type { Declaration, Extractor, SettingPlace, SourceFile } from '../model.js'
import { iniTree } from '../text/ini-tree.js'
import type { Tree } from '../text/tree.js'

/**
 * pg_service.conf: every section is one connection of libpq.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export const pgService: Extractor = {
  name: 'pg_service.conf',
  always: true,
  files: /(?:^|\/)\.?pg_service\.conf$/,
  extract(file) {
    const tree = iniTree(file, { separators: '=', comments: '#' })
    const sections = tree.kind === 'map' ? tree.entries : []
    return { declarations: sections.flatMap(({ value }) => declareSection(value, file)) }
  },
}

function declareSection(section: Tree, file: SourceFile): Declaration[] {
  if (section.kind !== 'map') return []
  const settings = new Map<string, SettingPlace>()
  const config: Record<string, string> = {}
  const secrets = []
  for (const { key, value } of section.entries) {
    if (value.kind !== 'scalar') continue
    settings.set(key, { value: value.value.at, replaceable: true })
    if (/^(?:user|password)$/.test(key)) secrets.push(value.value.at)
    else config[key] = value.value.text
  }
  if (Object.keys(config).length === 0) return []
  const at = settings.get('host')?.value ?? section.at
  const addition = addLine(at, file)
  return [
    {
      ...{ readers: ['libpq'], config, env: {}, at, settings, undetermined: [], secrets },
      ...(addition ? { addition } : {}),
    },
  ]
}
