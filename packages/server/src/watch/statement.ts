import { isTlsSetting } from '../live/statements.js'

/** Whether this role may ask for the rules and sees the sessions of others: asked once per connection. */
export const RIGHTS = `select
    pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'select')
      and pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'execute') as rules,
    pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') as sessions,
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version`

/**
 * All that is asked per interval, as one statement with one row: sessions in plaintext by client, settings
 * and, where this role may, the rules. A server with thousands of encrypted sessions answers with few bytes.
 */
export const watchStatement = (rules: boolean): string => `select
    (select pg_catalog.json_agg(c) from (
      select a.usename as user, a.datname as database, a.application_name as application,
        pg_catalog.host(a.client_addr) as address, a.backend_type operator(pg_catalog.=) 'walsender' as replication,
        pg_catalog.count(*) as sessions, pg_catalog.min(a.backend_start) as since
      from pg_catalog.pg_stat_activity a join pg_catalog.pg_stat_ssl s
        on s.pid operator(pg_catalog.=) a.pid
      where not s.ssl and a.client_addr is not null and a.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid()
      group by 1, 2, 3, 4, 5) c) as clients,
    (select pg_catalog.json_object_agg(name, setting) from pg_catalog.pg_settings
      where ${isTlsSetting('name')}) as settings,
    ${rules ? '(select pg_catalog.json_agg(r) from pg_catalog.pg_hba_file_rules r)' : 'null'} as rules`
