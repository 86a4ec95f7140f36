import { createAuthority, type IssuedCertificate, issueServerCertificate } from '@verify-full/certs'

/** One way to stand between an application and its database. */
export interface Attack {
  readonly name: string
  /** What is presented after the `S`; without it the server answers `N`. */
  readonly certificate?: IssuedCertificate
  readonly asksForPassword: boolean
}

/** The attacks, and the root certificate that the application is told to trust. */
export interface Attacks {
  readonly root: string
  readonly list: readonly Attack[]
}

/** Makes what the attacks need; `host` is the name that the application dials. */
export async function makeAttacks(host: string, now: Date): Promise<Attacks> {
  // Clocks of one machine agree, but not to the second.
  const notBefore = new Date(now.getTime() - 60_000)
  const trusted = await createAuthority({ name: 'verify-full prove', now: notBefore })
  const other = await createAuthority({ name: 'verify-full prove, another CA', now: notBefore })
  const named = (authority: typeof trusted, name: string) =>
    issueServerCertificate(authority, { hosts: [name], notBefore })
  return {
    root: trusted.root,
    list: [
      { name: 'strips TLS', asksForPassword: false },
      { name: 'strips TLS, asks for a cleartext password', asksForPassword: true },
      {
        name: 'certificate of another CA',
        certificate: await named(other, host),
        asksForPassword: true,
      },
      {
        name: 'certificate for another name',
        certificate: await named(trusted, 'other.example.com'),
        asksForPassword: true,
      },
    ],
  }
}
