import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundleColdPath, coldFigures } from './cold-path.ts';
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
  expect(coldFigures({ outputs })).toEqual([
    { of: 'coldImports', value: 11, detail: '@s/p 4 kB, y 3 kB, src/cli 2 kB, src/cli/rows 1 kB' },
    { of: 'coldPackages', value: 2, detail: '@s/p, y' },
  ]);
});

test('the cold path is within its limits, and an eager import that is planted in it is not', {
  timeout: 60_000,
}, async () => {
  const real = coldFigures(await bundleColdPath());
  expect(real.filter(isOver)).toEqual([]);
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-cold-'));
  try {
    const planted = join(folder, 'planted.ts');
    const files = [`${root}/src/cli/main.ts`, createRequire(import.meta.url).resolve('apache-arrow')];
    writeFileSync(planted, files.map((file) => `export * from '${file}';`).join('\n'));
    const [bytes, packages] = coldFigures(await bundleColdPath({ in: planted, out: 'main' }));
    expect([bytes!, packages!].map(isOver)).toEqual([true, true]);
    expect([bytes!.detail, packages!.detail]).toEqual([
      expect.stringMatching(/apache-arrow/),
      expect.stringMatching(/apache-arrow/),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
