import { sharedSet } from '../shared.js'

/**
 * Sockets that a guard answers for: it has judged them, or will before a byte of PostgreSQL leaves. What
 * watches the whole process (register) leaves them alone.
 */
const vouched: WeakSet<object> = sharedSet('@verify-full/core.vouched')

/** Says that a guard answers for a socket. For adapters. */
export const vouch = (socket: object): void => void vouched.add(socket)

export const isVouched = (socket: object): boolean => vouched.has(socket)
