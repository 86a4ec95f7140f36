const BLOCKS: Readonly<Record<'certificate' | 'crl', RegExp>> = {
  certificate:
    /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[ \t]*\r?\n[\s\S]*?-----END \1-----/g,
  crl: /-----BEGIN (X509 CRL)-----[ \t]*\r?\n[\s\S]*?-----END \1-----/g,
}

/**
 * The PEM blocks of one kind in a string, buffer or array of them; `''` where there is none. Nothing
 * else is kept: a value in the wrong place may be a private key.
 */
export const pemBlocks = (value: unknown, kind: keyof typeof BLOCKS): string =>
  texts(value)
    .flatMap((text) => text.match(BLOCKS[kind]) ?? [])
    .map((block) => `${block}\n`)
    .join('')

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  try {
    if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')]
    return Array.isArray(value)
      ? value.flatMap((item) => (Array.isArray(item) ? [] : texts(item)))
      : []
  } catch {
    return []
  }
}
