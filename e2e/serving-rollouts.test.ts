import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { unitBucket } from '../src/rollout/canary-split.ts';
import { DEFAULT_UNIT, singleVersionRoute } from '../src/rollout/route.ts';
import { unitHalves } from '../src/rollout/unit-hash.ts';
import { FAILED_BIT } from '../src/rollout/window-part.ts';
import { DataPlane } from '../src/serving/data-plane.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { canary, serving } from './serving/rolling-out.ts';
import { metric, ROWS, serve } from './serving/serve.ts';

const expected = (unit: string, weight: number): number => (unitBucket(unit, 99) < weight ? 2 : 1);

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
  const arms = new Map(
    parts.flatMap(({ units }) => Array.from(units.high, (high, i) => [high, units.arm[i]!])),
  );
  const wanted = Array.from({ length: 40 }, (_, k) => `unit-${k}`).map(
    (id) => [unitHalves(id)[0], expected(id, 5000) === 2 ? 0 : 1] as const,
  );
  expect(arms).toEqual(new Map(wanted));
  expect(parts.flatMap(({ nameless }) => nameless)).toEqual([]);
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
  const { versionFor } = await serving(singleVersionRoute('m', 'm', 1, 1, unit));
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
  const { url, noted } = await serving(canary(10_000), 'failing', { maxBodyBytes: 1000 });
  const send = async (body: unknown) => (await call(`${url}/models/m/predict`, { body })).status;
  expect(await send(ROWS)).toBe(500);
  expect(noted()).toEqual({ [`0 ${FAILED_BIT}`]: 1 });
  // age is not nullable: well formed, and refused by the model.
  expect(await send({ rows: [[null, 1]] })).toBe(422);
  expect(noted()).toEqual({ [`0 ${FAILED_BIT}`]: 2 });
  for (const [body, status] of [
    [{ rows: [['old', 1]] }, 422],
    [{ rows: [[1]] }, 422],
    ['{', 422],
    ['x'.repeat(2000), 413],
  ] as const)
    expect(await send(body)).toBe(status);
  expect(noted()).toEqual({ [`0 ${FAILED_BIT}`]: 2 });
  const refused = await metric(
    url,
    /requests_total\{model_name="m",model_version="2",outcome="invalid"\} (\d+)/,
  );
  expect(refused).toBe(5);
});

test('a version that ends its thread has failed; an overloaded server has not', async () => {
  const { url, noted } = await serving(canary(10_000), 'crashing');
  expect((await call(`${url}/models/m/predict`, { body: ROWS })).status).toBe(500);
  expect(noted()).toEqual({ [`0 ${FAILED_BIT}`]: 1 });
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
  plane.follow([singleVersionRoute('m', 'm', 1, 2)], [versions[0]!]);
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
  plane.follow([singleVersionRoute('m', 'm', 1, 2)], [versions[0]!]);
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
  plane.follow([singleVersionRoute('other', 'm', 1, 2)], [versions[0]!]);
  expect(await paths()).not.toContain('/models/m/versions/2/predict');
  expect(await paths()).toContain('/models/other/predict');
  expect((await call(`${url}/models`)).json.models.map((one: { version: number }) => one.version)).toEqual([
    1,
  ]);
  expect((await call(`${url}/models/m/predict`, { body: ROWS })).json.error.code).toBe('MODEL_NOT_FOUND');
  expect(await metric(url, /^model_loaded\{model_name="m",model_version="2"\} (\d+)/m)).toBeNaN();
});
