import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { copyOf } from './test/support/copies.js'
import { Tally } from './test/support/tally.js'

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
    resolve: { conditions: ['@verify-full/source', 'module', 'node', 'development|production'] },
  },
  test: {
    reporters: ['default', new Tally()],
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      // Needs what test/compat/run.mjs installs; compat.test.ts says that it was not run.
      ...(process.env.VERIFY_FULL_COMPAT ? [] : ['test/compat/contract/**']),
    ],
    // The tests wait for servers and processes more than they compute.
    maxWorkers: Math.max(4, availableParallelism()),
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
