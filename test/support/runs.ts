/**
 * How many random cases a property is tried with: all of them where CI runs the version matrix, a fifth
 * in README's test command, which has to end within minutes.
 */
export const runs = (all: number): number =>
  process.env.VERIFY_FULL_MATRIX === '1' ? all : Math.ceil(all / 5)
