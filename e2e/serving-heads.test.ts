import { expect, test } from 'vitest';
import { answerTo, opened, reading } from './serving/raw.ts';
import { ROWS, serve } from './serving/serve.ts';

const BODY = JSON.stringify(ROWS);
const post = (...headers: readonly string[]): string =>
  ['POST /predict HTTP/1.1', ...headers, '', ''].join('\r\n');

/** The first that is answered, whether the connection goes on or not. */
async function firstAnswerTo(url: string, bytes: string): Promise<string> {
  const socket = await opened(url);
  const read = reading(socket);
  socket.write(bytes);
  await expect.poll(() => read.text).toMatch(/^HTTP\/1\.1 \d.*\r\n\r\n/s);
  socket.destroy();
  return read.text;
}

test.each([
  ['two', 'host: a\r\nhost: b', 2],
  ['the same two', 'Host: a\r\nHOST: a', 2],
  ['no', 'accept: */*', 0],
])('a request with %s Host headers is refused, and its connection ends', async (_, hosts, found) => {
  const text = await answerTo(await serve(), `${post(hosts, `content-length: ${BODY.length}`)}${BODY}`);
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(text).toContain('"HOST_INVALID"');
  expect(text).toContain(`it has ${found} Host headers`);
});

test('HTTP/1.0 needs no Host', async () => {
  const head = `POST /predict HTTP/1.0\r\ncontent-length: ${BODY.length}\r\n\r\n`;
  expect(await answerTo(await serve(), head + BODY)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test('a body that is announced as too large is refused without being asked for', async () => {
  const url = await serve({ maxBodyBytes: 1000 });
  for (const path of ['/predict', '/models/quick/predict']) {
    const head = post('host: x', 'content-length: 1001', 'expect: 100-continue').replace('/predict', path);
    const text = await firstAnswerTo(url, head);
    expect(text).toMatch(/^HTTP\/1\.1 413 Payload Too Large\r\n/);
    expect(text).toMatch(/connection: close\r\n/i);
  }
});

test('a path that there is not is refused without its body being asked for', async () => {
  const head = post('host: x', 'content-length: 10', 'expect: 100-continue').replace('/predict', '/nowhere');
  expect(await firstAnswerTo(await serve(), head)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
});

test('a client that waits to be asked for its body is asked, and its connection goes on', async () => {
  const socket = await opened(await serve());
  const read = reading(socket);
  const head = post('host: x', `content-length: ${BODY.length}`, 'expect: 100-continue');
  for (const turn of [1, 2]) {
    socket.write(head);
    await expect.poll(() => read.text.match(/HTTP\/1\.1 100 Continue\r\n\r\n/g)?.length).toBe(turn);
    socket.write(BODY);
    await expect.poll(() => read.text.match(/"predictions":\[3,7\]/g)?.length).toBe(turn);
  }
  expect(read.text).not.toMatch(/connection: close/i);
  socket.destroy();
});

test('what nobody here can do is no expectation', async () => {
  const head = post('host: x', `content-length: ${BODY.length}`, 'expect: 200-ok');
  const text = await answerTo(await serve(), head + BODY);
  expect(text).toMatch(/^HTTP\/1\.1 417 Expectation Failed\r\n/);
  expect(text).toContain('"EXPECTATION_UNKNOWN"');
});

test.each([
  ['two lengths', 'content-length: 5\r\ncontent-length: 6'],
  ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked'],
  ['chunks and a length', 'transfer-encoding: chunked\r\ncontent-length: 5'],
  ['chunks that are not last', 'transfer-encoding: chunked, gzip'],
  ['a length that is none', 'content-length: +5'],
])('a body of %s is refused: where it ends would be a matter of opinion', async (_, framing) => {
  const smuggled = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
  const text = await answerTo(await serve(), `${post('host: x', framing)}0\r\n\r\n${smuggled}`);
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
});
