import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleColdPath, coldFigure } from './cold-path.ts';
import { isOver } from './judge.ts';

const root = join(import.meta.dirname, '../..');
const output = (inputs: Readonly<Record<string, number>>, own: number) => ({
  bytes: Object.values(inputs).reduce((sum, bytes) => sum + bytes, own),
  inputs: Object.fromEntries(
    Object.entries(inputs).map(([file, bytesInOutput]) => [file, { bytesInOutput }]),
  ),
  imports: [],
  exports: [],
});

test('every file of a bundle counts, and the largest parts are named by package and folder', () => {
  const outputs = {
    'dist/main.js': output({ 'src/cli/main.ts': 1024, 'src/cli/rows/table.ts': 1024 }, 512),
    'dist/chunk.js': output(
      {
        'node_modules/@s/p/lib/a.js': 4096,
        'node_modules/x/node_modules/y/b.js': 3072,
        'src/cli/serve.ts': 1024,
      },
      512,
    ),
  };
  expect(coldFigure({ outputs })).toEqual({
    of: 'coldImports',
    value: 11,
    detail: '@s/p 4 kB, y 3 kB, src/cli 2 kB, src/cli/rows 1 kB',
  });
});

test('the cold path is within its limit, and an eager import that is planted in it is not', {
  timeout: 60_000,
}, async () => {
  const real = coldFigure(await bundleColdPath());
  expect(isOver(real), real.detail).toBe(false);
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cold-'));
  try {
    const planted = join(folder, 'planted.ts');
    const files = [`${root}/src/cli/main.ts`, createRequire(import.meta.url).resolve('apache-arrow')];
    writeFileSync(planted, files.map((file) => `export * from '${file}';`).join('\n'));
    const heavy = coldFigure(await bundleColdPath({ in: planted, out: 'main' }));
    expect(isOver(heavy), heavy.detail).toBe(true);
    expect(heavy.detail).toMatch(/apache-arrow/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
