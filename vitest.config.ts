import './tools/compile-cache.mjs';
import { defineConfig } from 'vitest/config';
import { PURE_FOLDERS } from './tools/checks/purity.ts';

/** Files of pure folders leave nothing behind that the next one could see: they share processes. */
const pure = PURE_FOLDERS.map((folder) => `${folder}**/*.test.ts`);
/** Tests that mostly wait, for alerts and labels: they do so beside the others. */
const waiting = ['e2e/monitoring/**/*.test.ts'];
const never = ['**/node_modules/**', '**/*.long.test.ts'];

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'pure', include: pure, exclude: never, isolate: false } },
      { extends: true, test: { name: 'waiting', include: waiting, exclude: never } },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'e2e/**/*.test.ts'],
          exclude: [...never, ...pure, ...waiting],
        },
      },
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    // What has no time limit of its own may take a while on a busy machine; a test of a limit gives its own.
    expect: { poll: { timeout: 10_000 } },
  },
});
