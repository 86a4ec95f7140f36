import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { isLoopback, RootCertError } from '@verify-full/core'
import { EXIT, type ExitCode, type Io } from '../command.js'
import { printable } from '../printable.js'
import { readModules, withoutFile } from './modules.js'
import { type Answer, type Probes, probes } from './probes.js'

/** Options of `verify-full exporter`. */
export interface ExporterCommand {
  readonly listen: string
  readonly modules?: string
  readonly concurrency: number
}

/** Serves until the process is asked to end. The first line on stderr says where. */
export async function runExporter(options: ExporterCommand, io: Io): Promise<ExitCode> {
  const { host, port } = listenOn(options.listen)
  const modules = options.modules
    ? readModules(resolve(io.cwd, options.modules), io)
    : withoutFile()
  const server = serve(probes(modules, options.concurrency, io), io)
  server.listen(port, host)
  await once(server, 'listening')
  const { port: bound } = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  io.stderr.write(`verify-full exporter on http://${shown}:${bound}\n`)
  if (!isLoopback(host)) {
    io.stderr.write('it can be reached from other hosts: whoever can may probe from here\n')
  }
  await (io.interrupted?.() ?? once(server, 'close'))
  server.close()
  server.closeAllConnections()
  return EXIT.clean
}

function listenOn(text: string): { readonly host: string; readonly port: number } {
  const [, ipv6, name, port] =
    /^(?:\[([0-9a-fA-F:]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? name
  if (host === undefined || Number(port) > 65_535) {
    throw new Error('--listen takes an address and a port, as 127.0.0.1:9849 or [::1]:9849')
  }
  return { host, port: Number(port) }
}

const PLAIN = 'text/plain; charset=utf-8'
const METRICS = 'text/plain; version=0.0.4; charset=utf-8'

function serve(found: Probes, { stderr }: Io): Server {
  const server = createServer((request, response) => {
    answer(found, request, response).then(
      ({ status, body }) => {
        const type = status === 200 && request.url !== '/healthz' ? METRICS : PLAIN
        response.writeHead(status, { 'content-type': type }).end(body)
      },
      (error: unknown) => {
        // A file that went away is said to whoever runs this; anything else may name an account.
        const { code } = error as { code?: unknown }
        const why = error instanceof RootCertError ? error.message : String(code ?? 'no code')
        stderr.write(`a request failed: ${printable(why)}\n`)
        response.writeHead(500, { 'content-type': PLAIN }).end('internal error: see stderr\n')
      },
    )
  })
  server.requestTimeout = 30_000
  server.maxHeadersCount = 100
  return server
}

async function answer(
  found: Probes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> {
  if (request.method !== 'GET') return { status: 405, body: 'GET\n' }
  // The host of the URL is not looked at.
  const url = request.url ?? '/'
  if (!URL.canParse(url, 'http://localhost')) return { status: 400, body: 'no URL\n' }
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  if (pathname === '/healthz') return { status: 200, body: 'ok\n' }
  if (pathname === '/metrics') return { status: 200, body: await found.metrics() }
  if (pathname !== '/probe') return { status: 404, body: '/metrics /probe /healthz\n' }
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the client is gone')))
  const timeout = Number(request.headers['x-prometheus-scrape-timeout-seconds'] ?? 0)
  return found.probe(searchParams, Number.isFinite(timeout) ? timeout : 0, gone.signal)
}
