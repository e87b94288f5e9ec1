import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { FAILED, PAIR, type Part } from '../src/rollout/part.ts';
import {
  canaryRanges,
  DEFAULT_UNIT,
  type Recording,
  type Route,
  restingRoute,
} from '../src/rollout/route.ts';
import { bucketOf } from '../src/rollout/split.ts';
import { unitHalves } from '../src/rollout/unit-hash.ts';
import { DataPlane } from '../src/serving/data-plane.ts';
import { Offload } from '../src/serving/http/offload.ts';
import { Recorder } from '../src/serving/recorder/recorder.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { loader, metric, ROWS, serve } from './serving/serve.ts';

const RECORDING: Recording = {
  rollout: 'r1',
  arms: ['candidate', 'stable'],
  stage: 0,
  window: 3_600_000,
  origin: Date.now(),
  first: 0,
  wantsSamples: false,
  slow: [],
  shifted: [{ name: 'high', kind: 'above', limit: 5 }],
  segment: null,
  wantsAnswers: false,
};

const canary = (weight: number, more: Partial<Route> = {}): Route => ({
  ...restingRoute('m', 'm', 1, 1),
  ranges: canaryRanges(2, 1, weight),
  seed: 99,
  recording: RECORDING,
  ...more,
});

/** A server whose model `m` has a quick version 1, and version 2 that behaves as said. */
async function serving(route: Route, candidate = 'quick', limits = {}) {
  const versions = [fakeVersion('quick', 'm', 1), fakeVersion(candidate, 'm', 2)];
  const plane = new DataPlane();
  plane.follow([route], versions);
  const parts: Part[] = [];
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const recorder = new Recorder({ worker: 'w', epoch: 1, send: (part) => parts.push(part), clock });
  const url = await serve({ plane, recorder, ...limits });
  /** Requests noted so far by arm and flags, and units by arm. */
  const noted = () => {
    recorder.flush();
    const counts: Record<string, number> = {};
    const add = (arm: number, flags: number, count: number): void => {
      const key = `${arm === PAIR ? 'pair' : arm} ${flags}`;
      counts[key] = (counts[key] ?? 0) + count;
    };
    for (const { nameless } of parts) for (const one of nameless) add(one.arm, one.flags, one.count);
    return counts;
  };
  const versionFor = async (headers: Record<string, string>, body: unknown = ROWS) => {
    const reply = await call(`${url}/models/m/predict`, { body, headers });
    expect(reply.json).toMatchObject({
      predictions: [3, 7],
      version: Number(reply.headers['x-model-version']),
    });
    return reply.json.version as number;
  };
  return { url, plane, versions, parts, recorder, noted, versionFor };
}

const expected = (unit: string, weight: number): number => (bucketOf(unit, 99) < weight ? 2 : 1);

test('the route decides the version, the same for a unit wherever its id is found', async () => {
  const unit = { header: 'x-unit-id', cookie: 'uid', field: 'user' };
  const { url, versionFor, parts, recorder } = await serving(canary(5000, { unit }));
  for (let k = 0; k < 40; k++) {
    const id = `unit-${k}`;
    const wanted = expected(id, 5000);
    expect(await versionFor({ 'x-unit-id': id })).toBe(wanted);
    expect(await versionFor({ cookie: `a=b; uid=${id}` })).toBe(wanted);
    expect(await versionFor({}, { ...ROWS, user: id })).toBe(wanted);
    expect(await versionFor({ 'x-unit-id': id }, { user: 'another', ...ROWS })).toBe(wanted);
  }
  recorder.flush();
  const [part] = parts;
  expect(part!.units.high).toHaveLength(40);
  expect(part!.nameless).toEqual([]);
  part!.units.high.forEach((high, i) => {
    const id = Array.from({ length: 40 }, (_, k) => `unit-${k}`).find((one) => unitHalves(one)[0] === high)!;
    expect(part!.units.arm[i]).toBe(expected(id, 5000) === 2 ? 0 : 1);
  });
  // Also in a body that a thread reads, where it comes first.
  const rows = Array.from({ length: 20_000 }, () => [1, 2]);
  for (const user of ['unit-1', 'unit-2', 'unit-3', 'unit-4']) {
    const large = await call(`${url}/models/m/predict`, { body: { user, rows } });
    expect(large.json.predictions).toHaveLength(20_000);
    expect(large.json.version).toBe(expected(user, 5000));
  }
});

