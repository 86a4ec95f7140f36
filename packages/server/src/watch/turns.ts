/** Runs a task when fewer than so many others run; first come, first served. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>

export function turns(limit: number): Turns {
  let free = limit
  const waiting: (() => void)[] = []
  return async (task) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      // The place goes to the next in line: nobody can take it in between.
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}
