import type { Extractor, InstalledPackage } from '../model.js'

/** How the lockfiles of npm, pnpm and yarn (both) name an installed version of pg. */
const INSTALLED: readonly RegExp[] = [
  /"node_modules\/(?:[^"\r\n]{1,200}\/node_modules\/)?pg": \{\s{1,20}"version": "(\d[\w.+-]*)"/g,
  /^ {2}'?\/?pg[@/](\d[\w.+-]*)'?(?:\([^\r\n]*\))?:$/gm,
  /^"?pg@[^\r\n]{1,200}:\r?\n {2}version:? "?(\d[\w.+-]*)"?$/gm,
]

/** Lockfiles: only which versions of pg are installed. */
export const lockfile: Extractor = {
  name: 'lockfile',
  always: true,
  matches: (path) =>
    /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock)$/.test(path),
  extract(file) {
    const packages = INSTALLED.flatMap((pattern) =>
      [...file.text.matchAll(pattern)].map(
        ({ index, 0: whole, 1: version = '' }): InstalledPackage => {
          const at = file.range(index + whole.lastIndexOf(version), version.length)
          return { name: 'pg', version, at }
        },
      ),
    )
    return { declarations: [], packages }
  },
}
