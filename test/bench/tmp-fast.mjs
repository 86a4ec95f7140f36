import { guard } from '@verify-full/pg'
import pg from 'pg'
import { pki, postgres } from '../dist/test/support/index.js'
const { root } = await pki()
queueMicrotask(async () => using_(await postgres()))
async function using_(server) {
  const { host, port, user, password, database } = server
  const config = { host, port, user, password, database, ssl: { ca: root.root } }
  const a = new pg.Client(config); await a.connect()
  const b = guard(new pg.Client(config)); await b.connect()
  const p = guard(new pg.Pool(config)); const c = await p.connect()
  for (const [n, x] of [['raw', a], ['guard(client)', b], ['pool', c]]) console.log(n, 'client fast', %HasFastProperties(x), 'connection fast', %HasFastProperties(x.connection), Object.keys(x.connection).join())
  c.release(); await p.end(); await a.end(); await b.end()
  // per checkout cost with one kind per phase
  for (let r = 0; r < 3; r++) for (const kind of ['raw', 'guarded']) {
    const q = kind === 'raw' ? new pg.Pool(config) : guard(new pg.Pool(config))
    await q.query('select 1')
    const t = process.cpuUsage()
    for (let i = 0; i < 100000; i++) (await q.connect()).release()
    const u = process.cpuUsage(t)
    console.log(kind, ((u.user + u.system) / 100000).toFixed(2), 'us CPU per checkout')
    await q.end()
  }
  await server.stop()
}