test('a unit in the body of a model that threads score is found wherever it stands', async () => {
  const route = canary(5000, { unit: { ...DEFAULT_UNIT, field: 'user' } });
  const versions = [fakeVersion('slow', 'm', 1), fakeVersion('slow', 'm', 2)];
  const plane = new DataPlane();
  plane.follow([route], versions);
  const url = await serve({ plane });
  for (const user of ['unit-1', 'unit-2', 'unit-3', 'unit-4', 'unit-5', 'unit-6']) {
    const { json } = await call(`${url}/models/m/predict`, { body: { rows: [[1, 2]], user } });
    expect(json).toMatchObject({ predictions: [3], version: expected(user, 5000) });
  }
});

test('a resting endpoint takes the field that names the unit as well', async () => {
  const unit = { ...DEFAULT_UNIT, field: 'user' };
  const { versionFor } = await serving(restingRoute('m', 'm', 1, 1, unit));
  expect(await versionFor({}, { ...ROWS, user: 'u' })).toBe(1);
});

test('rules and paths that name a version are answered as asked and measured nowhere', async () => {
  const rules = [{ header: 'x-group', values: ['beta'], version: 2 }];
  const unit = { ...DEFAULT_UNIT, field: 'user' };
  const { url, versionFor, noted, parts } = await serving(canary(0, { rules, unit }));
  expect(await versionFor({ 'x-group': 'beta' })).toBe(2);
  for (const version of [1, 2]) {
    const body = { user: 'u1', ...ROWS };
    const reply = await call(`${url}/models/m/versions/${version}/predict`, { body });
    expect(reply.headers['x-model-version']).toBe(String(version));
  }
  expect(noted()).toEqual({});
  expect(parts).toEqual([]);
  expect(await versionFor({})).toBe(1);
  expect(noted()).toEqual({ '1 0': 1 });
});

test('what the version fails counts against it, what a client does wrong against nobody', async () => {
  const { url, noted } = await serving(canary(10_000), 'failing', { maxBody: 1000 });
  const send = async (body: unknown) => (await call(`${url}/models/m/predict`, { body })).status;
  expect(await send(ROWS)).toBe(500);
  expect(noted()).toEqual({ [`0 ${FAILED}`]: 1 });
  // age is not nullable: well formed, and refused by the model.
  expect(await send({ rows: [[null, 1]] })).toBe(422);
  expect(noted()).toEqual({ [`0 ${FAILED}`]: 2 });
  for (const [body, status] of [
    [{ rows: [['old', 1]] }, 422],
    [{ rows: [[1]] }, 422],
    ['{', 422],
    ['x'.repeat(2000), 413],
  ] as const)
    expect(await send(body)).toBe(status);
  expect(noted()).toEqual({ [`0 ${FAILED}`]: 2 });
  const refused = await metric(
    url,
    /requests_total\{model_name="m",model_version="2",outcome="invalid"\} (\d+)/,
  );
  expect(refused).toBe(5);
});

test('a version that ends its thread has failed; an overloaded server has not', async () => {
  const { url, noted } = await serving(canary(10_000), 'crashing');
  expect((await call(`${url}/models/m/predict`, { body: ROWS })).status).toBe(500);
  expect(noted()).toEqual({ [`0 ${FAILED}`]: 1 });
  const busy = await serving(canary(10_000), 'slow', { threads: 1, maxQueue: 1 });
  const replies = await Promise.all(
    Array.from({ length: 5 }, () => call(`${busy.url}/models/m/predict`, { body: { age: 1, fare: 1 } })),
  );
  const answered = replies.filter(({ status }) => status === 200).length;
  expect(answered).toBeLessThan(5);
  expect(busy.noted()).toEqual({ '0 0': answered });
});

test('a flip is followed by the next request, while the ones on their way finish as they came', async () => {
  const { url, plane, versions, versionFor } = await serving(canary(10_000), 'slow');
  const onTheWay = call(`${url}/models/m/predict`, { body: { age: 1, fare: 1 } });
  const usage = plane.usageOf(versions[1]!);
  await expect.poll(() => usage.users, { interval: 5 }).toBe(1);
  plane.follow([restingRoute('m', 'm', 1, 2)], [versions[0]!]);
  expect(await versionFor({})).toBe(1);
  const late = await onTheWay;
  expect([late.status, late.json.version]).toEqual([200, 2]);
  expect(usage.users).toBe(0);
  expect(await metric(url, /^plimsoll_route_generation\{endpoint="m"\} (\d+)/m)).toBe(2);
});

