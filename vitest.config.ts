import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/cluster.ts'],
    // They catch what hangs; a machine ten times slower is not too slow.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Much of a journey is waiting. More at once would want more connections than the tests' one PostgreSQL has.
    maxWorkers: Math.min(4, availableParallelism()),
  },
})
