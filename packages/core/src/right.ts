import type { DriverName } from './model.js'

/** The configuration to aim for, in the words of each driver. */
export const RIGHT: Record<DriverName, string> = {
  pg: "append ?sslmode=verify-full&sslrootcert=/path/to/root.crt to the connection string, or pass ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } without an sslmode",
  knex: "append ?sslmode=verify-full&sslrootcert=/path/to/root.crt to a postgres:// or postgresql:// connection string, or pass connection: { ..., ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } }",
  typeorm:
    "pass ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } and no sslmode in the url (with replication: in master and in every slave)",
  postgres:
    "pass ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } and no sslmode in the URL",
  sequelize:
    "pass dialectOptions: { ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } } and no sslmode in the URL (with replication: in every dialectOptions)",
  'mikro-orm':
    "pass driverOptions: { ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } } (MikroORM 5 and 6: driverOptions.connection.ssl)",
  slonik:
    "pass { ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } } as second argument of createPool(), and no sslmode in the URI",
  'drizzle-kit':
    "pass dbCredentials: { host, ..., ssl: { ca: fs.readFileSync('/path/to/root.crt', 'utf8') } }, or a url with ?sslmode=verify-full&sslrootcert=/path/to/root.crt",
  prisma:
    'use a driver adapter (@prisma/adapter-pg), or write sslmode=require&sslaccept=strict&sslcert=/path/to/root.crt',
  jdbc: 'write sslmode=verify-full&sslrootcert=/path/to/root.crt in the JDBC URL',
  pgx: 'write sslmode=verify-full sslrootcert=/path/to/root.crt (or set PGSSLMODE and PGSSLROOTCERT)',
  asyncpg:
    'write sslmode=verify-full&sslrootcert=/path/to/root.crt in the URI (SQLAlchemy: ssl=verify-full, and set PGSSLROOTCERT), or set PGSSLMODE and PGSSLROOTCERT',
  socket:
    "in that driver's own options: TLS on, the server's CA, certificate and host name verified; or guard the driver",
  libpq:
    'write sslmode=verify-full sslrootcert=/path/to/root.crt (or set PGSSLMODE and PGSSLROOTCERT)',
}
