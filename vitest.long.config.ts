import './tools/compile-cache.mjs';
import { defineConfig } from 'vitest/config';
import { listFiles } from './tools/checks/project.ts';

/** Suites that draw a share of their cases in `npm test`. */
const random = listFiles('src', '.test.ts')
  .filter(({ text }) => text.includes('core/testing/runs.ts'))
  .map(({ path }) => path);

/** Soak and kill loops, minutes each, and all cases of the random suites; one at a time, to measure what they claim. */
export default defineConfig({
  test: {
    include: ['{src,e2e,tools}/**/*.long.test.ts', ...random],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    env: { PLIMSOLL_CASES: 'all', PLIMSOLL_EXPLAIN_PRIORITY: 'normal' },
    pool: 'forks',
    globalSetup: './tools/test/temporary-folder.ts',
    maxWorkers: 1,
    testTimeout: 600_000,
  },
});
