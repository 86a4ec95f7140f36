/** Colours when a terminal reads them, plain text otherwise. */
const colours = process.stdout.isTTY && !process.env.NO_COLOR
const paint =
  (code: number) =>
  (text: string): string =>
    colours ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold: (text: string) => string = paint(1)
export const dim: (text: string) => string = paint(2)
export const red: (text: string) => string = paint(31)
export const green: (text: string) => string = paint(32)

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** Prints whether a step behaved as announced, and returns it. */
export function verdict(behaved: boolean, yes: string, no: string): boolean {
  say(behaved ? green(`   ok: ${yes}`) : red(`   NOT as expected: ${no}`))
  return behaved
}
