import { isLoopback } from '@verify-full/core'
import type { WatchEvent } from '@verify-full/server'

/** Sends events one after the other; says on `complain` what could not be sent, without the URL. */
export interface Webhook {
  send(event: WatchEvent): void
  /** Resolves when everything is sent or given up. */
  settled(): Promise<void>
}

const ATTEMPTS = 3
const MOST_WAITING = 1000
const TIMEOUT_MILLIS = 10_000

/**
 * POSTs each event as JSON. The URL may hold a token: it is in no message.
 *
 * @throws Error for a URL that is none, or that is neither https nor on this host.
 */
export function webhook(url: string, complain: (why: string) => void): Webhook {
  if (!URL.canParse(url)) throw new Error('the webhook is no URL')
  const { protocol, hostname } = new URL(url)
  const local = isLoopback(hostname.replace(/^\[|\]$/g, ''))
  if (protocol !== 'https:' && !(protocol === 'http:' && local)) {
    throw new Error('the webhook must be https: events name users and addresses')
  }
  let waiting = 0
  let last = Promise.resolve()
  return {
    send(event) {
      if (waiting >= MOST_WAITING) return complain('too many events wait for the webhook')
      waiting++
      last = last.then(() => post(url, event, complain)).finally(() => waiting--)
    },
    settled: () => last,
  }
}

async function post(
  url: string,
  event: WatchEvent,
  complain: (why: string) => void,
): Promise<void> {
  let why = ''
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const { ok, status } = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      })
      if (ok) return
      why = `status ${status}`
      // The receiver does not want it: the same again would change nothing.
      if (status < 500 && status !== 429) break
    } catch (error) {
      const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
      why = String(cause?.code ?? name)
    }
  }
  complain(`the webhook did not take an event (${why})`)
}
