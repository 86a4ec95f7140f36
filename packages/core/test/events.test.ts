import diagnosticsChannel from 'node:diagnostics_channel'
import { events, publish } from '@verify-full/core'
import { expect, it } from 'vitest'

const name = 'verify-full:root-cert-reloaded'
const payload = { path: 'root.crt', fingerprints: [] }

it('publishes one payload to listeners and to the diagnostics channel', () => {
  const seen: unknown[] = []
  const listener = (event: unknown) => seen.push(event)
  events.once(name, listener)
  diagnosticsChannel.subscribe(name, listener)
  publish(name, payload)
  diagnosticsChannel.unsubscribe(name, listener)
  publish(name, payload)
  expect(seen).toEqual([payload, payload])
})

it('survives a listener that throws', () => {
  const seen: unknown[] = []
  const thrower = () => {
    throw new Error('listener')
  }
  const listener = (event: unknown) => seen.push(event)
  events.on(name, thrower)
  events.on(name, listener)
  expect(() => publish(name, payload)).not.toThrow()
  events.off(name, thrower)
  events.off(name, listener)
  expect(seen).toEqual([payload])
})
