import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';
import { ROOT } from '../checks/project.ts';

/** What `tools/test.mjs` says of vitest's run, as JSON. */
interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** One line each: file, test and reason; also errors that no test waited for, and files that could not be loaded. */
  readonly failures: readonly string[];
  readonly skipped: readonly string[];
  /** Seconds by file, the slowest first. */
  readonly files: readonly (readonly [string, number])[];
}

/** Writes a summary of the run to the file that PLIMSOLL_TEST_SUMMARY names. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const path = process.env['PLIMSOLL_TEST_SUMMARY'];
    if (path !== undefined) writeFileSync(path, JSON.stringify(summaryOf(modules, unhandled)));
  }
}

function summaryOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Summary {
  const failures = [...modules.flatMap(failuresOf), ...unhandled.map(unhandledLine)];
  return {
    passed: modules.reduce((sum, module) => sum + casesOf(module, 'passed').length, 0),
    failed: failures.length,
    failures,
    skipped: modules.flatMap((module) => {
      const count = casesOf(module, 'skipped').length;
      return count === 0 ? [] : [`${count} tests of ${nameOf(module.moduleId)}`];
    }),
    files: modules
      .map((module) => [nameOf(module.moduleId), secondsOf(module)] as const)
      .sort(([, a], [, b]) => b - a),
  };
}

/** Tests of a file that failed, and what its loading, its hooks and its suites threw. */
function failuresOf(module: TestModule): string[] {
  const name = nameOf(module.moduleId);
  const suites = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => `${name} > ${suite.fullName}: ${firstLine(error)}`),
  );
  return [
    ...module.errors().map((error) => `${name}: ${firstLine(error)}`),
    ...suites,
    ...casesOf(module, 'failed').map(
      (test) => `${name} > ${test.fullName}: ${firstLine(test.result().errors?.[0])}`,
    ),
  ];
}

/** An error that no test waited for, with the file that ran, which with shared processes may be the next one. */
function unhandledLine(error: SerializedError): string {
  const path = error['VITEST_TEST_PATH'] as string | undefined;
  const test = error['VITEST_TEST_NAME'] as string | undefined;
  const during = [path && nameOf(path), test].filter(Boolean).join(' > ') || 'no file';
  const at = /\((?:file:\/\/)?(\/[^)]+)\)|at (?:file:\/\/)?(\/\S+)/.exec(error.stack ?? '');
  const place = at ? ` at ${nameOf((at[1] ?? at[2])!)}` : '';
  return `unhandled during ${during}: ${error.name ?? 'Error'}: ${firstLine(error)}${place}`;
}

const casesOf = (module: TestModule, state: 'passed' | 'failed' | 'skipped'): TestCase[] => [
  ...module.children.allTests(state),
];

const nameOf = (path: string): string => relative(ROOT, path);

function secondsOf(module: TestModule): number {
  const { duration, collectDuration, setupDuration } = module.diagnostic();
  return Math.round((duration + collectDuration + setupDuration) / 100) / 10;
}

const firstLine = (error: { readonly message: string } | undefined): string =>
  (error?.message ?? '').split('\n', 1)[0]!.slice(0, 200);
