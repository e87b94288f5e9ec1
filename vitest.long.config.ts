import './tools/compile-cache.mjs';
import { defineConfig } from 'vitest/config';

/** Soak and kill loops: minutes each, one at a time so that they measure what they claim. */
export default defineConfig({
  test: {
    include: ['src/**/*.long.test.ts', 'e2e/**/*.long.test.ts', 'tools/**/*.long.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
  },
});
