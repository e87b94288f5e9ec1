import { expect, test } from 'vitest';
import { listFiles } from '../checks/project.ts';
import { reach } from './reach.ts';

const file = (path: string, text: string) => ({ path, text });
const FILES = [
  file('src/a/one.ts', `export const one = 1;`),
  file('src/a/one.test.ts', `import { one } from './one.ts';`),
  file('src/a/slow.long.test.ts', `import { one } from './one.ts';`),
  file('src/b/lazy.ts', `const { one } = await import('../a/one.ts');`),
  file('src/b/run.child.ts', `import './lazy.ts';`),
  file('src/b/run.test.ts', `fork(new URL('./run.child.ts', import.meta.url)); // like ../c/other.ts`),
  file('src/c/other.ts', `fail('see docs/page.md');`),
  file('src/c/other.test.ts', `import './other.ts';`),
  file('e2e/cli.ts', `join(ROOT, 'src/b/run.child.ts')`),
  file('e2e/cli.test.ts', `import { run } from './cli.ts';`),
  file('e2e/page.test.ts', `readFileSync(join(ROOT, 'docs/page.md'))`),
  file('e2e/models.test.ts', `listFixtures(join(import.meta.dirname, '../fixtures/models'))`),
  file('tools/interop.ts', `const FOLDER = join(import.meta.dirname, 'interop');`),
  file('tools/interop/train.py', ''),
];
const testsOf = (...changed: string[]) => [...reach(FILES, changed).tests].sort();

test('a change reaches the tests that import it, at once or later, and those that start what does', () => {
  expect(testsOf('src/a/one.ts')).toEqual(['e2e/cli.test.ts', 'src/a/one.test.ts', 'src/b/run.test.ts']);
  expect(testsOf('src/b/lazy.ts')).toEqual(['e2e/cli.test.ts', 'src/b/run.test.ts']);
  expect(testsOf('src/c/other.ts')).toEqual(['src/c/other.test.ts']);
});

test('a changed test reaches itself, and a text that nothing reads reaches nothing', () => {
  expect(testsOf('src/a/one.test.ts')).toEqual(['src/a/one.test.ts']);
  expect(testsOf('CHANGELOG.md')).toEqual([]);
});

test('a file is reached through the folder that a test reads', () => {
  expect(testsOf('fixtures/models/sklearn-1.9.1/new.pkl')).toEqual(['e2e/models.test.ts']);
  expect(reach(FILES, ['tools/interop/train.py']).suites).toEqual(['interop']);
});

test('a page reaches the tests that read it, not the program that names it', () => {
  expect(testsOf('docs/page.md')).toEqual(['e2e/page.test.ts']);
});

test('what all tests run by reaches everything', () => {
  for (const path of ['package-lock.json', 'vitest.config.ts', 'tools/test.mjs']) {
    const { suites, tests } = reach(FILES, [path]);
    expect(suites).toEqual(['interop', 'interop-monitoring', 'python']);
    expect(tests.length).toBe(6);
  }
});

test('in this checkout a compiler reaches its tests, the replay, the program and the interop', () => {
  const files = ['.ts', '.mjs', '.js', '.py'].flatMap((suffix) => listFiles('.', suffix));
  const { suites, tests } = reach(files, ['src/compile/linear.ts']);
  expect(suites).toContain('interop');
  expect(tests).toEqual(
    expect.arrayContaining([
      'src/compile/compile.test.ts',
      'e2e/exactness/sklearn-1.9.1.test.ts',
      'e2e/serving.test.ts',
    ]),
  );
  expect(tests).not.toContain('src/rollout/policy/policy.test.ts');
});
