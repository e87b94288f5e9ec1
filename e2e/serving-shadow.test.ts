import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { singleVersionRoute } from '../src/rollout/route.ts';
import { FAILED_BIT } from '../src/rollout/window-part.ts';
import { ScoringPool } from '../src/serving/threads/scoring-pool.ts';
import { folder } from './cli.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { canary, serving } from './serving/rolling-out.ts';
import { loader, metric, ROWS } from './serving/serve.ts';

const SHADOW = { shadow: { version: 2, percent: 100 } };
const COPIES = 4;

test.each([
  ['failing', FAILED_BIT],
  ['crashing', FAILED_BIT],
  ['hanging', FAILED_BIT],
  ['quick', 0],
])('a %s candidate in the shadow changes no byte of an answer', async (candidate, flags) => {
  const { url, noted } = await serving(canary(0, SHADOW), candidate, { maxShadowMillis: 500 });
  const answers = async (base: string, count: number) => {
    const texts: string[] = [];
    const times: number[] = [];
    for (let k = 0; k < count; k++) {
      const started = performance.now();
      const reply = await call(`${base}/models/m/predict`, {
        body: { rows: [[k, 0.5]] },
        headers: { 'x-request-id': `r${k}` },
      });
      times.push(performance.now() - started);
      expect(reply.headers['x-model-version']).toBe('1');
      texts.push(reply.text);
    }
    return { texts, median: times.sort((a, b) => a - b)[count >> 1]! };
  };
  const alone = await serving(canary(0));
  const wanted = await answers(alone.url, COPIES);
  const found = await answers(url, COPIES);
  expect(found.texts).toEqual(wanted.texts);
  // Nobody waits for the candidate, whose limit is longer.
  expect(found.median).toBeLessThan(400);
  // Every request has a pair or was dropped; the pairs say who failed, and that stable did not.
  const sum = async (outcome: string) =>
    (await metric(
      url,
      new RegExp(`^plimsoll_shadow_total\\{model_name="m",outcome="${outcome}"\\} (\\d+)`, 'm'),
    )) || 0;
  await expect
    .poll(async () => (await sum('mirrored')) + (await sum('dropped')), { timeout: 20_000 })
    .toBe(COPIES);
  const pairs = Object.entries(noted()).filter(([key]) => key.startsWith('pair'));
  const failed = pairs
    .filter(([key]) => Number(key.slice(5)) & FAILED_BIT)
    .reduce((total, [, count]) => total + count, 0);
  expect(failed).toBe(flags === 0 ? 0 : await sum('mirrored'));
  expect(pairs.every(([key]) => ((Number(key.slice(5)) >>> 16) & FAILED_BIT) === 0)).toBe(true);
  expect(noted()['1 0']! + (noted()['1 2'] ?? 0)).toBe(COPIES);
});

test('shifted answers are compared input for input, also where stable failed', async () => {
  const { url, noted } = await serving(canary(0, SHADOW));
  for (const body of [{ rows: [[1, 1]] }, { rows: [[10, 1]] }, { rows: [[null, 1]] }])
    await call(`${url}/models/m/predict`, { body });
  const both = (flags: number): string => `pair ${(flags | (flags << 16)) >>> 0}`;
  await expect.poll(noted).toEqual({
    '1 0': 1,
    '1 2': 1,
    '1 1': 1,
    [both(0)]: 1,
    [both(2)]: 1,
    [both(FAILED_BIT)]: 1,
  });
});

test('a thread that keeps ending rests for as long as it lived', async () => {
  const offload = new ScoringPool({ threads: 1, maxQueue: 9, maxMillis: 60_000, loader, maxRest: 10_000 });
  const target = fakeVersion('crashing');
  const started = performance.now();
  const [first, second] = await Promise.all(
    ['r1', 'r2'].map((requestId) => {
      const body = new TextEncoder().encode('[[1, 2]]');
      const ended = Promise.withResolvers<number>();
      const job = {
        target,
        protocol: 'plain',
        body,
        textBytes: null,
        requestId,
        unitField: null,
        capture: 0,
      };
      offload.submit(job, () => ended.resolve(performance.now() - started));
      return ended.promise;
    }),
  );
  // It lives, rests, and lives again.
  expect(second! - first!).toBeGreaterThan(0.9 * first!);
  await offload.close();
});

test('threads that have been closed do not come back for what still waits', async () => {
  const offload = new ScoringPool({ threads: 1, ahead: 2, maxQueue: 9, maxMillis: 60_000, loader });
  const target = fakeVersion('hanging');
  const ended: string[] = [];
  for (const requestId of ['r1', 'r2', 'r3']) {
    const body = new TextEncoder().encode('[[1, 2]]');
    const job = { target, protocol: 'plain', body, textBytes: null, requestId, unitField: null, capture: 0 };
    offload.submit(job, () => ended.push(requestId));
  }
  await offload.close();
  // What it was at has failed; the two behind it wait for good.
  expect([ended, offload.depth]).toEqual([['r1'], 2]);
});

