import type { Drift, ServerPosture } from '@verify-full/core'
import { formatHbaEntry, type HbaEntry } from '@verify-full/core/offline'

/** Settings whose value counts; of the others (file names) only whether they are set. */
const BY_VALUE = [
  'ssl',
  'ssl_min_protocol_version',
  'ssl_max_protocol_version',
  'ssl_ciphers',
  'ssl_prefer_server_ciphers',
  'password_encryption',
] as const
const BY_PRESENCE = ['ssl_ca_file', 'ssl_crl_file', 'ssl_crl_dir'] as const

const NOTHING = 'no such entry'

/** Where a replica differs from its primary. What either side does not show is not compared. */
export function driftBetween(primary: ServerPosture, replica: ServerPosture): Drift[] {
  return [
    ...settings(primary, replica),
    ...rules(primary.hba, replica.hba),
    ...answers(primary, replica),
    ...issuer(primary, replica),
  ]
}

function settings(primary: ServerPosture, replica: ServerPosture): Drift[] {
  const compare = (name: string, read: (value: string) => string): Drift[] => {
    const [here, there] = [primary, replica].map(({ settings: known }) => known?.get(name)?.value)
    if (here === undefined || there === undefined || read(here) === read(there)) return []
    return [{ what: `setting ${name}`, primary: read(here), replica: read(there) }]
  }
  return [
    ...BY_VALUE.flatMap((name) => compare(name, (value) => value)),
    ...BY_PRESENCE.flatMap((name) => compare(name, (value) => (value === '' ? 'not set' : 'set'))),
  ]
}

/** Entries in order: what one side has at a place and the other does not. Options count, secrets do not. */
function rules(
  primary: readonly HbaEntry[] | undefined,
  replica: readonly HbaEntry[] | undefined,
): Drift[] {
  if (!primary || !replica) return []
  const [here, there] = [primary.map(shown), replica.map(shown)]
  let start = 0
  while (start < here.length && here[start] === there[start]) start++
  let end = 0
  const shorter = Math.min(here.length, there.length) - start
  while (end < shorter && here.at(-1 - end) === there.at(-1 - end)) end++
  const missing = here.slice(start, here.length - end)
  const extra = there.slice(start, there.length - end)
  return Array.from({ length: Math.max(missing.length, extra.length) }, (_, index) => ({
    what: 'pg_hba.conf',
    primary: missing[index] ?? NOTHING,
    replica: extra[index] ?? NOTHING,
  }))
}

const shown = (entry: HbaEntry): string =>
  [
    formatHbaEntry(entry),
    ...Object.entries(entry.options)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
  ].join(' ')

function answers(primary: ServerPosture, replica: ServerPosture): Drift[] {
  const [here, there] = [primary.plaintextAnswer, replica.plaintextAnswer]
  if (!here || !there || here === there) return []
  return [{ what: 'answer to a startup packet without TLS', primary: here, replica: there }]
}

function issuer(primary: ServerPosture, replica: ServerPosture): Drift[] {
  const [here, there] = [primary.certificate?.issuer, replica.certificate?.issuer]
  if (!here || !there || here === there) return []
  return [{ what: 'certificate issuer', primary: here, replica: there }]
}
