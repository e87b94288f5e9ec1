import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compiledKernel, KERNEL_FOLDERS, kernelModuleOf } from './kernel-module.ts';
import { ROOT } from './project.ts';

test.each(KERNEL_FOLDERS)(
  'the bytes of %s are what the compiler makes of its source',
  { timeout: 300_000 },
  (folder) => {
    expect(readFileSync(join(ROOT, kernelModuleOf(folder)), 'utf8')).toBe(compiledKernel(folder));
  },
);
