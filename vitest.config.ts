import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Packages are tested from their sources, without a build.
  ssr: {
    resolve: { conditions: ['@verify-full/source', 'module', 'node', 'development|production'] },
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
