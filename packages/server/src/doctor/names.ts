import { isIP } from 'node:net'
import type { CertificateFacts } from '@verify-full/core/offline'

/** The DNS name of a certificate that is nearest to a host: most labels in common, counted from the end. */
export function nearestName({ names }: CertificateFacts, host: string): string | undefined {
  const dns = names.filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4))
  if (isIP(host) !== 0) return dns[0]
  const wanted = host.toLowerCase().split('.').reverse()
  const common = (name: string): number => {
    const labels = name.toLowerCase().split('.').reverse()
    const end = labels.findIndex((label, index) => label !== wanted[index])
    return end < 0 ? labels.length : end
  }
  return [...dns].sort((a, b) => common(b) - common(a))[0]
}
