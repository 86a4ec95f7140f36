import { isIP } from 'node:net'
import { isLoopback } from '@verify-full/core'
import type { Extractor } from '../model.js'
import { directFinding } from '../rules.js'

/** How the lockfiles of npm, pnpm and yarn (both) name an installed version of pg. */
const INSTALLED: readonly RegExp[] = [
  /"node_modules\/(?:[^"\r\n]{1,200}\/node_modules\/)?pg": \{\s{1,20}"version": "(\d[\w.+-]*)"/g,
  /^ {2}'?\/?pg[@/](\d[\w.+-]*)'?(?:\([^\r\n]*\))?:$/gm,
  /^"?pg@[^\r\n]{1,200}:\r?\n {2}version:? "?(\d[\w.+-]*)"?$/gm,
]

/** The first version that compares a certificate with the address it dialled, not with `localhost`. */
const MENDED = [8, 23, 1] as const

/** Lockfiles: an old pg is a finding where the project dials an address. */
export const lockfile: Extractor = {
  name: 'lockfile',
  always: true,
  last: true,
  files: /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock)$/,
  extract(file, context) {
    if (![...context.hosts()].some((host) => isIP(host) !== 0 && !isLoopback(host))) {
      return { declarations: [] }
    }
    const findings = INSTALLED.flatMap((pattern) =>
      [...file.text.matchAll(pattern)].flatMap(({ index, 0: whole, 1: version = '' }) => {
        if (!isOlder(version)) return []
        const at = file.range(index + whole.lastIndexOf(version), version.length)
        return [directFinding('driver-misverifies-addresses', at, `pg ${version}`)]
      }),
    )
    return { declarations: [], findings }
  },
}

function isOlder(version: string): boolean {
  const parts = version.split(/[.+-]/).map(Number)
  const differing = MENDED.findIndex((wanted, index) => parts[index] !== wanted)
  return differing >= 0 && (parts[differing] ?? 0) < (MENDED[differing] ?? 0)
}
