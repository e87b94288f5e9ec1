import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { call, type Reply } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { metric, serve } from './serving/serve.ts';

const BODY = { age: 1, fare: 1 };

const shedOf = (url: string, endpoint: string, reason: string): Promise<number> =>
  metric(url, new RegExp(`^inference_shed_total\\{endpoint="${endpoint}",reason="${reason}"\\} (\\d+)`, 'm'));

/** Requests for the busy model that arrive at the same moment, each on a connection of its own. */
async function flood(url: string, count: number): Promise<readonly Socket[]> {
  const { port } = new URL(url);
  const body = JSON.stringify(BODY);
  const bytes = `POST /models/busy/predict HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const opened = Array.from({ length: count }, async () => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  });
  const sockets = await Promise.all(opened);
  for (const socket of sockets) socket.write(bytes);
  return sockets;
}

/** As small as they are here, answers come in one piece. */
async function firstAnswer(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString();
}

test('of a flood as much is answered as fits, the rest is refused before it is read, and health is answered', async () => {
  const url = await serve({ versions: [fakeVersion('busy'), fakeVersion('quick')] });
  const answers = (await flood(url, 300)).map(firstAnswer);
  const [health, ready, other] = await Promise.all([
    call(`${url}/healthz`),
    call(`${url}/readyz`),
    call(`${url}/models/quick/predict`, { body: BODY }),
  ]);
  expect([health.status, ready.status, other.status]).toEqual([200, 200, 200]);
  const texts = await Promise.all(answers);
  const answered = texts.filter((text) => text.startsWith('HTTP/1.1 200'));
  const refused = texts.filter((text) => text.startsWith('HTTP/1.1 503'));
  expect(answered.length + refused.length).toBe(300);
  expect(answered.length).toBeGreaterThan(4);
  expect(refused.length).toBeGreaterThan(20);
  for (const text of refused) {
    expect(text).toMatch(/ms of work ahead of requests for \\"busy\\" exceed the limit \d+ ms/);
    expect(Number(/^retry-after: (\d+)/im.exec(text)?.[1])).toBeGreaterThanOrEqual(1);
  }
  const reasons = ['queue', 'loop_delay', 'stale'];
  const shed = await Promise.all(reasons.map((reason) => shedOf(url, 'busy', reason)));
  expect(shed.reduce((sum, count) => sum + count, 0)).toBe(refused.length);
  await expect
    .poll(async () => (await call(`${url}/models/busy/predict`, { body: BODY })).status, { timeout: 1000 })
    .toBe(200);
});

test('what cannot be answered in the time that its client has is refused at once', async () => {
  const url = await serve({ versions: [fakeVersion('slow')], threads: 1 });
  const patient = call(`${url}/predict`, { body: BODY });
  const hasty = (headers: Record<string, string>): Promise<Reply> =>
    call(`${url}/predict`, { body: BODY, headers });
  for (const headers of [
    { 'x-request-timeout': '0.05' },
    { 'x-envoy-expected-rq-timeout-ms': '50' },
    { 'grpc-timeout': '50m' },
  ]) {
    const { status, json } = await hasty(headers);
    expect([status, json.error.code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  }
  expect((await hasty({ 'x-request-timeout': 'soon' })).json.detail).toMatchObject([
    { loc: ['header', 'x-request-timeout'], input: 'soon' },
  ]);
  expect((await patient).status).toBe(200);
  expect((await hasty({ 'x-request-timeout': '30' })).status).toBe(200);
  expect(await shedOf(url, 'slow', 'deadline')).toBe(3);
  expect(await metric(url, /outcome="error"\} (\d+)/)).toBe(0);
});

test('nobody works for a client that has left', async () => {
  const url = await serve({ versions: [fakeVersion('busy')] });
  const sockets = await flood(url, 40);
  await Promise.race(sockets.map(firstAnswer));
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => shedOf(url, 'busy', 'abandoned')).toBeGreaterThan(0);
  await expect.poll(() => metric(url, /^inference_requests_in_flight (\d+)/m)).toBe(0);
  const answered = await metric(url, /outcome="ok"\} (\d+)/);
  expect(answered).toBeLessThan(40);
  expect(await metric(url, /outcome="cancelled"\} (\d+)/)).toBeGreaterThan(0);
});
