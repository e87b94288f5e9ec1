import { expect, test } from 'vitest';
import { unitHash } from '../src/rollout/unit-hash.ts';
import { blocksIn, capturing, columnOf, dataFolder, sumOf } from './serving/captured.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { ROWS, serve } from './serving/serve.ts';

test('what was asked and answered is left behind as a block, with who asked', async () => {
  const dataDir = dataFolder();
  const { capture, metrics } = await capturing(dataDir);
  const url = await serve({ capture });
  const before = Date.now();
  const headers = { 'x-request-id': 'mine', 'x-unit-id': 'user-7' };
  await call(`${url}/models/quick/predict`, { body: ROWS, headers });
  const after = Date.now();
  await capture.flush();
  const [block, ...others] = blocksIn(dataDir);
  expect(others).toEqual([]);
  expect(block).toMatchObject({
    ...{ worker: 'w/1', epoch: 1, seq: 0, endpoint: 'quick', model: 'quick', version: 1 },
    ...{ rows: 2, requests: 1, rowsSeen: 2, dropped: 0 },
    inputs: [
      { name: 'age', values: Float64Array.of(1, 3) },
      { name: 'fare', values: Float64Array.of(2, 4) },
    ],
    outputs: [{ name: 'predict', values: Float64Array.of(3, 7) }],
    meta: {
      requestId: ['mine', 'mine'],
      row: Uint32Array.of(0, 1),
      unit: [unitHash('user-7'), unitHash('user-7')],
      arm: Int8Array.of(-1, -1),
      role: ['stable', 'stable'],
      segment: [null, null],
      weight: Float32Array.of(1, 1),
    },
  });
  const { from, to, meta } = block!;
  expect([meta.at[0], meta.at[1]]).toEqual([from, to]);
  expect(from).toBeGreaterThan(before - 5);
  expect(to).toBeLessThan(after + 5);
  expect(meta.millis[0]).toBeGreaterThan(0);
  expect(meta.millis[0]).toBeLessThan(after - before + 1);
  expect(metrics.captureOf('quick')).toMatchObject({ captured: 2, dropped: 0 });
});

test('a request that a thread answers leaves the same behind, the rows evenly spread', async () => {
  const dataDir = dataFolder();
  const { capture } = await capturing(dataDir);
  const url = await serve({ capture, versions: [fakeVersion('slow')] });
  const rows = Array.from({ length: 1000 }, (_, i) => [i, 0]);
  const { status } = await call(`${url}/models/slow/versions/1/predict`, { body: { rows } });
  expect(status).toBe(200);
  await capture.flush();
  const blocks = blocksIn(dataDir);
  expect(blocks).toHaveLength(1);
  const [{ rows: taken, rowsSeen, requests, endpoint, meta }] = blocks as [(typeof blocks)[0]];
  expect({ taken, rowsSeen, requests, endpoint }).toEqual({
    taken: 31,
    rowsSeen: 1000,
    requests: 1,
    endpoint: null,
  });
  expect(columnOf(blocks, 'age')).toEqual([...meta.row]);
  expect(columnOf(blocks, 'predict')).toEqual([...meta.row]);
  const gaps = [...meta.row].slice(1).map((row, j) => row - meta.row[j]!);
  expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([32, 33]);
  expect(sumOf(meta.weight)).toBeCloseTo(1000, 2);
});
