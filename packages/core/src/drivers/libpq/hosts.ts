import { refuse } from '../../conninfo/setting.js'
import type { Endpoint, Remark } from '../../model.js'
import type { LibpqSettings } from './settings.js'

/** Stands for a host that may be a piece of a password: `p@ss@db` leaves `ss@db` as the host. */
const UNREADABLE = '(unreadable host)'

/** One host of the string, and what was odd about it. */
export interface LibpqHost {
  readonly endpoint: Endpoint
  readonly remarks: readonly Remark[]
}

/** Pairs hosts, addresses and ports; lists that do not match are refused, one port is for all. */
export function readHosts(
  { get }: LibpqSettings,
  socketDirectory: string,
): readonly [LibpqHost, ...LibpqHost[]] {
  const list = (key: string): readonly string[] | undefined => get(key)?.value.split(',')
  const hosts = nonEmpty(list('host'))
  const addresses = nonEmpty(list('hostaddr'))
  const ports = nonEmpty(list('port')) ?? ['']
  const count = addresses?.length ?? hosts?.length ?? 1
  if (hosts && hosts.length !== count) refuse('host and hostaddr differ in length', 0)
  if (ports.length !== 1 && ports.length !== count) refuse('host and port differ in length', 0)

  // `postgres://us/er:password@db`: libpq dials `us`, a piece of the user, for a database `er:...@db`.
  const dbname = get('dbname')
  const late = dbname?.origin.via === 'uri' && dbname.value.includes('@')
  const read = (index: number): LibpqHost => {
    const host = hosts?.[index] ?? ''
    const address = addresses?.[index] ?? ''
    const port = readPort(ports[index] ?? ports[0] ?? '')
    const shownHost = late ? UNREADABLE : readable(host)
    const shownAddress = readable(address)
    const misread = shownHost === UNREADABLE || shownAddress === UNREADABLE
    const origin = get(shownHost === UNREADABLE ? 'host' : 'hostaddr')?.origin
    const remarks: readonly Remark[] = misread && origin ? [{ kind: 'string-misread', origin }] : []
    if (address !== '') {
      const tcp = { kind: 'tcp', host: shownHost || shownAddress, port } as const
      return { endpoint: { ...tcp, hostaddr: shownAddress }, remarks }
    }
    if (host === '') return { endpoint: { kind: 'unix', path: socketDirectory }, remarks }
    if (isSocket(host)) return { endpoint: { kind: 'unix', path: shownHost }, remarks }
    return { endpoint: { kind: 'tcp', host: shownHost, port }, remarks }
  }
  return [read(0), ...Array.from({ length: count - 1 }, (_, index) => read(index + 1))]
}

/** An empty value is as good as none. */
const nonEmpty = (list: readonly string[] | undefined): readonly string[] | undefined =>
  list?.length === 1 && list[0] === '' ? undefined : list

/** A directory, or an abstract socket of Linux. */
const isSocket = (host: string): boolean => host.startsWith('/') || host.startsWith('@')

const readable = (host: string): string =>
  (isSocket(host) ? /^.[^@:?#]*$/s : /^[A-Za-z0-9._:%-]*$/).test(host) ? host : UNREADABLE

function readPort(text: string): number {
  if (text === '') return 5432
  const port = /^[ \t\n\v\f\r]*\+?\d{1,20}[ \t\n\v\f\r]*$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65535) refuse('port is not a number from 1 to 65535', 0)
  return port
}
