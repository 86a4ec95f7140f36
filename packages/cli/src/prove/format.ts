import type { Stage } from './environment.js'
import type { Received } from './server.js'

/** One attack, and what came of it. */
export interface Proof {
  readonly attack: string
  readonly received: Readonly<Received>
  readonly timedOut: boolean
}

/** What an attacker now has, in the order in which it is sent. */
export function spoils({ bytes, startup, password, queries }: Readonly<Received>): string {
  const list = [
    ...(startup ? ['user and database'] : []),
    ...(password ? ['PASSWORD'] : []),
    ...(queries > 0 ? [queries === 1 ? '1 query' : `${queries} queries`] : []),
  ]
  if (list.length > 0) return list.join(', ')
  return bytes === 0 ? 'nothing' : `${bytes} bytes`
}

/** The report: a line for each attack, then the verdict. */
export function formatProofs(
  proofs: readonly Proof[],
  { host, replaced, unset }: Pick<Stage, 'host' | 'replaced' | 'unset'>,
): string {
  const width = Math.max(...proofs.map(({ attack }) => attack.length))
  const lines = proofs.map(({ attack, received, timedOut }) => {
    const mark = received.bytes > 0 ? 'FAIL' : 'ok  '
    const met = received.connections === 0 ? ' (it did not connect)' : ''
    const late = timedOut ? ' (stopped at the time limit)' : ''
    return `${mark}  ${attack.padEnd(width)}  sent: ${spoils(received)}${met}${late}`
  })
  const from = replaced === undefined ? '' : ` in place of ${replaced}`
  const given = unset
    ? [
        `${unset} is not set: the command was given a string with sslmode=verify-full. What its own says is not proven.`,
      ]
    : []
  const report = [`Hostile servers at ${host}${from}:`, ...lines, '', verdict(proofs), ...given, '']
  return report.join('\n')
}

function verdict(proofs: readonly Proof[]): string {
  const failed = proofs.filter(({ received }) => received.bytes > 0)
  if (failed.length > 0) {
    return `NOT SAFE: ${failed.length} of ${proofs.length} attacks got PostgreSQL traffic. In Node, guard the pool (@verify-full/pg) or run node --import @verify-full/register; elsewhere, sslmode=verify-full and a driver that obeys it.`
  }
  if (!isProven(proofs)) {
    return 'NOTHING PROVEN: the command never connected. Does it read the variable (--env, --host-env, --port-env)? Was its configuration refused (it needs sslmode=verify-full)?'
  }
  return `SAFE: ${proofs.length} attacks, 0 bytes of PostgreSQL traffic.`
}

/** Silence counts only of an application that came as far as the server. */
export const isProven = (proofs: readonly Proof[]): boolean =>
  proofs.some(({ received }) => received.connections > 0)
