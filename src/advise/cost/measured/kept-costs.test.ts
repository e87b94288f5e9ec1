import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { A_COST } from '../testing/a-cost.ts';
import { keptCost } from './kept-costs.ts';

test('a cost is measured once for each model and program, and again where its file is damaged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kept-costs-'));
  let measured = 0;
  const ask = (digest: string, program: string) =>
    keptCost(join(folder, 'costs'), { digest, program }, () => {
      measured++;
      return Promise.resolve(A_COST);
    });
  try {
    expect(await ask('a', '1')).toEqual(A_COST);
    expect(await ask('a', '1')).toEqual(A_COST);
    expect(measured).toBe(1);
    await ask('b', '1');
    await ask('a', '2');
    expect(measured).toBe(3);
    for (const file of await readdir(join(folder, 'costs')))
      await writeFile(join(folder, 'costs', file), '{"online": 1}');
    expect(await ask('a', '1')).toEqual(A_COST);
    expect(measured).toBe(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});
