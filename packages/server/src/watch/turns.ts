/** Runs a task when fewer than so many others run; first come, first served. */
export type Turns = <T>(task: () => Promise<T>) => Promise<T>

export function turns(limit: number): Turns {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      return await task()
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}
