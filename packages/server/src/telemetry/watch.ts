import type { Attributes } from '@opentelemetry/api'
import { LOOK_CHANNEL, WATCH_CHANNEL } from '../watch/channels.js'
import type { Look } from '../watch/types.js'
import { counter, gauge, listen, POSTGRESQL, type Start } from './listen.js'

/** A pool has no address: its cluster is what names it. */
function at({ cluster, server }: Pick<Look, 'cluster' | 'server'>): Attributes {
  const [, host, port] = /^\[?(.+?)\]?:(\d+)$/.exec(server) ?? []
  const dialled = host === undefined ? {} : { 'server.address': host, 'server.port': Number(port) }
  return { ...POSTGRESQL, ...dialled, 'verify_full.cluster': cluster }
}

const duration: Start = (meter) => {
  const histogram = meter.createHistogram('verify_full.watch.look.duration', {
    unit: 's',
    description: 'How long a look at a server took; with error.type where it failed.',
    advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  })
  return listen(LOOK_CHANNEL, (look) => {
    const failed = look.failure === undefined ? {} : { 'error.type': look.failure }
    histogram.record(look.millis / 1000, { ...at(look), ...failed })
  })
}

/** What the watches of this process tell. */
export const WATCH: readonly Start[] = [
  counter(
    WATCH_CHANNEL,
    ['verify_full.watch.events', '{event}', 'What a watch told, by type.'],
    (event) => [{ ...at(event), 'verify_full.event.type': event.type }],
  ),
  duration,
  gauge(
    LOOK_CHANNEL,
    [
      'verify_full.watch.up',
      '1',
      'Whether the last look succeeded: where not, the other gauges are old.',
    ],
    (look) => [[look.failure === undefined ? 1 : 0, at(look)]],
  ),
  gauge(
    LOOK_CHANNEL,
    [
      'verify_full.watch.plaintext_sessions',
      '{session}',
      'Sessions in plaintext that are not ignored.',
    ],
    ({ plaintext, ...look }) =>
      plaintext ? [[plaintext.reduce((sum, { sessions }) => sum + sessions, 0), at(look)]] : [],
  ),
  gauge(
    LOOK_CHANNEL,
    ['verify_full.watch.not_visible', '{item}', 'What the role that watches may not see.'],
    ({ unseen, failure, ...look }) => (failure === undefined ? [[unseen.length, at(look)]] : []),
  ),
  gauge(
    LOOK_CHANNEL,
    [
      'verify_full.watch.certificate.not_after',
      's',
      "When the server's certificate expires (Unix time).",
    ],
    ({ certificates, ...look }) =>
      certificates.map(({ address, certificate }) => [
        Date.parse(certificate.validTo) / 1000,
        { ...at(look), 'network.peer.address': address },
      ]),
  ),
]
