import type { Unseen } from './types.js'

/** What a role without privileges is told, with the grant that would change it. */
export const UNSEEN: Readonly<Record<'sessions' | 'rules' | 'pooler', Unseen>> = {
  sessions: {
    what: 'sessions',
    why: "other roles' sessions are not visible to this role",
    fix: 'grant pg_read_all_stats (or pg_monitor) to the role that audits',
  },
  pooler: {
    what: 'the server behind the pooler',
    why: 'a pooler answers here: certificate, TLS versions and the answer without TLS are its own, the rest is of the server behind it, and whether it verifies that server cannot be seen',
    fix: 'audit the server itself too, by its own host and port',
  },
  rules: {
    what: 'pg_hba.conf',
    why: 'pg_hba_file_rules is not visible to this role',
    fix: 'grant select on pg_hba_file_rules and execute on function pg_hba_file_rules() to the role that audits',
  },
}
