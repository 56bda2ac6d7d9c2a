import { defineConfig } from 'vitest/config'

/** Only what tests core by itself, so that each mutant is tried within a fraction of a second. */
export default defineConfig({
  test: { include: ['test/core/**/*.test.ts'], setupFiles: ['test/core/fixed-seed.ts'] },
})
