import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { copyOf } from './test/support/copies.js'
import { REGISTER } from './test/support/projects.js'
import { Tally } from './test/support/tally.js'

const NEVER = [
  '**/node_modules/**',
  '**/dist/**',
  // Needs what test/compat/run.mjs installs; compat.test.ts says that it was not run.
  ...(process.env.VERIFY_FULL_COMPAT
    ? []
    : ['test/compat/contract/**', 'test/compat/processes.test.ts']),
]

export default defineConfig({
  // The version matrix runs the same tests on other copies of a library.
  resolve: {
    alias: ['knex', 'typeorm'].flatMap((library) => {
      const replacement = copyOf(library)
      return replacement ? [{ find: new RegExp(`^${library}(?=/|$)`), replacement }] : []
    }),
  },
  // Packages are tested from their sources, without a build.
  ssr: {
    // Not `module`: Node does not know it, and what is behind it may be for bundlers only.
    resolve: { conditions: ['@verify-full/source', 'node', 'development|production'] },
  },
  test: {
    reporters: ['default', new Tally()],
    exclude: NEVER,
    // The tests wait for servers and processes more than they compute.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...NEVER, ...REGISTER],
          // Files share what one of them has imported: a third of the time of all tests was imports.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'register', include: REGISTER } },
    ],
  },
})
