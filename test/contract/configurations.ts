import { expect, it, onTestFinished, vi } from 'vitest'
import { hostile } from '../support/index.js'
import type { Adapter, Config, Target } from './adapter.js'
import type { World } from './world.js'
import { accountOf, expectRefusal, expectSameObjects, outcome, urlOf, watch } from './world.js'

type Case = readonly [what: string, config: (target: Target) => Config, rule: string]

const CASES: readonly Case[] = [
  ['nothing about TLS', (target) => target, 'sslmode-missing'],
  ['ssl: false', (target) => ({ ...target, ssl: false }), 'plaintext-allowed'],
  [
    'rejectUnauthorized: false',
    (target) => ({ ...target, ssl: { rejectUnauthorized: false } }),
    'certificate-not-verified',
  ],
  ['an empty ca', (target) => ({ ...target, ssl: { ca: '' } }), 'roots-widened'],
  ['a URL without a query', (target) => ({ url: urlOf(target) }), 'sslmode-missing'],
  ...['disable', 'allow', 'prefer', 'require', 'verify-ca'].map(
    (mode): Case => [
      `?sslmode=${mode}`,
      (target) => ({ url: urlOf(target, `?sslmode=${mode}`) }),
      'sslmode-below-verify-full',
    ],
  ),
  [
    '?sslmode=no-verify',
    (target) => ({ url: urlOf(target, '?sslmode=no-verify') }),
    'sslmode-unknown',
  ],
  [
    '?sslMode=verify-full',
    (target) => ({ url: urlOf(target, '?sslMode=verify-full') }),
    'sslmode-unknown',
  ],
  [
    'a root.crt that is not there',
    (target) => ({ url: urlOf(target, '?sslmode=verify-full&sslrootcert=/no/such/root.crt') }),
    'root-cert-unusable',
  ],
]

export function configurations(adapter: Adapter, world: World): void {
  it.each(CASES)('%s is refused with 0 sockets', async (_, configure, rule) => {
    await using server = await hostile({ answer: 'refuse' })
    const target = accountOf(world, server.port)
    const published = watch('verify-full:violation', server.port)
    const error = expectRefusal(await outcome(adapter, configure(target)), rule, target)
    expect(error.report.driver).toBe(adapter.driver)
    expectSameObjects([error], published)
    expect(server.connections).toHaveLength(0)
  })

  it('NODE_TLS_REJECT_UNAUTHORIZED=0 is refused with 0 sockets', async () => {
    await using server = await hostile({ answer: 'refuse' })
    const target = accountOf(world, server.port)
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const config = { ...target, ssl: { ca: world.set.root.root } }
    expectRefusal(await outcome(adapter, config), 'ambient-override', target)
    expect(server.connections).toHaveLength(0)
  })
}
