/** Makes the connection that postgres.js is given: TCP, SSLRequest, verified TLS. */
import net, { isIP, type Socket } from 'node:net'
import tls from 'node:tls'
import {
  arrivalFindings,
  CONNECTION,
  type Dialled,
  findingsOf,
  handshakeFindings,
  type Plan,
  type Policy,
  plaintextSession,
  sslAnswerFindings,
  type Transport,
  wireRefusal,
} from '@verify-full/core'
import { connectionClosed, withCode } from './failure.js'
import { SSL_REQUEST } from './messages.js'

/** How one endpoint is dialled. */
export interface Dialling extends Pick<Dialled, 'plan' | 'policy' | 'roots'> {
  /** Undefined where nothing is verified because only a report is wanted. */
  readonly pinned: tls.ConnectionOptions | undefined
  /** What postgres.js itself would have handed to `tls.connect`, for report-only. */
  readonly ssl: unknown
  /** Milliseconds until the connection must stand; 0 for no limit. */
  readonly connectTimeout: number
  readonly dials: Dials
}

/** The dials of one `sql` that are in progress. */
export interface Dials {
  readonly open: Set<Socket>
  /** When `sql.end()` has resolved nothing may be dialled any more, nor go on dialling. */
  ended: boolean
}

/**
 * Opens a connection on which the startup packet may be sent.
 *
 * @throws PolicyError where it is below the policy; otherwise the error of the socket.
 */
export async function dial(dialling: Dialling): Promise<Socket> {
  const { plan, policy, connectTimeout, dials } = dialling
  if (dials.ended) throw connectionClosed()
  const { endpoint, transports } = plan
  const [transport, next] = transports
  const raw =
    endpoint.kind === 'unix'
      ? net.connect(endpoint.path)
      : net.connect(endpoint.port, endpoint.hostaddr ?? endpoint.host)
  // Between two waits nobody listens: an error then is seen as the close that follows.
  raw.on('error', () => {})
  dials.open.add(raw)
  try {
    await within(connectTimeout, timedOut, arrived(raw, 'connect'))
    refuseFor(plan, policy, arrivalFindings(plan, policy, raw.remoteAddress))
    if (transport.kind !== 'tls') return raw
    const { gateTimeoutMillis } = policy
    const late = { rule: 'handshake-failed', origin: CONNECTION, written: '' } as const
    const written = `no answer within ${gateTimeoutMillis} ms to the TLS handshake`
    const lateError = () => wireRefusal(plan, policy, [{ ...late, written }]) ?? timedOut()
    const secured = secure(raw, dialling, next)
    return await within(gateTimeoutMillis, lateError, secured)
  } catch (error) {
    raw.destroy()
    throw error
  } finally {
    dials.open.delete(raw)
  }
}

async function secure(
  raw: Socket,
  dialling: Dialling,
  next: Transport | undefined,
): Promise<Socket> {
  const { plan, policy, pinned, roots, ssl } = dialling
  const [transport] = plan.transports
  const direct = transport.kind === 'tls' && transport.negotiation === 'direct'
  if (!direct) {
    raw.write(SSL_REQUEST)
    const findings = sslAnswerFindings(await arrived(raw, 'data'))
    // Only an accepted plan gets here: that plaintext is next was accepted with it.
    if (next?.kind === 'plaintext' && findings.some(({ rule }) => rule === 'server-ssl-off')) {
      refuseFor(plan, policy, plaintextSession({ ...plan, transports: [next] }, policy))
      return raw
    }
    refuseFor(plan, policy, findings)
  }
  const socket = tls.connect({
    socket: raw,
    ...(direct ? { ALPNProtocols: ['postgresql'] } : {}),
    ...(pinned ?? unpinned(plan, ssl)),
  })
  socket.on('error', () => {})
  try {
    await arrived(socket, 'secureConnect')
  } catch (error) {
    throw wireRefusal(plan, policy, findingsOf(error, roots), error) ?? error
  }
  refuseFor(plan, policy, handshakeFindings(socket, plan))
  return socket
}

/** postgres.js 3.4.9, `secure()`: report-only changes nothing on the wire but the question. */
function unpinned({ endpoint, transports: [transport] }: Plan, ssl: unknown) {
  const host = endpoint.kind === 'tcp' ? endpoint.host : ''
  const weak = transport.kind === 'tls' && transport.verification === 'none'
  return {
    ...(isIP(host) ? {} : { servername: host }),
    ...(typeof ssl === 'object' ? ssl : weak ? { rejectUnauthorized: false } : {}),
  }
}

function refuseFor(plan: Plan, policy: Policy, findings: Parameters<typeof wireRefusal>[2]): void {
  const refused = wireRefusal(plan, policy, findings)
  if (refused) throw refused
}

/** The first event of a name; rejects where the socket fails or closes before. */
function arrived(socket: Socket, name: 'connect' | 'data' | 'secureConnect'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      socket.off(name, done).off('error', failed).off('close', closed)
      act()
    }
    const done = (data: Buffer) => settle(() => resolve(data))()
    const failed = (error: Error) => settle(() => reject(error))()
    const closed = settle(() => reject(connectionClosed()))
    socket.on(name, done).on('error', failed).on('close', closed)
  })
}

/** As postgres.js calls it: its own timer starts only when it has been given a socket. */
const timedOut = () => withCode('CONNECT_TIMEOUT', 'The connection was not established in time')

async function within<T>(milliseconds: number, late: () => Error, settled: Promise<T>): Promise<T> {
  if (milliseconds === 0) return settled
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds)
  })
  try {
    return await Promise.race([settled, limit])
  } finally {
    clearTimeout(timer)
    settled.catch(() => {})
  }
}
