/**
 * A library in processes of its own, as an adapter of the contract: under NODE_OPTIONS, one process for each policy,
 * or with the guard injected. They are told over their channels what to ask; the errors and events are their own.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { PolicyOptions } from '@verify-full/core'
import { type Events, PolicyError, publish, type Report } from '@verify-full/core'
import type { Adapter, Database, Query, Row } from '../contract/adapter.js'
import type { Workshop } from '../register/process.js'
import type { Mode } from './applications.js'
import { KEPT } from './kept.js'
import { HERE, NODES } from './wanted.js'

/** What a process says: that it listens, what was published, and the answers. */
type Message =
  | { readonly ready: true }
  | { readonly channel: keyof Events; readonly payload: Report; readonly index: number }
  | { readonly id: number; readonly rows?: readonly Row[]; readonly error?: Told }

interface Told {
  readonly name: string
  readonly message: string
  readonly code?: string
  readonly stack: string
  readonly cause?: object
  /** Of the report, among what was published; -1 where it is not the same object. */
  readonly index?: number
  readonly report?: Report
}

/** The policy's options, as register reads them. */
const VARIABLES: Readonly<Record<string, string>> = {
  rootCert: 'VERIFY_FULL_ROOT_CERT',
  channelBinding: 'VERIFY_FULL_CHANNEL_BINDING',
  gateTimeoutMillis: 'VERIFY_FULL_GATE_TIMEOUT_MILLIS',
}

type Call = (operation: string, given: object) => Promise<readonly Row[]>

/** The adapter of a library of libraries/, or of a part of it, and what ends its processes. */
export function adapterOf(
  id: string,
  mode: Mode,
  place: Workshop,
  part?: string,
): { adapter: Adapter; stop(): void } {
  const children = new Map<string, { child: ChildProcess; call: Promise<Call> }>()
  const { traits = {}, line = 'Node 20' } = KEPT[id] ?? {}
  const node = NODES[line] ?? ''
  const common = {
    COMPAT_LIBRARY: id,
    COMPAT_MODE: mode,
    COMPAT_GUARDS: JSON.stringify(place.entries),
    ...(part ? { COMPAT_PART: part } : {}),
    ...(mode === 'open' ? { NODE_OPTIONS: `--import=${place.register}` } : {}),
  }

  function processOf(policy: PolicyOptions): Promise<Call> {
    const { PATH, HOME, NODE_TLS_REJECT_UNAUTHORIZED: weak } = process.env
    const env = {
      ...(mode === 'open' ? variablesOf(policy) : {}),
      ...(weak ? { NODE_TLS_REJECT_UNAUTHORIZED: weak } : {}),
    }
    const key = JSON.stringify(env)
    const running = children.get(key)
    if (running) return running.call
    const child = fork('serve.mjs', {
      cwd: HERE,
      execPath: node,
      serialization: 'advanced',
      env: { PATH, HOME, ...common, ...env },
    })
    const call = listen(child)
    children.set(key, { child, call })
    return call
  }

  const adapter: Adapter = {
    name: `${part ?? id} under ${mode === 'open' ? 'register' : 'guard'}`,
    driver: 'pg',
    ...traits[mode],
    child: { script: join(HERE, 'use.mjs'), env: common, node },
    lacks: ['verifySession', 'listeners'],
    async open(config, policy = {}) {
      return openDatabase(await processOf(policy), { config, policy })
    },
  }
  return {
    adapter,
    stop() {
      for (const { child } of children.values()) child.kill('SIGKILL')
    },
  }
}

function variablesOf(policy: PolicyOptions): Record<string, string> {
  const variables = Object.entries(policy).map(([option, value]) => {
    const name = VARIABLES[option]
    if (!name) throw new Error(`register has no variable for ${option}`)
    return [name, String(value)]
  })
  return Object.fromEntries(variables)
}

/** Answers of a process by the number of the question; events are published here too. */
async function listen(child: ChildProcess): Promise<Call> {
  const published: Report[] = []
  const waiting = new Map<number, PromiseWithResolvers>()
  child.on('message', (message: Message) => {
    if ('ready' in message) return
    if ('channel' in message) {
      published[message.index] = message.payload
      publish(message.channel, message.payload as never)
      return
    }
    const { id, rows = [], error } = message
    if (error) waiting.get(id)?.reject(errorOf(error, published))
    else waiting.get(id)?.resolve(rows)
    waiting.delete(id)
  })
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`ended with ${code}`))
  })
  await once(child, 'message')
  let questions = 0
  return (operation, given) =>
    new Promise((resolve, reject) => {
      questions += 1
      waiting.set(questions, { resolve, reject })
      child.send({ ...given, id: questions, operation })
    })
}

interface PromiseWithResolvers {
  resolve(rows: readonly Row[]): void
  reject(error: Error): void
}

/** The error, its report the very object that was published where it was that in its process. */
function errorOf(told: Told, published: readonly Report[]): Error {
  const { name, message, code, stack, cause, index = -1, report } = told
  const options = cause ? { cause } : {}
  if (!report) return Object.assign(new Error(message, options), { name, code, stack })
  const error = new PolicyError(code as PolicyError['code'], published[index] ?? report, options)
  error.stack = stack
  return error
}

let databases = 0
let transactions = 0

async function openDatabase(call: Call, given: object): Promise<Database> {
  databases += 1
  const database = databases
  const query =
    (transaction?: number): Query =>
    (sql) =>
      call('query', { database, transaction, sql })
  await call('open', { ...given, database })
  return {
    query: query(),
    async transaction(work) {
      transactions += 1
      const transaction = transactions
      await call('begin', { database, transaction })
      try {
        const result = await work(query(transaction))
        await call('end', { transaction, failed: false })
        return result
      } catch (error) {
        await call('end', { transaction, failed: true }).catch(() => {})
        throw error
      }
    },
    async close() {
      await call('close', { database })
    },
  }
}
