import { isIP } from 'node:net'

/** What --host and --ip name, in one list. @throws Error for an --ip that is none. */
export function hostsOf(host: readonly string[], ip: readonly string[] = []): readonly string[] {
  const odd = ip.find((address) => isIP(address) === 0)
  if (odd !== undefined) throw new Error(`--ip: '${odd}' is no IP address; names go to --host`)
  return [...host, ...ip]
}

/** An error of the library without the function that an operator never called. */
export async function inWords<T>(made: Promise<T>): Promise<T> {
  try {
    return await made
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new Error(cause.message.replace(/^\w+: /, '').replace(" in 'hosts'", ''), { cause })
  }
}
