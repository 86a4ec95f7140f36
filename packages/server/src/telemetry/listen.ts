import diagnosticsChannel from 'node:diagnostics_channel'
import type { Attributes, Meter } from '@opentelemetry/api'
import type { Events } from '@verify-full/core'
import type { LOOK_CHANNEL, WATCH_CHANNEL } from '../watch/channels.js'
import type { Look, WatchEvent } from '../watch/types.js'

/** What is on each channel. */
interface Payloads extends Events {
  readonly [WATCH_CHANNEL]: WatchEvent
  readonly [LOOK_CHANNEL]: Look
}
export type Stop = () => void
export type Start = (meter: Meter) => Stop

export function listen<K extends keyof Payloads>(
  channel: K,
  heard: (said: Payloads[K]) => void,
): Stop {
  const listener = (said: unknown): void => heard(said as Payloads[K])
  diagnosticsChannel.subscribe(channel, listener)
  return () => void diagnosticsChannel.unsubscribe(channel, listener)
}

/** Name, unit in UCUM, and what it says. */
type Described = readonly [name: string, unit: string, description: string]

/** Adds one for each set of attributes that `each` makes of what a channel says. */
export const counter =
  <K extends keyof Payloads>(
    channel: K,
    [name, unit, description]: Described,
    each: (said: Payloads[K]) => readonly Attributes[],
  ): Start =>
  (meter) => {
    const instrument = meter.createCounter(name, { unit, description })
    return listen(channel, (said) => {
      for (const attributes of each(said)) instrument.add(1, attributes)
    })
  }

/** Records what is known. What is not known gets no sample: zero would be a lie. */
export const gauge =
  <K extends keyof Payloads>(
    channel: K,
    [name, unit, description]: Described,
    samplesOf: (said: Payloads[K]) => readonly (readonly [value: number, Attributes])[],
  ): Start =>
  (meter) => {
    const instrument = meter.createGauge(name, { unit, description })
    return listen(channel, (said) => {
      for (const [value, attributes] of samplesOf(said)) instrument.record(value, attributes)
    })
  }

export const POSTGRESQL: Attributes = { 'db.system.name': 'postgresql' }