test('a request that was on its way when its candidate went is not copied any more', async () => {
  const { url, plane, versions, noted } = await serving(canary(0, SHADOW), 'quick', {}, 'slow');
  const onTheWay = call(`${url}/models/m/predict`, { body: ROWS });
  await expect.poll(() => plane.usageOf(versions[0]!).users, { interval: 5 }).toBe(1);
  plane.follow([singleVersionRoute('m', 'm', 1, 2)], [versions[0]!]);
  expect((await onTheWay).status).toBe(200);
  const copies = (outcome: string) =>
    metric(url, new RegExp(`^plimsoll_shadow_total\\{model_name="m",outcome="${outcome}"\\} (\\d+)`, 'm'));
  await expect.poll(() => copies('dropped')).toBe(1);
  expect(await copies('mirrored')).toBe(0);
  // It counts as what it was begun as, to the last request, and says nothing of the candidate.
  expect(noted()).toEqual({ '1 0': 1 });
});

test('too many copies are dropped and counted, never waited for', async () => {
  const limits = { maxShadowMillis: 60_000, maxShadowCopies: 65 };
  const { url, plane, versions, parts, recorder } = await serving(canary(0, SHADOW), 'hanging', limits);
  for (let k = 0; k < 100; k += 10)
    await Promise.all(Array.from({ length: 10 }, () => call(`${url}/models/m/predict`, { body: ROWS })));
  const dropped = () => metric(url, /^plimsoll_shadow_total\{model_name="m",outcome="dropped"\} (\d+)/m);
  await expect.poll(dropped).toBe(35);
  recorder.flush();
  expect(parts.reduce((sum, { shadow }) => sum + shadow.dropped, 0)).toBe(35);
  // Nobody wants the rest any more: all but what the thread has been given.
  plane.follow([singleVersionRoute('m', 'm', 1, 2)], [versions[0]!]);
  expect(await dropped()).toBe(35 + 65 - 32);
});

test('a body that is too large to be copied is answered, and counted as dropped', async () => {
  const { url } = await serving(canary(0, SHADOW));
  const padding = ' '.repeat(17 << 20);
  const reply = await call(`${url}/models/m/predict`, { body: `{"rows": [[1, 2]]${padding}}` });
  expect(reply.json.predictions).toEqual([3]);
  const dropped = /^plimsoll_shadow_total\{model_name="m",outcome="dropped"\} (\d+)/m;
  await expect.poll(() => metric(url, dropped)).toBe(1);
});

test('a candidate is loaded before the first copy, so that none is lost while it is', async () => {
  const loaded = join(folder(), 'loaded');
  const { url } = await serving(canary(0, SHADOW), `quick>${loaded}`, { maxShadowCopies: 4 });
  await expect.poll(() => existsSync(loaded), { timeout: 20_000 }).toBe(true);
  const copied = /^plimsoll_shadow_total\{model_name="m",outcome="mirrored"\} (\d+)/m;
  for (let sum = 4; sum <= 20; sum += 4) {
    await Promise.all(Array.from({ length: 4 }, () => call(`${url}/models/m/predict`, { body: ROWS })));
    await expect.poll(() => metric(url, copied), { interval: 5 }).toBe(sum);
  }
});

test('a copy that ends its thread is blamed for it, and none of those behind it', async () => {
  const { url, noted } = await serving(canary(0, SHADOW), 'fragile');
  await Promise.all(
    Array.from({ length: 20 }, (_, k) =>
      call(`${url}/models/m/predict`, { body: { rows: [[k === 3 ? -1 : 1, 1]] } }),
    ),
  );
  await expect
    .poll(noted, { timeout: 20_000 })
    .toEqual({ '1 0': 20, 'pair 0': 19, [`pair ${FAILED_BIT}`]: 1 });
});

test('a share of requests is copied, by their ids', async () => {
  const { url } = await serving(canary(0, { shadow: { version: 2, percent: 50 } }));
  for (let k = 0; k < 60; k += 10)
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        call(`${url}/models/m/predict`, { body: ROWS, headers: { 'x-request-id': `id-${k + i}` } }),
      ),
    );
  const copied = /^plimsoll_shadow_total\{model_name="m",outcome="mirrored"\} (\d+)/m;
  await expect.poll(() => metric(url, copied)).toBeGreaterThan(15);
  expect(await metric(url, copied)).toBeLessThan(45);
});
