import fc from 'fast-check'

const unit = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }),
  fc.integer({ min: 0, max: 0xffff }),
  fc.integer({ min: 0, max: 0x10ffff }),
)

/** Any text, lone surrogates included; fast-check's own unit `binary` takes two seconds to make. */
export const anyText = (maxLength = 60): fc.Arbitrary<string> =>
  fc.array(unit, { maxLength }).map((codes) => String.fromCodePoint(...codes))
