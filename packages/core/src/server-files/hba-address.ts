/** A range of addresses: those that equal `base` in the bits of `mask`. */
export interface HbaRange {
  readonly kind: 'range'
  readonly family: 4 | 6
  readonly base: bigint
  readonly mask: bigint
}

/** What the address column says. Names and the server's own networks are known only to the server. */
export type HbaAddress =
  | { readonly kind: 'all' | 'samehost' | 'samenet' }
  | { readonly kind: 'name'; readonly name: string }
  | HbaRange

export interface IpAddress {
  readonly family: 4 | 6
  readonly value: bigint
}

/** The number of bits of an address, by family. */
export const WIDTH: Readonly<Record<4 | 6, number>> = { 4: 32, 6: 128 }
/** All bits of an address set. */
export const ALL_BITS: Readonly<Record<4 | 6, bigint>> = {
  4: (1n << 32n) - 1n,
  6: (1n << 128n) - 1n,
}

/** The mask of a prefix length: `prefixMask(4, 24)` is 255.255.255.0. */
export const prefixMask = (family: 4 | 6, bits: number): bigint =>
  (ALL_BITS[family] << BigInt(WIDTH[family] - bits)) & ALL_BITS[family]

/**
 * A numeric address as the server's C library reads it: IPv4 also as `10`, `127.1` or `0x7f.0.0.1`, IPv6
 * also with an embedded IPv4 address or a zone. Undefined for a name.
 */
export function parseIp(text: string): IpAddress | undefined {
  const address = text.includes(':') ? text.replace(/%[^%]+$/, '') : text
  const value = address.includes(':') ? parseIpv6(address) : parseIpv4(address)
  return value === undefined ? undefined : { family: address.includes(':') ? 6 : 4, value }
}

/** inet_aton(3): one to four parts, decimal, octal or hexadecimal; the last part fills what is left. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length > 4) return undefined
  const numbers = parts.map((part) => {
    if (/^0[xX][0-9a-fA-F]+$/.test(part)) return BigInt(part)
    if (/^0[0-7]*$/.test(part)) return BigInt(`0o${part}`)
    return /^[1-9]\d*$/.test(part) ? BigInt(part) : undefined
  })
  let value = 0n
  for (const [index, number] of numbers.entries()) {
    const last = index === numbers.length - 1
    const bits = BigInt(last ? 8 * (4 - index) : 8)
    if (number === undefined || number >= 1n << bits) return undefined
    value = (value << bits) | number
  }
  return value
}

function parseIpv6(text: string): bigint | undefined {
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (embedded) {
    const bytes = embedded.slice(2).map(Number)
    if (bytes.some((byte) => byte > 255) || /(^|\.|:)0\d/.test(text.slice(embedded[1]?.length))) {
      return undefined
    }
    const [a = 0, b = 0, c = 0, d = 0] = bytes
    const pair = (high: number, low: number): string => (high * 256 + low).toString(16)
    return parseIpv6(`${embedded[1]}${pair(a, b)}:${pair(c, d)}`)
  }
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  if (groups.flat().some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined
  const [head = [], tail = []] = groups
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  return [...head, ...Array<string>(missing).fill('0'), ...tail].reduce(
    (value, group) => (value << 16n) | BigInt(`0x${group}`),
    0n,
  )
}

/** An address in words: `10.0.0.0/8`, `fe80::/10`, `all`, `samenet`, a host name. */
export function formatHbaAddress(address: HbaAddress): string {
  if (address.kind === 'name') return address.name
  if (address.kind !== 'range') return address.kind
  const { family, base, mask } = address
  const bits = prefixLength(address)
  const ip = formatIp({ family, value: base })
  return bits === undefined
    ? `${ip} mask ${formatIp({ family, value: mask })}`
    : bits === WIDTH[family]
      ? ip
      : `${ip}/${bits}`
}

/** The prefix length of a range, undefined for a mask with holes. */
export function prefixLength({ family, mask }: HbaRange): number | undefined {
  const bits = mask.toString(2).padStart(WIDTH[family], '0').indexOf('0')
  const length = bits === -1 ? WIDTH[family] : bits
  return prefixMask(family, length) === mask ? length : undefined
}

/** `192.0.2.1`, or RFC 5952's form of an IPv6 address. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(16 * (7 - index))) & 0xffffn).toString(16),
  ).join(':')
  const zeros = [...groups.matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)]
  const longest = zeros.sort((a, b) => b[0].length - a[0].length)[0]
  if (!longest) return groups
  const before = groups.slice(0, longest.index).replace(/:$/, '')
  const after = groups.slice(longest.index + longest[0].length).replace(/^:/, '')
  return `${before}::${after}`
}

/** Whether an address is in a range, `10.0.0.0/8` or a single address. False for what is neither. */
export function isInRange(address: string, range: string): boolean {
  const [text = '', bits] = range.split('/')
  const [ip, base] = [parseIp(address), parseIp(text)]
  if (!ip || !base || ip.family !== base.family) return false
  const length = bits === undefined ? WIDTH[base.family] : Number(bits)
  if (!/^\d{1,3}$/.test(bits ?? '0') || length > WIDTH[base.family]) return false
  return ((ip.value ^ base.value) & prefixMask(base.family, length)) === 0n
}
