import type { ConnectionOptions } from 'node:tls'
import { type Accepted, type Plan, type Policy, pinnedTlsOptions } from '@verify-full/core'
import type { PgClient } from './driver.js'
import type { Material } from './material.js'

/**
 * Gives the connection its own frozen TLS options: what was judged is what is dialled, whatever happens
 * to the objects of the application afterwards. Only a plan that `judge` accepted can be pinned.
 */
export function pin(
  client: PgClient,
  plan: Accepted<Plan>,
  policy: Policy,
  material: Material,
): void {
  const { connection } = client
  // pg makes `key` non-enumerable: everything of the application's is copied by name.
  const given = (typeof connection.ssl === 'object' ? connection.ssl : {}) as ConnectionOptions
  const cert = material.cert ?? given.cert
  const key = material.key ?? given.key
  const { passphrase, ciphers, maxVersion } = given
  const mine = { cert, key, passphrase, ciphers, maxVersion } as ConnectionOptions
  const options = pinnedTlsOptions(plan, policy, material, mine)
  client.ssl = connection.ssl = options ?? false
  const [transport] = plan.transports
  if (transport.kind !== 'tls' || plan.endpoint.kind !== 'tcp') return
  const { hostaddr } = plan.endpoint
  client.sslNegotiation = connection.sslNegotiation = transport.negotiation
  if (hostaddr) {
    const { connect } = connection
    connection.connect = (port) => connect.call(connection, port, hostaddr)
  }
  if (policy.channelBinding === 'require') client.enableChannelBinding = true
}
