import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Bench, ROWS } from './testing/bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

const lettersOf = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('rows that take workers down are found and left out, each by itself', { timeout: 300_000 }, async () => {
  await bench.writeWith('city', "'DEADLY'", 'id IN (1017, 1018)');
  const receipt = await bench.run(bench.spec({}, { chunkRows: 100_000, lanes: 1 }), {
    worker: new URL('./testing/deadly-lane.ts', import.meta.url),
  });
  expect(receipt.rows).toEqual({ read: ROWS, ok: ROWS - 2, rejected: 0, failed: 2, skipped: 0 });
  expect(lettersOf(receipt.rejects!.where)).toMatchObject([
    { row: 17, key: '1017', outcome: 'failed', code: 'LANE_DIED' },
    { row: 18, key: '1018', outcome: 'failed', code: 'LANE_DIED' },
  ]);
  expect(await bench.published()).toEqual(await bench.expected('id NOT IN (1017, 1018)'));
});
