import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/build.ts'],
    // A limit for what hangs, wide enough for a busy machine.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // How long a condition may take to come true on a busy machine; no assertion about time.
    expect: { poll: { timeout: 10_000 } },
    reporters: ['default', 'tests/support/summary.ts'],
    pool: 'forks',
    // dashboard/tokens.ts reads its colours from the style sheet; other style sheets stay empty in tests.
    css: { include: [/dashboard\/tokens\.css/] },
  },
})
