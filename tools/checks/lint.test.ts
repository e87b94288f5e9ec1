import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './project.ts';

/** What the linter says about a piece of code under the rules of this checkout; empty where it accepts it. */
function broken(code: string, name = 'sample.ts'): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lint-'));
  try {
    const rules = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as object;
    writeFileSync(
      join(folder, 'biome.json'),
      JSON.stringify({ ...rules, $schema: undefined, vcs: undefined }),
    );
    writeFileSync(join(folder, name), code);
    const biome = join(ROOT, 'node_modules/.bin/biome');
    const { stdout, stderr, status } = spawnSync(biome, ['lint', '--error-on-warnings', '.'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return status === 0 ? '' : `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lines = (count: number): string => Array.from({ length: count }, (_, i) => `  call(${i});`).join('\n');

it('accepts a function of 70 lines and a file of 350', () => {
  expect(broken(`export function f(call: (n: number) => void) {\n${lines(70)}\n}\n`)).toBe('');
});

it('refuses a function of more than 70 lines, except in tests', () => {
  const code = `export function f(call: (n: number) => void) {\n${lines(72)}\n}\n`;
  expect(broken(code)).toContain('noExcessiveLinesPerFunction');
  expect(broken(code, 'sample.test.ts')).toBe('');
});

it('refuses a file of more than 350 lines', () => {
  const code = Array.from({ length: 351 }, (_, i) => `export const n${i} = ${i};`).join('\n');
  expect(broken(code)).toContain('noExcessiveLinesPerFile');
});

it('refuses any and empty catches', () => {
  expect(broken('export const f = (x: any) => x;')).toContain('noExplicitAny');
  expect(broken('try { f(); } catch {}')).toContain('noEmptyBlockStatements');
});
