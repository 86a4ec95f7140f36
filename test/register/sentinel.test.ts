/** The last line, against drivers that nothing has guarded: what leaves the process, and who is told. */

import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HostileScript, type HostileServer, hostile, type Pki, pki } from '../support/index.js'
import { run, type Workshop, workshop } from './process.js'

let set: Pki
let place: Workshop
beforeAll(async () => {
  set = await pki()
  place = await workshop()
})
afterAll(() => place.remove())

const PASSWORD = 'hunter2-hunter2'

interface Outcome {
  /** What the script printed. */
  readonly said: string
  /** What its server received. */
  readonly received: string
}
async function receivedBy(server: HostileServer): Promise<string> {
  await server.stop()
  const received = server.connections.map(({ raw, secure }) => Buffer.concat([raw, secure]))
  return Buffer.concat(received).toString('latin1')
}

/** Runs a script under register against a server. */
async function attack(
  script: string,
  server: HostileServer,
  env: Record<string, string> = {},
): Promise<Outcome> {
  place.write('script.mjs', script)
  const { stdout, stderr, code } = await run(place, ['script.mjs'], {
    NODE_OPTIONS: `--import=${place.register}`,
    PORT: String(server.port),
    CA: set.root.root,
    PASSWORD,
    ...env,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return { said: stdout, received: await receivedBy(server) }
}

/** Tells modules which port is theirs and what they print; they run side by side. */
const ALL = `
const said = JSON.parse(process.env.PORTS).map(() => [])
globalThis.consoles = said.map((lines) => ({ log: (...words) => lines.push(words.join(' ')) }))
process.on('exit', () => console.log(JSON.stringify(said)))
for (const [index, port] of JSON.parse(process.env.PORTS).entries()) {
  process.env.PORT = port
  await import(\`./script-\${index}.mjs\`)
}`

/** Runs the scripts in one process under register, each against a server of its own. */
async function attackAll(
  scripts: readonly (readonly [HostileScript, string])[],
): Promise<Outcome[]> {
  const servers = await Promise.all(scripts.map(([options]) => hostile(options)))
  for (const [index, [, script]] of scripts.entries()) {
    place.write(`script-${index}.mjs`, `const console = consoles[${index}]\n${script}`)
  }
  place.write('all.mjs', ALL)
  const { stdout, stderr, code } = await run(place, ['all.mjs'], {
    NODE_OPTIONS: `--import=${place.register}`,
    PORTS: JSON.stringify(servers.map(({ port }) => String(port))),
    CA: set.root.root,
  })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const said = JSON.parse(stdout) as string[][]
  return Promise.all(
    servers.map(async (server, index) => ({
      said: said[index]?.join('\n') ?? '',
      received: await receivedBy(server),
    })),
  )
}

/** A driver of three lines: it says what happened to its connection. */
const RAW = `
import net from 'node:net'
import tls from 'node:tls'
const port = Number(process.env.PORT)
const startup = () => {
  const body = Buffer.from('user\\0app\\0database\\0app\\0\\0')
  const head = Buffer.alloc(8)
  head.writeUInt32BE(body.length + 8, 0)
  head.writeUInt32BE(196608, 4)
  return Buffer.concat([head, body])
}
const say = (socket) => {
  socket.on('error', (error) => console.log(error.message))
  socket.on('data', (data) => { console.log('answered', data[0]); socket.destroy() })
}
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const upgrade = (host, options) => {
  const raw = net.connect(port, host, () => raw.write(sslRequest))
  raw.once('data', () => {
    const socket = tls.connect({ socket: raw, ca: process.env.CA, ...options }, () => socket.write(startup()))
    say(socket)
  })
}
`
const bad = () => ({ tls: { certificate: set.certificate('rogue') } })
const good = () => ({ tls: { certificate: set.certificate('good') } })

describe('plaintext', () => {
  const ACTS = [
    ['a startup packet', 'socket.write(startup())'],
    ['as a string', "socket.write(startup().toString('latin1'), 'latin1')"],
    ['with end()', 'socket.end(startup())'],
    ['in pieces', 'for (const byte of startup()) socket.write(Buffer.of(byte))'],
    [
      'after SSLRequest, which the server declined',
      "socket.write(sslRequest); socket.once('data', () => socket.write(startup()))",
    ],
    [
      'a cancel request',
      'socket.write(Buffer.from([0, 0, 0, 16, 4, 210, 22, 46, 0, 0, 0, 1, 0, 0, 0, 2]))',
    ],
  ] as const
  let outcomes: Outcome[]
  beforeAll(async () => {
    outcomes = await attackAll(
      ACTS.map(([, act]) => [
        { answer: 'refuse' },
        `${RAW}const socket = net.connect(port, '127.0.0.1', () => { ${act} })\nsocket.on('error', (error) => console.log(error.message))`,
      ]),
    )
  })

  it.each(ACTS.map(([name], index) => [name, index] as const))(
    '%s does not leave, and the error names the code',
    (_, index) => {
      const { said = '', received = 'nothing ran' } = outcomes[index] ?? {}
      expect(said).toContain('plaintext-allowed')
      expect(said).toMatch(new RegExp(`from {6}file script-${index}\\.mjs:\\d+`))
      expect(received).not.toContain('app')
      // Byte by byte it is known by its ninth: no name has left by then.
      expect(received.length).toBeLessThanOrEqual(8)
    },
  )

  it('to a server that the policy allows passes', async () => {
    const server = await hostile({ answer: 'refuse' })
    const body =
      "const socket = net.connect(port, '127.0.0.1', () => socket.write(startup()))\nsay(socket)"
    const { said } = await attack(RAW + body, server, { VERIFY_FULL_LOCAL: 'accept-loopback' })
    expect(said).toBe('answered 82')
  })

  it('of other protocols is not touched', async () => {
    const server = await hostile({ answer: 'refuse' })
    const body = `
const kafka = Buffer.from([0, 0, 0, 30, 0, 3, 0, 9, 0, 0, 0, 1, 0, 4, 117, 115, 101, 114, 0, 97])
for (const bytes of [kafka, Buffer.from('GET / HTTP/1.1\\r\\n\\r\\n'), Buffer.alloc(3), Buffer.alloc(40)]) {
  const socket = net.connect(port, '127.0.0.1', () => socket.end(bytes, () => console.log('sent')))
  socket.on('error', (error) => console.log(error.message))
  socket.resume()
}`
    const { said } = await attack(RAW + body, server)
    expect(said).toBe('sent\nsent\nsent\nsent')
  })
})

describe('TLS', () => {
  const ACTS = [
    [
      'without verification',
      bad,
      "upgrade('localhost', { rejectUnauthorized: false })",
      'certificate-not-verified',
    ],
    [
      'with the name not verified',
      () => ({ tls: { certificate: set.certificate('wrong-name') } }),
      "upgrade('localhost', { checkServerIdentity: () => undefined })",
      'hostname-not-verified',
    ],
    [
      'of an IP address verified as localhost',
      () => ({ tls: { certificate: set.certificate('localhost-only') } }),
      "upgrade('127.0.0.1', {})",
      'hostname-not-verified',
    ],
    [
      'direct, without verification',
      () => ({ ...bad(), answer: 'direct' as const }),
      "const socket = tls.connect({ host: 'localhost', port, rejectUnauthorized: false, ALPNProtocols: ['postgresql'] }, () => socket.write(startup()))\nsay(socket)",
      'certificate-not-verified',
    ],
    [
      'written to before the handshake is over',
      () => ({ ...bad(), answer: 'direct' as const }),
      "const socket = tls.connect({ host: 'localhost', port, rejectUnauthorized: false })\nsay(socket)\nsocket.write(startup())",
      'certificate-not-verified',
    ],
  ] as const
  let outcomes: Outcome[]
  beforeAll(async () => {
    outcomes = await attackAll(ACTS.map(([, script, act]) => [script(), RAW + act]))
  })

  it.each(ACTS.map(([name, , , rule], index) => [name, rule, index] as const))(
    '%s: not a byte of PostgreSQL in it',
    (_, rule, index) => {
      const { said = '', received = 'nothing ran' } = outcomes[index] ?? {}
      expect(said).toContain(rule)
      expect(received).toBe('')
    },
  )

  it('that verifies passes', async () => {
    const server = await hostile(good())
    const { said } = await attack(`${RAW}upgrade('localhost', {})`, server)
    expect(said).toBe('answered 82')
  })

  it('older than the policy is refused', async () => {
    const server = await hostile({
      tls: { certificate: set.certificate('good'), maxVersion: 'TLSv1.2' },
    })
    const { said, received } = await attack(`${RAW}upgrade('localhost', {})`, server, {
      VERIFY_FULL_MIN_TLS_VERSION: 'TLSv1.3',
    })
    expect(said).toContain('tls-version-too-low')
    expect(received).toBe('')
  })
})

describe('a bundle, in which no file is a driver', () => {
  const DRIVERS = {
    pg: `import pg from 'pg'
const client = new pg.Client({ host: 'localhost', port: Number(process.env.PORT), user: 'app', password: process.env.PASSWORD, ssl: JSON.parse(process.env.SSL) })
client.on('error', () => {})
await client.connect().then(() => console.log('connected'), (error) => console.log(error.name, error.message))
await client.end().catch(() => {})`,
    postgres: `import postgres from 'postgres'
const sql = postgres({ host: 'localhost', port: Number(process.env.PORT), user: 'app', password: process.env.PASSWORD, ssl: JSON.parse(process.env.SSL), max: 1, fetch_types: false })
await sql\`select 1\`.then(() => console.log('connected'), (error) => console.log(error.name, error.message))
await sql.end({ timeout: 0 })`,
  }

  beforeAll(async () => {
    for (const [driver, text] of Object.entries(DRIVERS)) {
      const bundle = await rolldown({
        input: place.write(`bundled-${driver}.mjs`, text),
        platform: 'node',
        external: ['pg-native', /^cloudflare:/],
      })
      const file = join(place.folder, `bundle-${driver}.mjs`)
      await bundle.write({ file, format: 'esm', codeSplitting: false })
      await bundle.close()
    }
  })

  it.each([
    ['pg', 'false', 'plaintext-allowed'],
    ['pg', '{"rejectUnauthorized":false}', 'certificate-not-verified'],
    ['postgres', 'false', 'plaintext-allowed'],
    ['postgres', '"require"', 'certificate-not-verified'],
    ['postgres', '"prefer"', 'certificate-not-verified'],
  ] as const)(
    'of %s with ssl %s: the caller gets the sentinel’s error',
    async (driver, ssl, rule) => {
      const server = await hostile({ ...bad(), answer: ssl === 'false' ? 'refuse' : 'tls' })
      const { said, received } = await attack(`await import('./bundle-${driver}.mjs')`, server, {
        SSL: ssl,
      })
      expect(said).toContain('PolicyError')
      expect(said).toContain(rule)
      expect(said).toMatch(/from {6}file bundle-\w+\.mjs:\d+/)
      expect(received).toBe('')
    },
  )
})
