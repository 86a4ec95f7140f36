/** Everything of the environment that pg reads, so that the machine's own does not count. */
const READ = /^PG|^NODE_PG_FORCE_NATIVE$|^NODE_TLS_REJECT_UNAUTHORIZED$/

/** Runs something with just this PG environment. Constructing a Client opens no socket. */
export function withEnv<T>(env: Readonly<Record<string, string>>, run: () => T): T {
  const before = { ...process.env }
  for (const key of Object.keys(process.env)) if (READ.test(key)) delete process.env[key]
  Object.assign(process.env, env)
  try {
    return run()
  } finally {
    for (const key of Object.keys(process.env)) delete process.env[key]
    Object.assign(process.env, before)
  }
}

/** What an `ssl` value consists of: its type, its keys, and the values that are no text. */
export function shape(ssl: unknown): unknown {
  if (typeof ssl === 'function') return 'function'
  if (typeof ssl !== 'object' || ssl === null) return ssl
  const keys = [...new Set([...Object.keys(ssl), ...('key' in ssl ? ['key'] : [])])].sort()
  return keys.map((key) => {
    const value: unknown = (ssl as Record<string, unknown>)[key]
    return [key, typeof value === 'boolean' ? value : typeof value]
  })
}
