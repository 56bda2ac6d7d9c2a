import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Left to itself, one worker for two cores: many of these tests wait for a server or a rate limit.
    maxWorkers: 2,
    reporters: ['default', './test/counts-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
