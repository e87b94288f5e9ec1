import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { vendoredFiles } from './vendor.ts';

test('what the docs pages load is what has been published, byte for byte', { timeout: 120_000 }, () => {
  const folder = join(import.meta.dirname, '../vendor');
  const published = vendoredFiles();
  const there = globSync('**/*.*', { cwd: folder }).concat(globSync('**/{LICENSE,NOTICE}', { cwd: folder }));
  expect(there.sort()).toEqual([...published.keys()].sort());
  for (const [path, bytes] of published)
    expect(readFileSync(join(folder, path)).equals(bytes), path).toBe(true);
});
