import { InvalidArgumentError } from 'commander'

/** An option's parser: a whole number within bounds. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`)
    }
    return value
  }

/** An option's parser: seconds, in the same words for every command. */
export function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 600)) throw new InvalidArgumentError('A number up to 600.')
  return value
}
