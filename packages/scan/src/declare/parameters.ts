/** One `key=value` of a query string and where it stands in its text. */
export interface Parameter {
  /** Undefined where the part is no `key=value`, or its key is a variable. */
  readonly key: string | undefined
  readonly written: string
  readonly valueAt: number
  readonly valueLength: number
  /** The parameter with the separator that goes with it. */
  readonly at: number
  readonly length: number
}

/** The parameters of a query string that starts at `from`; `skip` tells what is inside a variable. */
export function* parameters(
  text: string,
  from: number,
  skip: (at: number) => boolean,
): Generator<Parameter> {
  let start = from
  while (start < text.length) {
    let end = start
    while (end < text.length && (text[end] !== '&' || skip(end))) end++
    let equals = start
    while (equals < end && (text[equals] !== '=' || skip(equals))) equals++
    const written = text.slice(start, end)
    const key = equals < end && !skip(start) ? text.slice(start, equals) : undefined
    const last = end >= text.length
    // `&sslmode=prefer` goes with the separator before it, the first of several with the one after it.
    const at = start > from || last ? start - 1 : start
    const length = start > from || last ? end - start + 1 : end - start + 1
    yield {
      key,
      written,
      valueAt: equals + 1,
      valueLength: Math.max(0, end - equals - 1),
      at,
      length,
    }
    start = end + 1
  }
}
