import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('./packages/', import.meta.url))

// Tests run on the sources, so that a failing line is a line of ours: workspace names resolve to src.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@petagrad\/([a-z-]+)$/, replacement: packages + '$1/src/index.ts' },
      { find: '@petagrad/ir/graph', replacement: packages + 'ir/src/graph.ts' },
      { find: /^petagrad$/, replacement: packages + 'petagrad/src/index.ts' },
      { find: /^petagrad\/([a-z-]+)$/, replacement: packages + 'petagrad/src/$1.ts' },
    ],
  },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'tools/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
    // Every graph that a test rewrites is rewritten by the compiled and the interpreted matcher, which must agree.
    env: { PETAGRAD_MATCHER: process.env.PETAGRAD_MATCHER ?? 'both' },
    testTimeout: 60_000,
    hookTimeout: 60_000, // a device's first start compiles its pool
    pool: 'forks',
    maxWorkers: 2,
  },
})
