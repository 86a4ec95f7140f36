import type { IgnoredSession } from '@verify-full/server'
import { InvalidArgumentError } from 'commander'

const KEYS = ['user', 'database', 'application', 'address'] as const

/** Collects `--ignore application=reporting,address=10.0.0.0/8`: all of one rule has to match. */
export function ignoreRule(text: string, before: readonly IgnoredSession[] = []): IgnoredSession[] {
  const rule: { -readonly [key in keyof IgnoredSession]: IgnoredSession[key] } = {}
  for (const part of text.split(',')) {
    const [name, ...rest] = part.split('=')
    const key = KEYS.find((known) => known === name?.trim())
    const value = rest.join('=').trim()
    if (!key || value === '') {
      throw new InvalidArgumentError(`Pairs of ${KEYS.join(', ')}, as application=reporting.`)
    }
    rule[key] = value
  }
  return [...before, rule]
}
