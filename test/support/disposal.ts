// What must not outlive this process, however it ends short of SIGKILL.
const pending = new Set<() => void>()
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const run = (): void => {
  // Last in, first out: a program ends before the files that it writes are removed.
  for (const dispose of [...pending].reverse()) {
    pending.delete(dispose)
    try {
      dispose()
    } catch {
      // The process is ending: the next disposal matters more than this one's error.
    }
  }
}

const onSignal = (signal: NodeJS.Signals): void => {
  run()
  for (const name of SIGNALS) process.removeListener(name, onSignal)
  process.kill(process.pid, signal)
}

/** Runs `dispose`, which must be synchronous, when the process exits. Returns how to forget it. */
export function onProcessEnd(dispose: () => void): () => void {
  if (pending.size === 0) {
    process.on('exit', run)
    for (const name of SIGNALS) process.on(name, onSignal)
  }
  pending.add(dispose)
  return () => {
    pending.delete(dispose)
    if (pending.size > 0) return
    process.removeListener('exit', run)
    for (const name of SIGNALS) process.removeListener(name, onSignal)
  }
}
