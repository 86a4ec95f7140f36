import { expect, it, onTestFinished, vi } from 'vitest'
import { hostile } from '../support/index.js'
import type { Adapter, Config, Target } from './adapter.js'
import type { World } from './world.js'
import { accountOf, expectEvents, expectRefusal, outcome, urlOf, watch } from './world.js'

type Case = readonly [what: string, config: (target: Target) => Config, rule: string]

const OPTIONS: readonly Case[] = [
  ['ssl: false', (target) => ({ ...target, ssl: false }), 'plaintext-allowed'],
  [
    'rejectUnauthorized: false',
    (target) => ({ ...target, ssl: { rejectUnauthorized: false } }),
    'certificate-not-verified',
  ],
  ['an empty ca', (target) => ({ ...target, ssl: { ca: '' } }), 'roots-widened'],
]

const STRINGS: readonly Case[] = [
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
]

const MISSING = '?sslmode=verify-full&sslrootcert=/no/such/root.crt'

/** Options below verify-full. */
export function configurations(adapter: Adapter, world: World): void {
  const { silence = 'sslmode-missing' } = adapter
  refused([['nothing about TLS', (target) => target, silence], ...OPTIONS], adapter, world)

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

/** Strings below verify-full, and one that is not. */
export function strings(adapter: Adapter, world: World): void {
  refused(STRINGS, adapter, world)

  it('a root.crt that is not there is refused with 0 sockets', async () => {
    await using server = await hostile({ answer: 'refuse' })
    const target = accountOf(world, server.port)
    const published = watch('verify-full:violation', server.port)
    const error = await outcome(adapter, { url: urlOf(target, MISSING) })
    if (adapter.readsRootCert) expect(error).toMatchObject({ code: 'ENOENT' })
    else expectEvents(adapter, [expectRefusal(error, 'root-cert-unusable', target)], published)
    expect(server.connections).toHaveLength(0)
  })

  it('with sslrootcert is accepted', async () => {
    const query = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: world.files.root })
    const url = urlOf(accountOf(world), `?${query}`)
    expect(await outcome(adapter, { url })).toEqual([{ v: 1 }])
  })
}

function refused(cases: readonly Case[], adapter: Adapter, world: World): void {
  it.each(cases)('%s is refused with 0 sockets', async (_, configure, rule) => {
    await using server = await hostile({ answer: 'refuse' })
    const target = accountOf(world, server.port)
    const published = watch('verify-full:violation', server.port)
    const error = expectRefusal(await outcome(adapter, configure(target)), rule, target)
    expect(error.report.driver).toBe(adapter.driver)
    expectEvents(adapter, [error], published)
    expect(server.connections).toHaveLength(0)
  })
}
