/** `ssl`, `ssl_*` and `password_encryption`. */
export const isTlsSetting = (column: string): string =>
  `(${column} operator(pg_catalog.=) 'password_encryption' or ${column} operator(pg_catalog.~) '^ssl(_|$)')`

/**
 * The statements that are asked. Everything is qualified, operators too: a search_path with functions or
 * operators of the same name changes nothing.
 */
export const STATEMENTS: Readonly<
  Record<'identity' | 'settings' | 'hba' | 'sessions' | 'standbys', string>
> = {
  identity: `select pg_catalog.pg_is_in_recovery() as standby, pg_catalog.pg_backend_pid() as pid,
      pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
      pg_catalog.pg_conf_load_time() as loaded_at,
      pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') as sees_sessions`,
  settings: `select name, setting, sourcefile, sourceline from pg_catalog.pg_settings
    where ${isTlsSetting('name')}`,
  hba: `select * from pg_catalog.pg_hba_file_rules`,
  /** Other backends have no client; of other roles' sessions an unprivileged role sees no backend_type. */
  sessions: `select a.pid, a.usename::pg_catalog.text as user, a.datname::pg_catalog.text as database,
      a.application_name as application, pg_catalog.host(a.client_addr) as address,
      a.backend_start as started_at, a.backend_type operator(pg_catalog.=) 'walsender' as replication,
      coalesce(s.ssl, false) as ssl, a.backend_type is not null as visible
    from pg_catalog.pg_stat_activity a left join pg_catalog.pg_stat_ssl s
      on s.pid operator(pg_catalog.=) a.pid
    where a.pid operator(pg_catalog.<>) pg_catalog.pg_backend_pid()
      and (a.backend_type operator(pg_catalog.=) 'client backend'
        or a.backend_type operator(pg_catalog.=) 'walsender' or a.backend_type is null)
    order by a.pid`,
  standbys: `select application_name as application, pg_catalog.host(client_addr) as address, state
    from pg_catalog.pg_stat_replication where state is not null order by pid`,
}
