import { expect, test } from 'vitest';
import { unitHash } from '../src/rollout/unit-hash.ts';
import { blocksIn, capturing, columnOf, dataFolder, sumOf } from './serving/captured.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { canary, serving } from './serving/rolling-out.ts';
import { metric, ROWS, serve } from './serving/serve.ts';

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

test('while a rollout runs, rows have the arm and the role of who answered, and copies of the same requests the shadow role', async () => {
  const dataDir = dataFolder();
  const { capture, metrics } = await capturing(dataDir);
  const route = canary(5000, { shadow: { version: 2, percent: 100 } });
  const { url } = await serving(route, 'quick', { capture, metrics });
  const by = new Map<string, number>();
  for (let k = 0; k < 40; k++) {
    const headers = { 'x-request-id': `r${k}`, 'x-unit-id': `user-${k}` };
    const reply = await call(`${url}/models/m/predict`, { body: { rows: [[k, 1]] }, headers });
    by.set(`r${k}`, Number(reply.headers['x-model-version']));
  }
  const rows = () =>
    blocksIn(dataDir).flatMap(({ version, meta }) =>
      meta.requestId.map((id, i) => ({
        id,
        version,
        arm: meta.arm[i]!,
        role: meta.role[i],
        unit: meta.unit[i],
      })),
    );
  const ofStable = [...by.values()].filter((version) => version === 1).length;
  await expect
    .poll(async () => {
      await capture.flush();
      return rows().filter(({ role }) => role === 'shadow').length;
    })
    .toBeGreaterThanOrEqual(ofStable);
  const found = rows();
  const answered = found.filter(({ role }) => role !== 'shadow');
  expect(new Map(answered.map(({ id, version }) => [id, version]))).toEqual(by);
  expect(new Set(answered.map(({ version, role }) => `${version} ${role}`))).toEqual(
    new Set(['1 control', '2 candidate']),
  );
  for (const { version, role } of found) if (role === 'shadow') expect(version).toBe(2);
  // A copy is in the arm, and of the unit, of the request.
  for (const copy of found.filter(({ role }) => role === 'shadow'))
    expect(answered).toContainEqual({ ...copy, version: by.get(copy.id), role: expect.any(String) });
});

test('what was captured is counted by endpoint where the server is scraped', async () => {
  const { capture, metrics } = await capturing(dataFolder());
  const url = await serve({ capture, metrics });
  await call(`${url}/models/quick/predict`, { body: ROWS });
  await capture.flush();
  expect(await metric(url, /^monitor_captured_rows_total\{endpoint="quick"\} (\d+)/m)).toBe(2);
});
