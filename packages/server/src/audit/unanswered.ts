import type { Unseen } from '../live/types.js'
import type { AddressOffer, Failure, ServerOffer, StartupAnswer } from '../probe/types.js'

/** What was asked from outside and got no answer that says anything: it is not clean, it is unknown. */
export function unanswered(offer: ServerOffer, asked: { readonly plaintext: boolean }): Unseen[] {
  const { unresolved, addresses } = offer
  if (unresolved) return [{ what: 'the server', ...UNRESOLVED(unresolved) }]
  return addresses.flatMap((one) => [
    ...(one.tcp.connected ? [] : [unreached(one.address, one.tcp.failure)]),
    ...(asked.plaintext && one.tcp.connected ? startup(one) : []),
  ])
}

/** Whether a client without TLS gets in; undefined where the answer has nothing to do with pg_hba.conf. */
export function plaintextAnswer(
  answer: StartupAnswer | undefined,
): 'accepted' | 'refused' | undefined {
  if (answer?.kind === 'authentication') return 'accepted'
  return answer?.kind === 'refused' && !TOO_EARLY.test(answer.sqlstate) ? 'refused' : undefined
}

/**
 * Full, starting, stopping or broken: PostgreSQL says so before it looks at pg_hba.conf, so the refusal says
 * nothing of who would get in (classes 53, 57, 58 and XX of appendix A; or no SQLSTATE at all).
 */
const TOO_EARLY = /^(?:53|57|58|XX|\?)/

const UNRESOLVED = ({ code }: Failure): Omit<Unseen, 'what'> => ({
  why: `its name has no address (${code})`,
  fix: 'check the spelling; a name of a private network resolves only there (VPN, cluster DNS)',
})

const unreached = (address: string, { kind, code }: Failure): Unseen => ({
  what: `address ${address}`,
  why: `${UNREACHED[kind] ?? 'no connection to it'} (${code})`,
  fix: 'audit from where that address can be reached, or take it out of the name; clients try every address',
})

const UNREACHED: Partial<Record<Failure['kind'], string>> = {
  refused: 'nothing listens there',
  timeout: 'it does not answer: packets are dropped on the way',
  unreachable: 'there is no route to it',
}

function startup({ address, plaintext }: AddressOffer): Unseen[] {
  const what = `whether ${address} lets clients in without TLS`
  if (plaintext === undefined) {
    const fix =
      'name them in the connection string (user=... dbname=...): then it is looked at from inside, too'
    return [{ what, why: 'no user and database to ask for', fix }]
  }
  if (plaintextAnswer(plaintext) !== undefined) return []
  const why =
    plaintext.kind === 'refused'
      ? `the server refuses everybody at the moment (SQLSTATE ${plaintext.sqlstate})`
      : plaintext.kind === 'no-answer'
        ? `no answer to the startup packet (${plaintext.failure.code})`
        : "the answer to the startup packet is not of PostgreSQL's protocol"
  return [{ what, why, fix: 'audit again when it serves, and look at its log' }]
}
