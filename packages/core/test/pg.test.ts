import { describe, expect, test } from 'vitest'
import { PG_CASES, type PgCase, withDirectory } from '../../../test/drivers/pg-cases.js'
import { planPg } from '../src/drivers/pg/plan.js'
import type { Plan } from '../src/model.js'

/** `planPg` reads no file, so a directory that does not exist is as good as any. */
const plan = ({ config, env }: PgCase): Plan => {
  const [only, ...rest] = planPg(withDirectory(config, '/does/not/exist'), env ?? {})
  if (!only || rest.length > 0) throw new Error('expected exactly one plan')
  return only
}

const summary = ({ transports: [transport] }: Plan): string =>
  transport.kind === 'tls'
    ? `tls ${transport.verification} ${transport.roots.kind}`
    : transport.kind

describe('planPg: transports and remarks', () => {
  test.each(PG_CASES)('$name', (it) => {
    const planned = plan(it)
    expect(summary(planned)).toBe(it.plan)
    const remarks = planned.remarks.map(({ kind, origin }) => `${kind} ${origin.key}`)
    expect(remarks.sort()).toEqual([...(it.remarks ?? [])].sort())
    expect(JSON.stringify(planned)).not.toContain('s3cret-pw')
  })
})
