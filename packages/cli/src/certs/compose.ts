import { pgHba, postgresqlConf } from './settings.js'

/** Inside the container: root.crt and server.crt are mounted here, the key is copied. */
const MOUNTED = '/certs'
const COPIED = '/run/postgresql-tls'

/** pg_hba.conf of the container; the socket is for the image's own initialisation. */
export const containerHba = (clients: readonly string[]): string =>
  `${['local all all trust', ...pgHba({ clients })].join('\n')}\n`

/**
 * A compose file with a PostgreSQL that speaks nothing but TLS. The key is copied because PostgreSQL
 * insists on its owner, which a mount cannot give it; the authority's key is not mounted at all.
 */
export function composeFile(): string {
  const settings = [
    ...postgresqlConf({ directory: MOUNTED }),
    `hba_file = '${MOUNTED}/pg_hba.conf'`,
  ]
    .map((line) => line.replace(/^(\w+) = '?([^']*)'?$/, '-c $1=$2'))
    .map((line) => line.replace(`${MOUNTED}/server.key`, `${COPIED}/server.key`))
  const files = ['server.crt', 'server.key', 'root.crt', 'pg_hba.conf']
  return `# POSTGRES_PASSWORD=... docker compose up -d
services:
  db:
    image: postgres:18
    environment:
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}
    ports:
      - "127.0.0.1:5432:5432"
    volumes:
${files.map((name) => `      - ./${name}:${MOUNTED}/${name}:ro`).join('\n')}
      - data:/var/lib/postgresql
    entrypoint: ["/bin/sh", "-ec"]
    command:
      - |
        install -d -o postgres -g postgres -m 0700 ${COPIED}
        install -o postgres -g postgres -m 0600 ${MOUNTED}/server.key ${COPIED}/server.key
        exec docker-entrypoint.sh postgres ${settings.join(' ')}
volumes:
  data:
`
}
