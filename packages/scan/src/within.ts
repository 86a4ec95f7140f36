import { type Context, createContext, Script } from 'node:vm'

/** Milliseconds that anything may take, and for each character so many more as the slowest machine needs. */
const PATIENCE = 3000
const PATIENCE_PER_CHARACTER = 0.01

/** What {@link within} throws. */
export class TakesTooLong extends Error {
  override readonly name = 'TakesTooLong'
}

/**
 * Runs something for no longer than its characters allow: parsing hostile text can take exponential time. Where
 * that is inside of another such call, the outer one's time is all there is: a watch costs as much as parsing a
 * small file, so that many files have one together, and each its own only where that has run out.
 *
 * @throws TakesTooLong
 */
export function within<T>(characters: number, run: () => T): T {
  if (watching) return run()
  watching = true
  box ??= createContext({})
  box.run = run
  try {
    const timeout = Math.ceil(PATIENCE + characters * PATIENCE_PER_CHARACTER)
    // V8 ends what a script with a timeout calls, whatever that is doing.
    return CALL.runInContext(box, { timeout }) as T
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code
    throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new TakesTooLong() : error
  } finally {
    watching = false
  }
}

let watching = false
let box: Context | undefined
const CALL = new Script('run()')
