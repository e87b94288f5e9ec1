import './tools/compile-cache.mjs';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.long.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    // What has no time limit of its own may take a while on a busy machine; a test of a limit gives its own.
    expect: { poll: { timeout: 10_000 } },
  },
});
