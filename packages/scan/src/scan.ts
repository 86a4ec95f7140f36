import { type Examined, examiner } from './examine.js'
import { stagedFiles } from './files/git.js'
import type { ScanReport } from './model.js'
import type { ScanOptions } from './options.js'
import { reportOn } from './report-on.js'
import { inChunks, type Sifted, sift } from './sift.js'

/**
 * Looks for PostgreSQL connections below the policy in the files of a folder.
 *
 * @throws TypeError on a wrong policy, a path that does not exist, a git command that fails.
 * @example
 * import { scan } from '@verify-full/scan'
 *
 * const { findings } = scan({ root: process.cwd(), policy: { minTlsVersion: 'TLSv1.3' } })
 * process.exitCode = findings.some(({ severity }) => severity === 'error') ? 1 : 0
 */
export function scan(options: ScanOptions): ScanReport {
  const started = performance.now()
  const staged = options.staged ? stagedFiles(options.root) : undefined
  const counts = { scanned: 0, parsed: 0, bytes: 0 }
  const hosts = new Set<string>()
  const last: Sifted[] = []
  const examine = examiner(options, staged, hosts)
  const all: Examined[] = []
  const examineAll = (files: Iterable<Sifted>): void => {
    for (const chunk of inChunks(files)) {
      const examined = examine(chunk)
      for (const host of examined.hosts) hosts.add(host)
      all.push(examined)
    }
  }
  examineAll(sift(options, staged, counts, last))
  examineAll(last)
  return reportOn(all, counts, options, started)
}
