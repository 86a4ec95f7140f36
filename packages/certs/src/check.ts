const DAY = 86_400_000

/** RFC 5280 writes validity to the second; the node and OpenSSL parsers stop at year 9999. */
export interface Validity {
  /** First instant of validity. */
  readonly notBefore: Date
  /** Last instant of validity. */
  readonly notAfter: Date
}

/** Throws TypeError for a key that is not one of `known`: a misspelt option must not be a silent default. */
export function checkKeys(where: string, options: object, known: readonly string[]): void {
  if (options === null || typeof options !== 'object') {
    throw new TypeError(`${where}: options must be an object`)
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new TypeError(`${where}: unknown option '${key}'; known options: ${known.join(', ')}`)
    }
  }
}

/** A common name: 1 to 64 characters (ub-common-name, RFC 5280 appendix A.1), none of them a control. */
export function checkName(where: string, option: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > 64) {
    throw new TypeError(`${where}: '${option}' must be a string of 1 to 64 characters`)
  }
  // A NUL inside a name is how CVE-2009-4034 fooled PostgreSQL; no control character belongs in one.
  if (/\p{Cc}/u.test(value)) {
    throw new TypeError(`${where}: '${option}' must not contain control characters`)
  }
  return value
}

/** An instant; the default is the clock. */
export function checkDate(
  where: string,
  option: string,
  value: unknown,
  otherwise: () => Date,
): Date {
  if (value === undefined) return otherwise()
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
    throw new TypeError(`${where}: '${option}' must be a valid Date`)
  }
  return value
}

/** A number of days, later than now and at most a hundred years. */
export function checkDays(where: string, value: unknown, otherwise: number): number {
  if (value === undefined) return otherwise
  if (typeof value !== 'number' || !(value > 0 && value <= 36_500)) {
    throw new TypeError(`${where}: 'days' must be a number greater than 0 and at most 36500`)
  }
  return value
}

/** Settles the two ends of a validity period from what was given. */
export function checkValidity(
  where: string,
  options: { now?: Date; days?: number; notBefore?: Date; notAfter?: Date },
  defaultDays: number,
): Validity {
  if (options.days !== undefined && options.notAfter !== undefined) {
    throw new TypeError(`${where}: give 'days' or 'notAfter', not both`)
  }
  const days = checkDays(where, options.days, defaultDays)
  const now = checkDate(where, 'now', options.now, () => new Date())
  const notBefore = checkDate(where, 'notBefore', options.notBefore, () => now)
  const notAfter = checkDate(
    where,
    'notAfter',
    options.notAfter,
    () => new Date(notBefore.getTime() + days * DAY),
  )
  if (notAfter <= notBefore) {
    throw new TypeError(`${where}: 'notAfter' must be later than 'notBefore'`)
  }
  return { notBefore, notAfter }
}
