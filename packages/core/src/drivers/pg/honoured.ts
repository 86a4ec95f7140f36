import type { Crl, Discarded, Origin, Roots } from '../../model.js'
import type { Env } from './options.js'
import type { PgReading } from './reading.js'
import type { SslReading } from './ssl.js'

/** The roots that a plan trusts, and what its driver alone would have dropped. */
export interface RootsChoice {
  readonly roots: Roots
  readonly discarded: readonly Discarded[]
}

/** The string's sslrootcert, else `ssl.ca`, else the `ssl.ca` that the string displaced, else PGSSLROOTCERT. */
export function chooseRoots(
  { rootcert }: PgReading,
  ssl: SslReading,
  lost: SslReading,
  env: Env,
): RootsChoice {
  if (rootcert) return { roots: fileRoots(rootcert.path, rootcert.origin), discarded: [] }
  if (ssl.roots) return { roots: ssl.roots, discarded: [] }
  if (lost.roots?.kind === 'inline' && lost.roots.pem !== '') {
    return { roots: lost.roots, discarded: [] }
  }
  const path = env.PGSSLROOTCERT
  if (!path) return { roots: { kind: 'unset' }, discarded: [] }
  const origin: Origin = { via: 'env', key: 'PGSSLROOTCERT' }
  return { roots: fileRoots(path, origin), discarded: [weaker(origin, 'ca')] }
}

/** A file, or with the name `system` the system's roots. */
export const fileRoots = (path: string, origin: Origin): Roots =>
  path === 'system' ? { kind: 'system', origin } : { kind: 'file', path, origin }

/** `ssl.crl`, else a displaced one, else a file named by sslcrl or PGSSLCRL, which pg ignores. */
export function chooseCrl(
  { sslcrl, sslOrigin }: PgReading,
  ssl: SslReading,
  lost: SslReading,
): { crl?: Crl; discarded: readonly Discarded[] } {
  const dead = ssl.crl?.kind === 'file'
  if (ssl.crl && !dead) return { crl: ssl.crl, discarded: [] }
  const usable = lost.crl?.kind === 'inline' && lost.crl.pem !== '' ? lost.crl : undefined
  const crl: Crl | undefined =
    usable ?? ssl.crl ?? (sslcrl ? { kind: 'file', ...sslcrl } : undefined)
  if (!crl) return { discarded: [] }
  const discarded = usable
    ? { origin: crl.origin, by: sslOrigin, effect: 'weaker' as const }
    : weaker(crl.origin, 'crl')
  return { crl, discarded: [discarded] }
}

const weaker = (origin: Origin, by: string): Discarded => ({
  origin,
  by: { via: 'default', key: by },
  effect: 'weaker',
})