test('a request whose body is still coming when the route flips goes where the new route says', async () => {
  const { url, plane, versions } = await serving(canary(10_000), 'slow');
  const outgoing = request(`${url}/models/m/predict`, { method: 'POST' });
  outgoing.write('{"rows": [[1');
  await new Promise((resolve) => setTimeout(resolve, 100));
  plane.follow([restingRoute('m', 'm', 1, 2)], [versions[0]!]);
  outgoing.end(', 2]]}');
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  expect([answer.statusCode, answer.headers['x-model-version']]).toEqual([200, '1']);
  expect(plane.usageOf(versions[1]!).users).toBe(0);
});

test('pages, schema and metrics follow the plane', async () => {
  const { url, plane, versions } = await serving(canary(500));
  const paths = async () => Object.keys((await call(`${url}/openapi.json`)).json.paths);
  expect(await paths()).toContain('/models/m/versions/2/predict');
  plane.follow([restingRoute('other', 'm', 1, 2)], [versions[0]!]);
  expect(await paths()).not.toContain('/models/m/versions/2/predict');
  expect(await paths()).toContain('/models/other/predict');
  expect((await call(`${url}/models`)).json.models.map((one: { version: number }) => one.version)).toEqual([
    1,
  ]);
  expect((await call(`${url}/models/m/predict`, { body: ROWS })).json.error.code).toBe('MODEL_NOT_FOUND');
  expect(await metric(url, /^model_loaded\{model_name="m",model_version="2"\} (\d+)/m)).toBeNaN();
});

const SHADOW = { shadow: { version: 2, percent: 100 } };
const COPIES = 4;

test.each([
  ['failing', FAILED],
  ['crashing', FAILED],
  ['hanging', FAILED],
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
    .filter(([key]) => Number(key.slice(5)) & FAILED)
    .reduce((total, [, count]) => total + count, 0);
  expect(failed).toBe(flags === 0 ? 0 : await sum('mirrored'));
  expect(pairs.every(([key]) => ((Number(key.slice(5)) >>> 16) & FAILED) === 0)).toBe(true);
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
    [both(FAILED)]: 1,
  });
});

test('a thread that keeps ending rests for as long as it lived', async () => {
  const offload = new Offload({ threads: 1, maxQueue: 9, maxMillis: 60_000, loader, maxRest: 10_000 });
  const target = fakeVersion('crashing');
  const started = performance.now();
  const [first, second] = await Promise.all(
    ['r1', 'r2'].map((requestId) => {
      const body = new TextEncoder().encode('[[1, 2]]');
      const ended = Promise.withResolvers<number>();
      const job = { target, protocol: 'plain', body, requestId, unitField: null };
      offload.submit(job, () => ended.resolve(performance.now() - started));
      return ended.promise;
    }),
  );
  // It lives, rests, and lives again.
  expect(second! - first!).toBeGreaterThan(0.9 * first!);
  await offload.close();
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
  plane.follow([restingRoute('m', 'm', 1, 2)], [versions[0]!]);
  expect(await dropped()).toBe(35 + 65 - 32);
});

test('no copy is lost to a candidate that has to be loaded first', async () => {
  const { url } = await serving(canary(0, SHADOW), 'quick', { maxShadowCopies: 4 });
  // Nothing has been asked yet, and the thread loads already.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  for (let k = 0; k < 20; k++) {
    await call(`${url}/models/m/predict`, { body: ROWS });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const copied = /^plimsoll_shadow_total\{model_name="m",outcome="mirrored"\} (\d+)/m;
  await expect.poll(() => metric(url, copied)).toBe(20);
});

test('a copy that ends its thread is blamed for it, and none of those behind it', async () => {
  const { url, noted } = await serving(canary(0, SHADOW), 'fragile');
  await Promise.all(
    Array.from({ length: 20 }, (_, k) =>
      call(`${url}/models/m/predict`, { body: { rows: [[k === 3 ? -1 : 1, 1]] } }),
    ),
  );
  await expect.poll(noted, { timeout: 20_000 }).toEqual({ '1 0': 20, 'pair 0': 19, [`pair ${FAILED}`]: 1 });
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
