import { Agent, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startServer } from '../src/server/start.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { loader, metric, ROWS, serve } from './serving/serve.ts';

test('large bodies are scored in a thread and answered as small ones are', async () => {
  const url = await serve();
  const rows = Array.from({ length: 10_000 }, (_, i) => ({ age: i, fare: 0.5 }));
  const { status, json, headers } = await call(`${url}/predict`, { body: { rows } });
  expect(status).toBe(200);
  expect(json.predictions).toEqual(rows.map((row) => row.age + 0.5));
  expect(headers['server-timing']).toMatch(/^queue;dur=/);
  const bad = rows.with(7000, { age: 'x', fare: 1 } as never);
  const refused = await call(`${url}/predict`, {
    body: gzipSync(JSON.stringify({ rows: bad })),
    headers: { 'content-encoding': 'gzip' },
  });
  expect(refused.json.detail).toMatchObject([{ loc: ['body', 'rows', 7000, 'age'] }]);
});

test('a slow model does not delay a quick one', async () => {
  const url = await serve({ versions: [fakeVersion('slow'), fakeVersion('quick')] });
  const slow = Array.from({ length: 4 }, () =>
    call(`${url}/models/slow/predict`, { body: { age: 1, fare: 1 } }),
  );
  const times: number[] = [];
  for (let i = 0; i < 50; i++) {
    const started = performance.now();
    expect((await call(`${url}/models/quick/predict`, { body: ROWS })).status).toBe(200);
    times.push(performance.now() - started);
  }
  for (const reply of await Promise.all(slow)) expect(reply.json.predictions).toEqual([2]);
  times.sort((a, b) => a - b);
  // The slow one takes 200 ms.
  expect(times[25]).toBeLessThan(100);
});

test('a model that kills or hangs its thread fails alone', async () => {
  const versions = ['crashing', 'hanging', 'slow', 'quick'].map((name) => fakeVersion(name));
  const url = await serve({ versions, maxScoreMillis: 3000 });
  const send = async (model: string) => {
    const { status, json } = await call(`${url}/models/${model}/predict`, { body: { age: 1, fare: 1 } });
    return [status, json.predictions ?? json.error.code];
  };
  const answers = await Promise.all(['crashing', 'slow', 'hanging', 'slow'].map(send));
  expect(answers).toEqual([
    [500, 'SCORER_DIED'],
    [200, [2]],
    [504, 'SCORER_TIMEOUT'],
    [200, [2]],
  ]);
  expect(await send('slow')).toEqual([200, [2]]);
});

test('overload is answered with 503 and a time to come back', async () => {
  const url = await serve({ versions: [fakeVersion('slow')], threads: 1, maxQueue: 2 });
  const replies = await Promise.all(
    Array.from({ length: 6 }, () => call(`${url}/predict`, { body: { age: 1, fare: 1 } })),
  );
  const statuses = replies.map((reply) => reply.status).sort();
  expect(statuses).toEqual([200, 200, 200, 503, 503, 503]);
  const refused = replies.find((reply) => reply.status === 503)!;
  expect(refused.json.error.code).toBe('OVERLOADED');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(await metric(url, /inference_requests_total\{.*outcome="overloaded"\} (\d+)/)).toBe(3);
});

test('a body that comes in holds no place of those that are scored', async () => {
  const url = await serve({ maxInFlight: 1 });
  const first = request(`${url}/predict`, { method: 'POST', headers: { 'content-length': '30' } });
  first.on('error', () => undefined);
  first.write('{"age":1,');
  await expect.poll(() => metric(url, /^inference_requests_receiving (\d+)/m)).toBe(1);
  expect((await call(`${url}/predict`, { body: ROWS })).status).toBe(200);
  first.destroy();
  await expect.poll(() => metric(url, /^inference_requests_in_flight (\d+)/m)).toBe(0);
  expect(await metric(url, /^inference_requests_receiving (\d+)/m)).toBe(0);
  expect(await metric(url, /outcome="cancelled"\} (\d+)/)).toBe(1);
});

test('a client that leaves takes its waiting request with it', async () => {
  const url = await serve({ versions: [fakeVersion('slow')], threads: 1 });
  const working = call(`${url}/predict`, { body: { age: 1, fare: 1 } });
  const leaving = request(`${url}/predict`, { method: 'POST' });
  leaving.on('error', () => undefined);
  leaving.end('{"age":1,"fare":1}');
  await expect.poll(() => metric(url, /^inference_queue_depth (\d+)/m), { interval: 5 }).toBe(1);
  leaving.destroy();
  await expect.poll(() => metric(url, /outcome="cancelled"\} (\d+)/), { interval: 5 }).toBe(1);
  expect((await working).status).toBe(200);
  expect(await metric(url, /outcome="ok"\} (\d+)/)).toBe(1);
});

test('closing finishes what is in flight and takes nothing new', async () => {
  const server = await startServer({ versions: [fakeVersion('slow')], port: 0, loader });
  const agent = new Agent({ keepAlive: true });
  const inFlight = call(`${server.url}/predict`, { body: { age: 1, fare: 1 }, agent });
  await expect
    .poll(() => metric(server.url, /^inference_requests_in_flight (\d+)/m), { interval: 5 })
    .toBe(1);
  const closed = server.close();
  await expect(call(`${server.url}/healthz`)).rejects.toThrow(/ECONNREFUSED/);
  const { status, headers } = await inFlight;
  expect([status, headers.connection]).toEqual([200, 'close']);
  await closed;
  agent.destroy();
});

test('closing cuts off what does not finish in time', async () => {
  const server = await startServer({ versions: [fakeVersion('hanging')], port: 0, loader, drainMillis: 100 });
  const inFlight = call(`${server.url}/predict`, { body: { age: 1, fare: 1 } });
  const outcome = expect(inFlight).rejects.toThrow();
  await expect
    .poll(() => metric(server.url, /^inference_requests_in_flight (\d+)/m), { interval: 5 })
    .toBe(1);
  await server.close();
  await outcome;
});
