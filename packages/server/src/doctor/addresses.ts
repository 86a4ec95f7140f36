import type { ServerOffer } from '../probe/types.js'
import { type Cause, causesOf, type Demands } from './address.js'
import type { Diagnosis, Examination } from './types.js'

/** Addresses that do not connect count only where none does: drivers go on to the next one. */
export function diagnoseAddresses(
  { addresses }: ServerOffer,
  tell: (cause: Cause, address?: string) => Diagnosis,
  demands: Demands,
): readonly Diagnosis[] {
  const connected = addresses.filter(({ tcp }) => tcp.connected)
  const counted = connected.length > 0 ? connected : addresses.slice(0, 1)
  const found = counted.flatMap((offer) =>
    causesOf(offer, demands).map((cause) => ({ cause, address: offer.address })),
  )
  const everywhere = (id: string): boolean =>
    found.filter(({ cause }) => cause.id === id).length === counted.length
  const once = found.filter(
    ({ cause }, index) =>
      !everywhere(cause.id) || found.findIndex((other) => other.cause.id === cause.id) === index,
  )
  return once.map(({ cause, address }) => tell(cause, everywhere(cause.id) ? undefined : address))
}

/** The self-signed end of the chain that was presented, where every address presents the same one. */
export function offeredRoot({ addresses }: ServerOffer): Examination['offeredRoot'] {
  const ends = addresses.flatMap(({ tls }) =>
    tls?.kind === 'established' && tls.verdict.chain !== 'trusted' ? [tls.verdict.path.at(-1)] : [],
  )
  const [first] = ends
  const same = ends.every((end) => end?.fingerprint256 === first?.fingerprint256)
  return first?.selfSigned && same ? first : undefined
}
