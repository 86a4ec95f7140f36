import { declareTree } from '../declare/tree.js'
import type { DirectFinding, Extractor, Range } from '../model.js'
import { directFinding } from '../rules.js'
import { hclTree } from '../text/hcl-tree.js'
import { at, type Tree, textAt } from '../text/tree.js'

/** Terraform: connection strings and options, and whether a managed server refuses plaintext. */
export const terraform: Extractor = {
  name: 'terraform',
  files: /\.(?:tf|tfvars|hcl)$/,
  extract(file) {
    const tree = hclTree(file)
    return {
      declarations: declareTree(tree, file),
      findings: resources(tree).flatMap(judgeResource),
    }
  },
}

interface Resource {
  readonly type: string
  readonly body: Tree
}

const resources = (tree: Tree): Resource[] =>
  tree.kind !== 'map'
    ? []
    : tree.entries.flatMap(({ key, value }) => {
        // A module takes the parameters of the group that it makes.
        const type = /^(?:resource\.([\w-]+)\.|(module)\.)/.exec(key)?.slice(1).find(Boolean)
        return type === undefined ? [] : [{ type, body: value }]
      })

/** One row per kind of resource that decides whether a server accepts plaintext. */
const RESOURCES: readonly (readonly [type: RegExp, judge: (body: Tree) => DirectFinding[]])[] = [
  [/^aws_(?:db|rds_cluster)_parameter_group$|^module$/, rdsParameters],
  [/^google_sql_database_instance$/, cloudSql],
  [/^azurerm_postgresql_(?:flexible_)?(?:server_)?configuration$/, azureConfiguration],
  [/^azurerm_postgresql_server$/, azureServer],
]

const judgeResource = ({ type, body }: Resource): DirectFinding[] =>
  RESOURCES.filter(([pattern]) => pattern.test(type)).flatMap(([, judge]) => judge(body))

const blocks = (body: Tree | undefined, name: string): Tree[] =>
  body?.kind === 'map'
    ? body.entries.filter(({ key }) => key === name).map(({ value }) => value)
    : []

function plaintext(place: Range, what: string, replacement?: string): DirectFinding[] {
  const found = directFinding(
    'server-accepts-plaintext',
    place,
    `${what}: the server accepts connections without TLS`,
  )
  const edit =
    replacement === undefined
      ? {}
      : { edits: [{ offset: place.offset, length: place.length, text: replacement }] }
  return [{ ...found, ...edit }]
}

/** Where a written value stands, and whether it can be replaced as it is. */
function written(body: Tree, key: string): { place: Range; text: string } | undefined {
  const found = at(body, key)
  return found?.kind === 'scalar' && found.value.segments.length === 1
    ? { place: found.value.at, text: found.value.text }
    : undefined
}

/** SQL Server has a parameter of the same name. */
function rdsParameters(body: Tree): DirectFinding[] {
  if (/sqlserver/.test(textAt(body, 'family') ?? '')) return []
  const listed = [
    'parameters',
    'db_parameter_group_parameters',
    'db_cluster_parameter_group_parameters',
  ]
    .map((key) => at(body, key))
    .flatMap((it) => (it?.kind === 'list' ? it.items : []))
  return [...blocks(body, 'parameter'), ...listed].flatMap((parameter) => {
    const value = written(parameter, 'value')
    if (textAt(parameter, 'name') !== 'rds.force_ssl' || value?.text !== '0') return []
    return plaintext(value.place, 'rds.force_ssl = 0', '1')
  })
}

const UNENCRYPTED = 'ALLOW_UNENCRYPTED_AND_ENCRYPTED'

function cloudSql(body: Tree): DirectFinding[] {
  const version = at(body, 'database_version')
  if (version?.kind !== 'scalar' || !/^POSTGRES_/.test(version.value.text)) return []
  const [configuration] = blocks(blocks(body, 'settings')[0], 'ip_configuration')
  if (!configuration) return []
  const mode = written(configuration, 'ssl_mode')
  if (mode)
    return mode.text === UNENCRYPTED
      ? plaintext(mode.place, `ssl_mode = ${UNENCRYPTED}`, 'ENCRYPTED_ONLY')
      : []
  if (at(configuration, 'ssl_mode')) return []
  const old = written(configuration, 'require_ssl')
  if (old) return old.text === 'false' ? plaintext(old.place, 'require_ssl = false') : []
  if (at(configuration, 'require_ssl')) return []
  return plaintext(version.value.at, `no ssl_mode, and the default is ${UNENCRYPTED}`)
}

function azureConfiguration(body: Tree): DirectFinding[] {
  const value = written(body, 'value')
  if (textAt(body, 'name') !== 'require_secure_transport' || value?.text.toLowerCase() !== 'off')
    return []
  return plaintext(value.place, 'require_secure_transport = off', 'on')
}

function azureServer(body: Tree): DirectFinding[] {
  const value = written(body, 'ssl_enforcement_enabled')
  return value?.text === 'false'
    ? plaintext(value.place, 'ssl_enforcement_enabled = false', 'true')
    : []
}
