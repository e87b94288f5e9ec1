import './tools/compile-cache.mjs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What reads every model fixture; a file a release takes it through all engines. */
const replay = ['e2e/exactness{,/*}.test.ts', 'src/model/compatibility-fixtures.test.ts'];
/** Tests of code that talks to databases, brokers, interpreters and other processes, which they start. */
const integration = [
  'src/{jobs,python,store}/**/*.test.ts',
  'src/{deploy/push,engine/python,monitor/prometheus,registry/python,server/workers}/**/*.test.ts',
  // Models are loaded in children first.
  'src/registry/{*,catalog/*}.test.ts',
];
/** Tests of how long something may take: the last ones, one at a time, when the machine has nothing else to do. */
const timed = ['src/{files/hostile,process/heap}.test.ts', 'e2e/console/{budgets,live}.test.ts'];
const never = ['**/node_modules/**', '**/*.long.test.ts'];
const cores = availableParallelism();
/**
 * Programs that wait for each other three fifths of their time: twice as many at once as there are cores, after what computes
 * all the time, which has the suites beside vitest for company.
 */
const waiting = { sequence: { groupOrder: 1 }, maxWorkers: 2 * cores };

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{src,tools,console}/**/*.test.ts'],
          exclude: [...never, ...integration, ...replay, ...timed],
        },
      },
      { extends: true, test: { name: 'replay', include: replay, exclude: never } },
      { extends: true, test: { name: 'integration', include: integration, exclude: never, ...waiting } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: [...never, ...replay, ...timed],
          ...waiting,
          // Imports are 3 % of their time.
          isolate: true,
          // Some start the program thirty times, which takes a second each where others are at work.
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          include: timed,
          sequence: { groupOrder: 2 },
          maxWorkers: 1,
          isolate: true,
          testTimeout: 120_000,
        },
      },
    ],
    pool: 'forks',
    // On a busy machine what explains answers would never have its turn.
    env: { PLIMSOLL_EXPLAIN_PRIORITY: 'normal' },
    globalSetup: './tools/test/temporary-folder.ts',
    maxWorkers: cores,
    // Files share processes, and with them what is imported: a test puts back what it has changed.
    isolate: false,
    // Sources run as they are, without a bundler; no test mocks a module.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    testTimeout: 30_000,
    // What has no time limit of its own may take a while on a busy machine; a test of a limit gives its own.
    expect: { poll: { timeout: 10_000 } },
  },
});
