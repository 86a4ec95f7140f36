import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@verify-full/source', 'node', 'import', 'default'] },
  ssr: { resolve: { conditions: ['@verify-full/source', 'node', 'import', 'default'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
