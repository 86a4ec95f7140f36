/** What CI is meant for, on this project: nothing in it is below verify-full but what says why. */
import { fileURLToPath } from 'node:url'
import { scan } from '@verify-full/scan'
import { expect, test } from 'vitest'

test('this repository has no connection below verify-full', { timeout: 60_000 }, () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { findings, files } = scan({ root, now: new Date('2027-01-01') })
  const counted = findings.filter(({ severity }) => severity !== 'note')
  expect(counted.map(({ path, at, rule }) => `${path}:${at.line} ${rule}`)).toEqual([])
  expect(files.parsed).toBeGreaterThan(300)
})
