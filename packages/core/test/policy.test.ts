import { definePolicy, type Waiver } from '@verify-full/core'
import { describe, expect, it } from 'vitest'

describe('definePolicy', () => {
  it('is strict without options, and frozen', () => {
    const policy = definePolicy()
    expect(policy).toMatchObject({
      minimum: 'verify-full',
      local: 'accept-unix',
      sessionCheck: 'both',
      waivers: [],
    })
    expect(Object.isFrozen(policy)).toBe(true)
    expect(definePolicy(policy)).toBe(policy)
  })
  const waiver = { rule: 'plaintext-allowed', host: 'db', reason: 'why', until: '2030-01-01' }
  it('validates a copy of a policy, or one of another copy of core, like everything that is written', () => {
    const policy = definePolicy({ dangerouslyAllow: [waiver as Waiver], local: 'refuse' })
    expect(definePolicy({ ...policy })).toEqual(policy)
    expect(definePolicy({ ...policy, dangerouslyAllow: [] } as never).waivers).toEqual([])
    const { waivers } = policy
    expect(() => definePolicy({ waivers } as never)).toThrow(/no such option/)
    expect(() => definePolicy({ ...policy, waivers: 'all' } as never)).toThrow(/must be an array/)
    const silent = [{ ...waiver, reason: ' ' }]
    expect(() => definePolicy({ ...policy, waivers: silent } as never)).toThrow(/must say why/)
  })
  it.each([
    [{ minimumMode: 1 }, /no such option/],
    [{ rootcert: 'x' }, /Did you mean rootCert/],
    [{ minimum: 'verify_full' }, /minimum must be one of/],
    [{ minTlsVersion: '1.3' }, /minTlsVersion must be one of/],
    [{ gateTimeoutMillis: 0 }, /positive whole number/],
    [{ reportOnly: 'yes' }, /reportOnly must be/],
    [{ dangerouslyAllow: 'all' }, /must be an array/],
    [{ dangerouslyAllow: [{ ...waiver, reason: ' ' }] }, /\[0\].reason must say why/],
    [{ dangerouslyAllow: [{ ...waiver, until: 'soon' }] }, /\[0\].until must be a date/],
    [{ dangerouslyAllow: [{ ...waiver, until: undefined }] }, /\[0\].until must be a date/],
    [{ dangerouslyAllow: [{ ...waiver, rule: 'plaintext' }] }, /is no rule/],
    [{ dangerouslyAllow: [{ ...waiver, hots: 'x' }] }, /unknown key/],
  ])('throws a TypeError for %j', (options, message) => {
    const define = () => definePolicy(options as never)
    expect(define).toThrow(TypeError)
    expect(define).toThrow(message)
  })
})
