import type { Attributes } from '@opentelemetry/api'
import type { Endpoint } from '@verify-full/core'
import { counter, gauge, POSTGRESQL, type Start } from './listen.js'

const at = (endpoint: Endpoint): Attributes =>
  endpoint.kind === 'tcp'
    ? { ...POSTGRESQL, 'server.address': endpoint.host, 'server.port': endpoint.port }
    : { ...POSTGRESQL, 'server.address': endpoint.path }

/** What the guards of this process tell. */
export const GUARD: readonly Start[] = [
  counter(
    'verify-full:session',
    ['verify_full.guard.sessions', '{session}', 'Sessions that a guard verified.'],
    ({ driver, endpoint }) => [{ ...at(endpoint), 'verify_full.driver': driver }],
  ),
  counter(
    'verify-full:violation',
    [
      'verify_full.guard.violations',
      '{violation}',
      'Rules violated by what a guard refused, or let pass in report-only mode.',
    ],
    ({ driver, endpoint, violations, enforced }) =>
      violations.map(({ rule }) => ({
        ...at(endpoint),
        'verify_full.driver': driver,
        'verify_full.rule': rule,
        'verify_full.enforced': enforced,
      })),
  ),
  counter(
    'verify-full:waived',
    ['verify_full.guard.waivers', '{waiver}', 'Violations that dangerouslyAllow let pass.'],
    ({ endpoint, violation }) => [{ ...at(endpoint), 'verify_full.rule': violation.rule }],
  ),
  counter(
    'verify-full:root-cert-reloaded',
    ['verify_full.guard.root_reloads', '{reload}', 'Root certificates that were read again.'],
    ({ path }) => [{ ...POSTGRESQL, 'file.path': path }],
  ),
  gauge(
    'verify-full:session',
    [
      'verify_full.guard.certificate.not_after',
      's',
      "When the server's certificate expires (Unix time).",
    ],
    ({ endpoint, session }) => {
      const expiry = session.local?.certificate.validTo
      return expiry ? [[expiry.getTime() / 1000, at(endpoint)]] : []
    },
  ),
]
