import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { ServingMetrics } from '../src/serving/metrics/serving-metrics.ts';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { opened, reading } from './serving/raw.ts';
import { ROWS, serve } from './serving/serve.ts';

const BODY = JSON.stringify(ROWS);
const ending: Socket[] = [];
afterEach(() => {
  for (const socket of ending.splice(0)) socket.destroy();
});

async function connected(url: string) {
  const socket = await opened(url);
  ending.push(socket);
  return { socket, read: reading(socket) };
}

const request = (path: string, body: string | Buffer, ...headers: readonly string[]): Buffer => {
  const length = Buffer.byteLength(body);
  const lines = [`POST ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Content-Length: ${length}`, ...headers, '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), Buffer.from(body)]);
};

/** The next whole answer on a connection, what differs from one to the next left out. */
async function answerOf({ socket, read }: Awaited<ReturnType<typeof connected>>, pieces: readonly Buffer[]) {
  read.text = '';
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await expect
    .poll(
      () => {
        const [, length] = /content-length: (\d+)/i.exec(read.text) ?? [];
        const start = read.text.indexOf('\r\n\r\n') + 4;
        return length !== undefined && Buffer.byteLength(read.text.slice(start)) >= Number(length);
      },
      { interval: 2 },
    )
    .toBe(true);
  return read.text
    .replaceAll(/dur=[\d.]+/g, 'dur=')
    .replaceAll(/[0-9a-f]{12}-\d+/g, 'id')
    .replace(/^Date: .*$/m, 'Date:')
    .replace(/^server-timing: (?:queue;dur=, )?/m, 'server-timing: ');
}

/** In pieces of which the first is no whole head, and so for `node:http`. */
const split = (bytes: Buffer): readonly Buffer[] => [bytes.subarray(0, 10), bytes.subarray(10)];

const parts = (bytes: Buffer): readonly Buffer[] => {
  const end = bytes.indexOf('\r\n\r\n') + 4;
  return [bytes.subarray(0, end), bytes.subarray(end)];
};

test.each([
  ['a prediction', request('/predict', BODY)],
  [
    'one by name and version',
    request('/models/quick/versions/1/predict', BODY, 'content-type: application/json'),
  ],
  ['a query', request('/predict?x=1', BODY)],
  ['an escaped path', request('/models/qu%69ck/predict', BODY)],
  ['an id of its own', request('/predict', BODY, 'X-Request-Id: mine-1')],
  [
    'a V2 request',
    request(
      '/v2/models/quick/infer',
      '{"inputs":[{"name":"age","datatype":"FP64","shape":[1,1],"data":[1]},{"name":"fare","datatype":"FP64","shape":[1,1],"data":[2]}]}',
    ),
  ],
  ['a V1 request', request('/v1/models/quick:predict', '{"instances":[[1,2]]}')],
  ['SageMaker', request('/invocations', '1,2\n3,4\n', 'Content-Type: text/csv', 'Accept: text/csv')],
  ['letters beyond ASCII', request('/predict', '{"rows":[{"ag\u00e9":1,"fare":2}]}')],
  ['a bad cell', request('/predict', '{"rows":[["n/a",2]]}')],
  ['no JSON', request('/predict', '{')],
  ['no body', request('/predict', '')],
  ['a body in Latin-1', request('/predict', Buffer.from('{"rows":[["\xe9",2]]}', 'latin1'))],
  ['a model that is not there', request('/models/other/predict', BODY)],
  ['a version that is not there', request('/models/quick/versions/7/predict', BODY)],
  ['a path that is not there', request('/nowhere', BODY)],
  ['a wrong timeout', request('/predict', BODY, 'x-request-timeout: soon')],
  ['a media type that nobody reads', request('/invocations', BODY, 'content-type: image/png')],
  ['a compressed body', request('/predict', gzipSync(BODY), 'content-encoding: gzip')],
  ['a defect', request('/models/failing/predict', BODY)],
  ['work for a thread', request('/models/slow/predict', BODY)],
])('%s in one piece is answered as in two', async (_, bytes) => {
  const versions = ['quick', 'failing', 'slow'].map((name) => fakeVersion(name));
  const url = await serve({ versions: [...versions, fakeVersion('quick', 'default')] });
  const whole = await answerOf(await connected(url), [bytes]);
  const streamed = await answerOf(await connected(url), split(bytes));
  expect(whole).toBe(streamed);
  expect(await answerOf(await connected(url), parts(bytes))).toBe(streamed);
});

test('a body that does not come is waited for by node:http, whose rules hold for it', async () => {
  const metrics = new ServingMetrics();
  const url = await serve({ metrics });
  const { socket, read } = await connected(url);
  const [head, body] = parts(request('/predict', BODY));
  socket.write(head!);
  await expect.poll(() => metrics.receiving, { interval: 2 }).toBe(1);
  socket.write(body!.subarray(0, 5));
  socket.write(body!.subarray(5));
  await expect.poll(() => read.text).toMatch(/^HTTP\/1\.1 200 /);
});

test('a connection goes on after every kind of answer, in one piece and in two', async () => {
  const url = await serve();
  const connection = await connected(url);
  const good = request('/predict', BODY);
  for (const bytes of [good, request('/predict', '{"rows":[["n/a",2]]}'), good, good]) {
    expect(await answerOf(connection, [bytes])).toMatch(
      /^HTTP\/1\.1 (?:200|422) .*Keep-Alive: timeout=65\r\n/s,
    );
  }
  expect(await answerOf(connection, split(good))).toMatch(/^HTTP\/1\.1 200 /);
  expect(await answerOf(connection, [good])).toMatch(/^HTTP\/1\.1 200 /);
});

test('requests that come before the answer to the first are answered in their order', async () => {
  const url = await serve({ versions: [fakeVersion('slow'), fakeVersion('quick')] });
  const { socket, read } = await connected(url);
  socket.write(request('/models/slow/predict', BODY));
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.write(request('/models/quick/predict', BODY));
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.write(request('/models/quick/predict', BODY));
  await expect.poll(() => read.text.match(/"model":"\w+"/g)).toHaveLength(3);
  expect(read.text.match(/"model":"(\w+)"/g)).toEqual([
    '"model":"slow"',
    '"model":"quick"',
    '"model":"quick"',
  ]);
});

test('a client that leaves before its answer has cancelled its request', async () => {
  const metrics = new ServingMetrics();
  const url = await serve({ versions: [fakeVersion('slow')], metrics });
  const { socket } = await connected(url);
  socket.write(request('/predict', BODY));
  await expect.poll(() => metrics.inFlight, { interval: 2 }).toBe(1);
  socket.destroy();
  await expect.poll(() => metrics.inFlight, { interval: 2 }).toBe(0);
  expect((await call(`${url}/metrics`)).text).toMatch(/outcome="cancelled"[^\n]* 1$/m);
});

test('a client that does not read its answers is not asked for more', { timeout: 30_000 }, async () => {
  const metrics = new ServingMetrics();
  const { socket, read } = await connected(await serve({ metrics }));
  socket.pause();
  const rows = Array.from({ length: 1500 }, (_, k) => [k + 0.123456789, 0.1]);
  const bytes = request('/predict', JSON.stringify({ rows }));
  const answered = (): number => (metrics.series[0]?.rows ?? 0) / rows.length;
  let sent = 0;
  while (sent === answered()) {
    socket.write(bytes);
    sent++;
    const until = performance.now() + 500;
    while (sent > answered() && performance.now() < until) await new Promise(setImmediate);
  }
  expect(metrics.inFlight).toBe(0);
  socket.resume();
  await expect.poll(() => read.text.match(/"requestId"/g)?.length, { timeout: 10_000 }).toBe(sent);
});

test('a connection that brings no request is told so and ends', async () => {
  const url = await serve({ requestMillis: 300, checkMillis: 50 });
  const { read } = await connected(url);
  await read.closed;
  expect(read.text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
});

test('a server that closes says so in its last answers, and ends the connections that wait', async () => {
  const { startServer } = await import('../src/server/start.ts');
  const { loader } = await import('./serving/serve.ts');
  const server = await startServer({ versions: [fakeVersion('slow')], port: 0, loader });
  const [waiting, asking] = [await connected(server.url), await connected(server.url)];
  asking.socket.write(request('/predict', BODY));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = server.close();
  await Promise.all([waiting.read.closed, asking.read.closed, closed]);
  expect(asking.read.text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n/is);
  expect(waiting.read.text).toBe('');
});
