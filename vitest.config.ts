import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [],
    reporters: ['default', './test/counts-reporter.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
