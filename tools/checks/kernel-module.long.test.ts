import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compiledKernel, KERNEL_MODULE } from './kernel-module.ts';
import { ROOT } from './project.ts';

test('the bytes of the kernel are what the compiler makes of its source', { timeout: 300_000 }, () => {
  expect(readFileSync(join(ROOT, KERNEL_MODULE), 'utf8')).toBe(compiledKernel());
});
