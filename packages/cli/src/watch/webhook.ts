import { setTimeout as pause } from 'node:timers/promises'
import { isLoopback } from '@verify-full/core'
import type { WatchEvent } from '@verify-full/server'

/** Sends events one after the other; says on `complain` what could not be sent, without the URL. */
export interface Webhook {
  send(event: WatchEvent): void
  /** Resolves when everything is sent, or given up: what waits has three seconds. */
  close(): Promise<void>
}

const ATTEMPTS = 3
const MOST_WAITING = 1000
const TIMEOUT_MILLIS = 10_000
const GRACE_MILLIS = 3000
/** Before the second attempt; twice as long before the third. */
const PAUSE_MILLIS = 500

/**
 * POSTs each event as JSON. The URL may hold a token: it is in no message.
 *
 * @throws Error for a URL that is none, or that is neither https nor on this host.
 */
export function webhook(url: string, complain: (why: string) => void): Webhook {
  if (!URL.canParse(url)) throw new Error('the webhook is no URL')
  const { protocol, hostname, username, password } = new URL(url)
  const local = isLoopback(hostname.replace(/^\[|\]$/g, ''))
  if (protocol !== 'https:' && !(protocol === 'http:' && local)) {
    throw new Error('the webhook must be https: events name users and addresses')
  }
  if (username || password) {
    throw new Error(
      'the webhook cannot have a user and password in its URL: put the token into the path',
    )
  }
  let waiting = 0
  let last = Promise.resolve()
  const closing = new AbortController()
  return {
    send(event) {
      if (waiting >= MOST_WAITING) return complain('too many events wait for the webhook')
      waiting++
      last = last
        .then(() => post(url, event, closing.signal))
        .then((why) => {
          if (why !== undefined) complain(`the webhook did not take an event (${why})`)
        })
        .finally(() => waiting--)
    },
    async close() {
      const timer = setTimeout(() => closing.abort(), GRACE_MILLIS)
      await last
      clearTimeout(timer)
    },
  }
}

/** Resolves with why the event was not taken; undefined where it was. */
async function post(
  url: string,
  event: WatchEvent,
  closing: AbortSignal,
): Promise<string | undefined> {
  let why = ''
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (closing.aborted) return why || 'the watch ended first'
    try {
      const { ok, status } = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(event),
        redirect: 'error',
        signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MILLIS)]),
      })
      if (ok) return undefined
      why = `status ${status}`
      // The receiver does not want it: the same again would change nothing.
      if (status < 500 && status !== 429) return why
    } catch (error) {
      const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
      why = String(cause?.code ?? name)
    }
    if (attempt < ATTEMPTS) {
      await pause(attempt * PAUSE_MILLIS, undefined, { signal: closing }).catch(() => {})
    }
  }
  return why
}
