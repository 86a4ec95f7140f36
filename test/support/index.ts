/** Everything the suites, the demo and the benchmarks stand on: certificates, servers, proxies. */
export * from './hostile.js'
export * from './hostile-rules.js'
export * from './hostile-scripts.js'
export * from './pgbouncer.js'
export * from './pki.js'
export * from './postgres.js'
export * from './proxy.js'
export * from './terminator.js'
