import { expect, it } from 'vitest';
import { checkPurity } from './purity.ts';

const check = (text: string, path = 'src/model/x.ts') =>
  checkPurity([{ path, text }]).map(({ message }) => message);

it('refuses clocks, randomness and the environment in pure folders', () => {
  for (const effect of [
    'Date.now()',
    'new Date()',
    'Math.random()',
    'process.env',
    'performance.now()',
    'console.log(1)',
  ]) {
    expect(check(`export const x = () => ${effect};`), effect).toHaveLength(1);
  }
});

it('refuses node modules, packages and impure files, but not types of them', () => {
  expect(check("import { readFileSync } from 'node:fs';")).toEqual([
    'is pure and imports node:fs, which is not',
  ]);
  expect(check("import ort from 'onnxruntime-node';")).toHaveLength(1);
  expect(check("import { open } from '../server/open.ts';")).toHaveLength(1);
  expect(check("import type { Stats } from 'node:fs';")).toEqual([]);
});

it('allows what only looks like an effect', () => {
  expect(
    check("// Date.now() is not called\nconst text = 'process.exit'; const preprocess = processes.length;"),
  ).toEqual([]);
});

it('holds a file elsewhere to it where its first comment says so', () => {
  const effect = 'export const x = Math.random();';
  expect(check(effect, 'src/registry/x.ts')).toEqual([]);
  expect(check(`/** Chooses an arm. Pure. */\n${effect}`, 'src/registry/x.ts')).toHaveLength(1);
});

it('finds parts of kernels, which AssemblyScript names without their ending', () => {
  const parts = [
    { path: 'src/engine/native/a.as.ts', text: "import { GROUP } from './b.as';" },
    { path: 'src/engine/native/b.as.ts', text: 'export const GROUP = 16;' },
  ];
  expect(checkPurity(parts)).toEqual([]);
  expect(checkPurity(parts.slice(0, 1))).toHaveLength(1);
});

it('leaves tests alone', () => {
  expect(check('export const x = Math.random();', 'src/model/x.test.ts')).toEqual([]);
});
