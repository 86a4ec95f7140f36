/** What was judged is what is dialled: a plan read back from the pinned connection is the plan. */
import { X509Certificate } from 'node:crypto'
import type { ConnectionOptions, PeerCertificate } from 'node:tls'
import { planPg, planPgHeld } from '@verify-full/core'
import { guard } from '@verify-full/pg'
import fc from 'fast-check'
import pg from 'pg'
import { expect, it } from 'vitest'
import { pki } from './support/index.js'

const set = await pki()
const ca = fc.constantFrom(set.root.root, Buffer.from(set.rogueRoot.root), [
  set.root.root,
  set.rogueRoot.root,
])
const ssl = fc.record(
  {
    ca,
    rejectUnauthorized: fc.constant(true),
    minVersion: fc.constantFrom('TLSv1.2', 'TLSv1.3'),
    crl: fc.constant(set.crl),
  },
  { requiredKeys: ['ca'] },
)
const config = fc.record(
  {
    host: fc.constantFrom('127.0.0.1', 'localhost', '::1'),
    ssl,
    hostaddr: fc.constant('127.0.0.1'),
    sslnegotiation: fc.constantFrom('postgres', 'direct'),
    query: fc.constantFrom('', '?sslmode=verify-full', '?application_name=x'),
  },
  { requiredKeys: ['host', 'ssl', 'query'] },
)

it('plan(pin(plan(c))) equals plan(c)', async () => {
  await fc.assert(
    fc.asyncProperty(config, async ({ query, host, ...options }) => {
      // Nobody listens on port 1: the client is judged and pinned, and gets no further.
      const address = host.includes(':') ? `[${host}]` : host
      const given = query
        ? { ...options, connectionString: `postgres://${address}:1/app${query}` }
        : { ...options, host, port: 1 }
      const [plan] = planPg(given, {})
      const { Client } = guard({ Client: pg.Client, Pool: pg.Pool })
      const client = new Client(given as pg.ClientConfig)
      await expect(client.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      const { connection, host: held } = client as unknown as {
        host: string
        connection: { ssl: ConnectionOptions; sslNegotiation: 'postgres' | 'direct' }
      }
      const { checkServerIdentity, servername: _, host: verified, ...pinned } = connection.ssl
      expect(Object.isFrozen(connection.ssl)).toBe(true)
      expect(verified).toBe(host)
      const { raw } = new X509Certificate(set.certificate('wrong-name').certificate)
      const stranger = { subject: { CN: 'x' }, subjectaltname: 'DNS:other.example.com', raw }
      expect(
        checkServerIdentity?.('stranger.example.com', stranger as PeerCertificate),
      ).toBeInstanceOf(Error)
      const again = planPgHeld(
        {
          host: held,
          port: 1,
          ssl: pinned,
          connectionSsl: pinned,
          negotiation: connection.sslNegotiation,
          observable: true,
        },
        undefined,
        {},
      )
      const meaning = (it: typeof plan) =>
        it?.transports.map((transport) =>
          transport.kind === 'tls'
            ? {
                ...transport,
                minTlsVersion: transport.minTlsVersion ?? 'TLSv1.2',
                roots:
                  transport.roots.kind === 'inline'
                    ? transport.roots.pem.replace(/\s/g, '')
                    : transport.roots,
                crl:
                  transport.crl?.kind === 'inline'
                    ? transport.crl.pem.replace(/\s/g, '')
                    : undefined,
              }
            : transport,
        )
      expect(meaning(again)).toEqual(meaning(plan))
    }),
    { numRuns: 60 },
  )
})
