/**
 * The main job on a real PostgreSQL: plain pg gives the password away twice, the guard refuses both
 * times before a byte is sent, and the right configuration connects. Exits 0 only if all four behaved.
 */
import { createAuthority, issueServerCertificate } from '@verify-full/certs'
import { events, guard, PolicyError, verifySession } from '@verify-full/pg'
import { postgres } from '@verify-full-test/test/support'
import pg from 'pg'
import { type Attacker, attacker } from './attacker.js'
import { bold, dim, green, red, say, verdict } from './print.js'

const now = new Date()
const company = await createAuthority({ name: 'Example Corp CA', now })
const stranger = await createAuthority({ name: 'Attacker CA', now })
const genuine = await issueServerCertificate(company, { hosts: ['localhost', '127.0.0.1'], now })
const forged = await issueServerCertificate(stranger, { hosts: ['localhost', '127.0.0.1'], now })

await using server = await postgres({
  keepTemplate: false,
  certificate: { certificate: genuine.chain, key: genuine.key, ca: company.root },
})
await using enemy = await attacker({ cert: forged.chain, key: forged.key })
const { user, password, database } = server
const account = { host: '127.0.0.1', user, password, database, connectionTimeoutMillis: 5000 }
const behaved: boolean[] = []

/** Connects once and says what came of it, to the application and to the attacker. */
async function attempt(
  target: pg.Pool,
  at: Attacker,
): Promise<{ error: unknown; stolen: boolean; bytes: number }> {
  const seenBefore = at.loot.length
  const error = await target.query('select 1').then(
    () => undefined,
    (reason: unknown) => reason,
  )
  await target.end()
  const seen = at.loot.slice(seenBefore)
  for (const { tls, password: stolen } of seen) {
    if (stolen)
      say(red(`   attacker: got the password "${stolen}" ${tls ? 'inside TLS' : 'in clear'}`))
  }
  const bytes = seen.reduce((sum, connection) => sum + connection.bytes, 0)
  return { error, stolen: seen.some((connection) => connection.password === password), bytes }
}

say(bold('\n1. Plain pg, default configuration: no TLS at all'))
const naive = { ...account, port: enemy.port }
const first = await attempt(new pg.Pool(naive), enemy)
behaved.push(verdict(first.stolen, 'the password left in clear', 'the attack did not work here'))

say(bold('\n2. Plain pg, like sslmode=require: encrypted, but to whom?'))
const require = { ...naive, ssl: { rejectUnauthorized: false } }
const second = await attempt(new pg.Pool(require), enemy)
behaved.push(
  verdict(second.stolen, 'the forged certificate was accepted', 'the attack did not work here'),
)

say(bold('\n3. The same code with guard()'))
let violations = 0
events.on('verify-full:violation', ({ violations: [found] }) => {
  violations++
  say(dim(`   event verify-full:violation: ${found?.rule}`))
})
const refusals: boolean[] = []
for (const config of [naive, require]) {
  const connections = enemy.loot.length
  try {
    guard(new pg.Pool(config))
    refusals.push(false)
  } catch (error) {
    refusals.push(error instanceof PolicyError && enemy.loot.length === connections)
    say(indent(error instanceof Error ? error.message : String(error)))
  }
}
say(dim('\n   ... and the right configuration, while the attacker answers:'))
const right = { ...account, ssl: { ca: company.root }, enableChannelBinding: true }
const third = await attempt(guard(new pg.Pool({ ...right, port: enemy.port })), enemy)
if (third.error instanceof Error) say(indent(third.error.message))
refusals.push(third.error instanceof PolicyError && third.bytes === 0)
const refused = refusals.every(Boolean) && violations === 3
behaved.push(
  verdict(
    refused,
    `refused 3 of 3; the attacker received ${third.bytes} bytes of PostgreSQL`,
    'not refused',
  ),
)

say(bold('\n4. The right configuration and the real server'))
const pool = guard(new pg.Pool({ ...right, port: server.port }))
const { rows } = await pool.query<{ answer: number }>('select 42 as answer')
const report = await verifySession(pool)
await pool.end()
const { local, server: row, channelBinding } = report.session
const table: [string, unknown][] = [
  ['TLS', `${local?.version} ${local?.cipher}`],
  ['certificate', `${local?.certificate.subject} (${local?.certificate.names.join(', ')})`],
  ['issued by', local?.certificate.issuer],
  ['days left', report.certificateDaysLeft],
  ['trusted roots', report.roots],
  ['pg_stat_ssl', `ssl=${row?.ssl} ${row?.version} ${row?.cipher} ${row?.bits} bits`],
  ['channel binding', channelBinding ? 'SCRAM-SHA-256-PLUS' : 'no'],
]
for (const [name, value] of table) say(`   ${name.padEnd(16)} ${value}`)
const connected = rows[0]?.answer === 42 && row?.ssl === true && channelBinding
behaved.push(verdict(connected, 'connected, verified at both ends', 'did not connect as it should'))

const passed = behaved.filter(Boolean).length
say(`\n${passed === 4 ? green(bold('All four behaved.')) : red(bold(`${passed} of 4 behaved.`))}\n`)
process.exitCode = passed === 4 ? 0 : 1

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '   ')
}
