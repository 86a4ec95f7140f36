import type { HbaMethod, HbaType } from './hba.js'

const LDAP: readonly HbaMethod[] = ['ldap']
const RADIUS: readonly HbaMethod[] = ['radius']
const OAUTH: readonly HbaMethod[] = ['oauth']
const MAPPED: readonly HbaMethod[] = ['ident', 'peer', 'gss', 'sspi', 'cert']

interface OptionRow {
  /** The methods it belongs to; all where it is absent. */
  readonly methods?: readonly HbaMethod[]
  /** The connection type it needs. */
  readonly type?: HbaType
  readonly values?: RegExp
  /** First major version that knows it. */
  readonly since?: number
  /** Whether the value may be repeated in a report; all others may be secrets. */
  readonly shown?: boolean
}

const PORT = /^\s*\+?0*[1-9]\d*/

const OPTIONS: Readonly<Record<string, OptionRow>> = {
  map: { methods: [...MAPPED, 'oauth'], shown: true },
  clientcert: { type: 'hostssl', values: /^verify-(ca|full)$/, shown: true },
  clientname: { type: 'hostssl', values: /^(CN|DN)$/, shown: true },
  pamservice: { methods: ['pam'] },
  pam_use_hostname: { methods: ['pam'] },
  ldapurl: { methods: LDAP },
  ldaptls: { methods: LDAP, shown: true },
  ldapscheme: { methods: LDAP, shown: true },
  ldapserver: { methods: LDAP },
  ldapport: { methods: LDAP, values: PORT },
  ldapbinddn: { methods: LDAP },
  ldapbindpasswd: { methods: LDAP },
  ldapsearchattribute: { methods: LDAP },
  ldapsearchfilter: { methods: LDAP },
  ldapbasedn: { methods: LDAP },
  ldapprefix: { methods: LDAP },
  ldapsuffix: { methods: LDAP },
  krb_realm: { methods: ['gss', 'sspi'] },
  include_realm: { methods: ['gss', 'sspi'] },
  compat_realm: { methods: ['sspi'] },
  upn_username: { methods: ['sspi'] },
  radiusservers: { methods: RADIUS },
  radiussecrets: { methods: RADIUS },
  radiusports: { methods: RADIUS },
  radiusidentifiers: { methods: RADIUS },
  issuer: { methods: OAUTH, since: 18 },
  scope: { methods: OAUTH, since: 18 },
  validator: { methods: OAUTH, since: 18 },
  delegate_ident_mapping: { methods: OAUTH, since: 18 },
}

/** What a method cannot do without: one option of each list. */
const REQUIRED: Partial<Record<HbaMethod, readonly (readonly string[])[]>> = {
  ldap: [['ldapserver', 'ldapurl']],
  radius: [['radiusservers'], ['radiussecrets']],
  oauth: [['scope'], ['issuer']],
}

export interface ReadOptions {
  readonly options: Readonly<Record<string, string>>
  readonly error?: string
}

/** Reads the `name=value` tokens of an entry. Values that may be secrets are kept as `(set)`. */
export function readHbaOptions(
  tokens: readonly string[],
  type: HbaType,
  method: HbaMethod,
  version: number,
): ReadOptions {
  const options: Record<string, string> = {}
  for (const token of tokens) {
    const equals = token.indexOf('=')
    // Not quoted: a password may stand where an option was meant.
    if (equals < 0)
      return { options, error: 'an authentication option is not in name=value format' }
    const name = token.slice(0, equals)
    const value = token.slice(equals + 1)
    const row = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined
    if (!row || version < (row.since ?? 0)) {
      return { options, error: 'an authentication option has an unrecognized name' }
    }
    const error = misplaced(name, value, row, type, method, version)
    if (error) return { options, error }
    options[name] = row.shown ? value : '(set)'
  }
  const missing = (REQUIRED[method] ?? []).find((names) => !names.some((name) => options[name]))
  return missing
    ? { options, error: `method ${method} needs the option ${missing.join(' or ')}` }
    : { options }
}

function misplaced(
  name: string,
  value: string,
  { methods, type, values }: OptionRow,
  conntype: HbaType,
  method: HbaMethod,
  version: number,
): string | undefined {
  const known = methods?.filter((one) => one !== 'oauth' || version >= 18)
  if (known && !known.includes(method)) {
    return `option ${name} is only valid for ${known.join(', ')}`
  }
  if (type && type !== conntype) return `option ${name} is only valid for ${type} entries`
  if (values && !values.test(value)) return `option ${name} has an invalid value`
  if (name === 'clientcert' && method === 'cert' && value === 'verify-ca') {
    return 'clientcert only accepts verify-full with method cert'
  }
  return undefined
}
