/** What a host of a managed provider needs. `unverified`: not read on a page of the provider itself. */
export interface ManagedDatabase {
  readonly name: string
  /** Endings of host names, with their dot. */
  readonly suffixes: readonly string[]
  /** A subject that only its certificates have: for those that are dialled by address. */
  readonly subject?: RegExp
  /** Which root.crt, and where it comes from. */
  readonly ca: string
  /** Where the provider documents it. */
  readonly docs?: string
  readonly unverified: boolean
  /** Where verify-full cannot work as things are, or breaks easily. */
  readonly snag?: string
}

/** First match counts. No certificate is shipped: a table in a package is no place to get trust from. */
export const MANAGED_DATABASES: readonly ManagedDatabase[] = [
  {
    name: 'Amazon RDS Proxy',
    suffixes: ['.rds.amazonaws.com'],
    ca: 'the public Amazon roots: sslrootcert=system',
    unverified: true,
    snag: 'pg_stat_ssl describes the hop from the proxy to the database',
  },
  {
    name: 'Amazon RDS or Aurora',
    suffixes: ['.rds.amazonaws.com'],
    ca: 'the RDS authorities, which are in no public store: https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem',
    docs: 'docs.aws.amazon.com, "Using SSL with a PostgreSQL DB instance"',
    unverified: false,
    snag: 'a CNAME of your own is in no certificate: dial the endpoint itself',
  },
  {
    name: 'Amazon RDS in China',
    suffixes: ['.amazonaws.com.cn'],
    ca: 'the RDS authorities of the China regions, which are in no public store',
    unverified: true,
  },
  {
    name: 'Google Cloud SQL',
    suffixes: [],
    subject: /CN=[a-z0-9-]+:[a-z0-9-]+(?:,|$)/,
    ca: "the instance's own authority: download server-ca.pem for the instance",
    docs: 'cloud.google.com/sql/docs/postgres/configure-ssl-instance',
    unverified: true,
    snag: "with the default authority of an instance the certificate names project:instance and no host, so verify-full cannot work: use Google's connector, or an authority mode with DNS names",
  },
  {
    name: 'Amazon Aurora DSQL',
    suffixes: ['.on.aws'],
    ca: 'the public Amazon roots: sslrootcert=system',
    unverified: true,
  },
  {
    name: 'Azure Database for PostgreSQL',
    suffixes: ['.postgres.database.azure.com'],
    ca: 'public roots (DigiCert Global Root G2, Microsoft RSA Root CA 2017): sslrootcert=system; pin roots, never intermediates',
    docs: 'learn.microsoft.com, azure/postgresql security-tls',
    unverified: true,
  },
  {
    name: 'Supabase',
    suffixes: ['.supabase.co', '.pooler.supabase.com'],
    ca: "Supabase's own authority: download the certificate in the dashboard (database settings, SSL)",
    docs: 'supabase.com/docs/guides/platform/ssl-enforcement',
    unverified: false,
  },
  {
    name: 'Neon',
    suffixes: ['.neon.tech'],
    ca: "public roots (Let's Encrypt): sslrootcert=system",
    docs: 'neon.com/docs/connect/connect-securely',
    unverified: false,
  },
  {
    name: 'Heroku Postgres',
    suffixes: ['.compute-1.amazonaws.com'],
    ca: 'public roots (ISRG) with Enhanced Certificates (Standard and above)',
    docs: 'devcenter.heroku.com, heroku-postgres-enhanced-certificates',
    unverified: true,
    snag: 'without Enhanced Certificates the certificate is self-signed and cannot be verified',
  },
  {
    name: 'DigitalOcean',
    suffixes: ['.db.ondigitalocean.com'],
    ca: "the cluster's own authority: download ca-certificate.crt in the control panel",
    unverified: true,
  },
  {
    name: 'Aiven',
    suffixes: ['.aivencloud.com'],
    ca: "the project's own authority: download ca.pem in the console",
    docs: 'aiven.io/docs/platform/concepts/tls-ssl-certificates',
    unverified: true,
  },
  {
    name: 'Render',
    suffixes: ['.render.com'],
    ca: 'not documented where it was looked for; internal host names present a self-signed certificate',
    unverified: true,
  },
  {
    name: 'Railway',
    suffixes: ['.proxy.rlwy.net', '.railway.internal'],
    ca: "the container's own root, which is made inside it and made anew before it expires",
    docs: 'github.com/railwayapp-templates/postgres-ssl',
    unverified: true,
    snag: 'the certificate is for localhost only: verify-full by the host name you dial cannot work',
  },
  {
    name: 'Fly Managed Postgres',
    suffixes: ['.flympg.net', '.flycast', '.internal'],
    ca: 'not documented where it was looked for',
    docs: 'fly.io/docs/mpg/client-configuration',
    unverified: true,
  },
  {
    name: 'Crunchy Bridge',
    suffixes: ['.postgresbridge.com'],
    ca: "the team's own authority: api.crunchybridge.com/teams/{team_id}.pem, with your API key",
    docs: 'docs.crunchybridge.com/api/certificate',
    unverified: true,
  },
  {
    name: 'Timescale (Tiger Cloud)',
    suffixes: ['.tsdb.cloud.timescale.com'],
    ca: 'a public root; for about half an hour after creation the certificate is self-signed: wait',
    docs: 'timescale/docs, use-timescale/security/strict-ssl.md',
    unverified: true,
  },
]

/** Which provider a host belongs to: by its name, else by what its certificate says. */
export function managedDatabaseOf(host: string, subject = ''): ManagedDatabase | undefined {
  const name = host.toLowerCase().replace(/\.$/, '')
  const isProxy = name.includes('.proxy-')
  return (
    MANAGED_DATABASES.filter((it) => it.name !== 'Amazon RDS Proxy' || isProxy).find((it) =>
      it.suffixes.some((suffix) => name.endsWith(suffix)),
    ) ?? MANAGED_DATABASES.find((it) => it.subject?.test(subject))
  )
}
