import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { call } from './serving/client.ts';
import { fakeVersion } from './serving/fake-models.ts';
import { metric, ROWS, serve } from './serving/serve.ts';

test('a prediction answers in order, with its model, version, id and timing', async () => {
  const url = await serve();
  const { status, headers, json } = await call(`${url}/predict`, { body: ROWS });
  expect(status).toBe(200);
  expect(json).toEqual({
    predictions: [3, 7],
    model: 'quick',
    version: 1,
    requestId: headers['x-request-id'],
  });
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'x-model-name': 'quick',
    'x-model-version': '1',
  });
  expect(headers['server-timing']).toMatch(
    /^preprocess;dur=\d+\.\d{3}, predict;dur=\d+\.\d{3}, postprocess;dur=\d+\.\d{3}$/,
  );
});

test('any content type, or none, is a prediction', async () => {
  const url = await serve();
  for (const type of [
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/octet-stream',
  ]) {
    expect((await call(`${url}/predict`, { body: ROWS, headers: { 'content-type': type } })).status).toBe(
      200,
    );
  }
  expect((await call(`${url}/predict?x=1`, { body: ROWS })).status).toBe(200);
});

test('a bad cell is answered with 422 as FastAPI does', async () => {
  const url = await serve();
  const { status, json } = await call(`${url}/predict`, {
    body: { rows: [[1, 2], { age: 'n/a', fare: 2 }] },
  });
  expect(status).toBe(422);
  expect(json).toEqual({
    detail: [
      {
        type: 'number_type',
        loc: ['body', 'rows', 1, 'age'],
        msg: 'row 1, column "age": expected a number, got "n/a"',
        input: 'n/a',
      },
    ],
  });
  for (const body of ['', '{', 'null', '{"rows":[]}']) {
    const reply = await call(`${url}/predict`, { body, method: 'POST' });
    expect(reply.status, body).toBe(422);
    expect(reply.json.detail[0].msg).toBeTruthy();
  }
});

test('a body in another encoding than UTF-8 is refused, not read with its letters replaced', async () => {
  const url = await serve();
  const latin1 = (padding: string) =>
    Buffer.from(`{"rows": [[1, 2]], "parameters": "caf\xe9"}${padding}`, 'latin1');
  const utf16 = Buffer.from('\ufeff{"rows": [[1, 2]]}', 'utf16le');
  for (const body of [latin1(''), latin1(' '.repeat(100_000)), utf16]) {
    const { status, json } = await call(`${url}/predict`, { body });
    expect([status, json.detail[0].msg]).toEqual([422, 'body: expected text in UTF-8, got another encoding']);
  }
});

test('several models are addressed by name and version, and mistakes name the choices', async () => {
  const versions = [
    fakeVersion('quick', 'titanic'),
    fakeVersion('quick', 'titanic', 2),
    fakeVersion('quick', 'prices & co'),
  ];
  const url = await serve({ versions });
  expect((await call(`${url}/models/titanic/predict`, { body: ROWS })).json).toMatchObject({
    model: 'titanic',
    version: 2,
  });
  expect((await call(`${url}/models/titanic/versions/1/predict`, { body: ROWS })).json).toMatchObject({
    version: 1,
  });
  expect((await call(`${url}/models/prices%20%26%20co/predict`, { body: ROWS })).json).toMatchObject({
    model: 'prices & co',
  });
  const refused = async (path: string) => {
    const { status, json } = await call(url + path, { body: ROWS });
    return [status, json.detail];
  };
  expect(await refused('/predict')).toEqual([
    404,
    'Cannot choose a model: the request names none and this server has titanic, prices & co',
  ]);
  expect(await refused('/models/titanik/predict')).toEqual([
    404,
    'Cannot find model "titanik": this server has titanic, prices & co',
  ]);
  expect(await refused('/models/titanic/versions/9/predict')).toEqual([
    404,
    'Cannot find version 9 of model "titanic": this server has 1, 2',
  ]);
  for (const spelling of ['0x1', '1.0', '01', '1e0', '', '%20', '__proto__'])
    expect((await refused(`/models/titanic/versions/${spelling}/predict`))[0], spelling).toBe(404);
  expect((await refused('/models/__proto__/predict'))[0]).toBe(404);
  expect((await refused('/models/%ff/predict'))[0]).toBe(404);
});

test('a model called default answers where none is named', async () => {
  const url = await serve({ versions: [fakeVersion('quick', 'other'), fakeVersion('quick', 'default')] });
  expect((await call(`${url}/predict`, { body: ROWS })).json.model).toBe('default');
});

test('unknown paths and wrong methods are answered in JSON', async () => {
  const url = await serve();
  const missing = await call(`${url}/nothing`);
  expect([missing.status, missing.json.error.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
  const wrong = await call(`${url}/predict`);
  expect([wrong.status, wrong.headers.allow, wrong.json.error.code]).toEqual([
    405,
    'POST',
    'METHOD_NOT_ALLOWED',
  ]);
  const posted = await call(`${url}/healthz`, { body: '{}' });
  expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
  expect((await call(`${url}/predict`, { method: 'DELETE' })).status).toBe(405);
});

test('health, readiness and the list of models answer', async () => {
  const url = await serve();
  expect((await call(`${url}/healthz`)).json).toEqual({ status: 'ok' });
  expect((await call(`${url}/readyz`)).json).toEqual({ status: 'ready', models: ['quick'] });
  expect((await call(`${url}/`)).json).toEqual({ status: 'alive' });
  expect((await call(`${url}/`, { headers: { accept: 'text/html' } })).text).toContain('>quick</a></td>');
  const { models } = (await call(`${url}/models`)).json;
  expect(models).toMatchObject([{ name: 'quick', version: 1, proof: 'single-engine', example: { age: 30 } }]);
  expect((await call(`${url}/healthz`, { method: 'HEAD' })).text).toBe('');
});

test('compressed bodies are read, and never grow beyond the limit', async () => {
  const url = await serve({ maxBodyBytes: 100_000 });
  const text = JSON.stringify(ROWS);
  const encode = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
    GZIP: gzipSync,
  };
  for (const [name, compress] of Object.entries(encode)) {
    const reply = await call(`${url}/predict`, {
      body: compress(text),
      headers: { 'content-encoding': name },
    });
    expect(reply.json.predictions, name).toEqual([3, 7]);
  }
  const send = async (encoding: string, body: Uint8Array) => {
    const { status, json } = await call(`${url}/predict`, {
      body,
      headers: { 'content-encoding': encoding },
    });
    return [status, json.error.code];
  };
  expect(await send('gzip', gzipSync(Buffer.alloc(50_000_000)))).toEqual([413, 'BODY_TOO_LARGE']);
  expect(await send('gzip', gzipSync(text).subarray(0, 20))).toEqual([400, 'ENCODING_CORRUPT']);
  expect(await send('gzip', Buffer.from(text))).toEqual([400, 'ENCODING_CORRUPT']);
  expect(await send('lzw', Buffer.from(text))).toEqual([415, 'ENCODING_UNKNOWN']);
});

test('what a body grows to counts among the bytes that are held', async () => {
  const url = await serve({ maxBufferedBytes: 1_000_000 });
  const rows = Array.from({ length: 200_000 }, () => [1, 2]);
  const body = gzipSync(JSON.stringify({ rows }));
  expect(body.length).toBeLessThan(100_000);
  const reply = await call(`${url}/predict`, { body, headers: { 'content-encoding': 'gzip' } });
  expect([reply.status, reply.json.error.code]).toEqual([503, 'OVERLOADED']);
  expect((await call(`${url}/predict`, { body: ROWS })).status).toBe(200);
});

test('a body over the limit is refused, announced or not, and its connection goes on', async () => {
  const url = await serve({ maxBodyBytes: 1000 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const large = Buffer.alloc(1_000_000, 32);
  for (const headers of [{ 'content-length': String(large.length) }, { 'transfer-encoding': 'chunked' }]) {
    const { status, json } = await call(`${url}/predict`, { body: large, headers, agent });
    expect([status, json.error.code]).toEqual([413, 'BODY_TOO_LARGE']);
    expect((await call(`${url}/predict`, { body: ROWS, agent })).status).toBe(200);
  }
  agent.destroy();
});

test('a request id is echoed where it is harmless', async () => {
  const url = await serve();
  const idOf = async (id: string) => {
    const reply = await call(`${url}/predict`, { body: ROWS, headers: { 'x-request-id': id } });
    expect(reply.json.requestId).toBe(reply.headers['x-request-id']);
    return reply.json.requestId;
  };
  expect(await idOf('order-17/a')).toBe('order-17/a');
  for (const id of ['two words', 'a"b', 'x'.repeat(200)])
    expect(await idOf(id)).toMatch(/^[0-9a-f]{12}-\d+$/);
  const refused = await call(`${url}/predict`, { body: '{', headers: { 'x-request-id': 'mine' } });
  expect(refused.headers['x-request-id']).toBe('mine');
});

test.each([
  ['this', ''],
  ['a scoring', ' '.repeat(100_000)],
])('a defect in %s thread is answered without its words, and counted', async (_thread, padding) => {
  const errors: object[] = [];
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => void errors.push(fields),
  };
  const url = await serve({ versions: [fakeVersion('failing')], logger });
  const { status, text, json } = await call(`${url}/predict`, {
    body: JSON.stringify(ROWS) + padding,
    headers: { 'x-request-id': 'r1' },
  });
  expect([status, json.error.code]).toEqual([500, 'INTERNAL']);
  expect(text).not.toContain('secret');
  expect(errors).toMatchObject([{ requestId: 'r1', model: 'failing' }]);
  expect(await metric(url, /inference_requests_total\{.*outcome="error"\} (\d+)/)).toBe(1);
});

test('bytes that are no HTTP are answered in JSON', async () => {
  const url = new URL(await serve());
  const socket = connect(Number(url.port), url.hostname);
  socket.end('BOGUS\r\n\r\n');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  const [head, body] = bytes.toString().split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/json\r\n/);
  expect(JSON.parse(body!)).toEqual({ detail: 'Cannot read the request: Invalid method encountered' });
});

test('a taken port is named', async () => {
  const url = new URL(await serve());
  await expect(serve({ port: Number(url.port) })).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: `Cannot listen on 127.0.0.1:${url.port}: the port is taken`,
  });
});

test('pipelined requests are answered in their order', async () => {
  const url = new URL(await serve({ versions: [fakeVersion('slow', 'default'), fakeVersion('quick')] }));
  const socket = connect(Number(url.port), url.hostname);
  const post = (path: string, body: string): string =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  socket.write(post('/predict', '[[1,1]]') + post('/models/quick/predict', '[[2,2]]'));
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  await expect
    .poll(() => text.match(/"predictions":\[\d\]/g), { timeout: 5000 })
    .toEqual(['"predictions":[2]', '"predictions":[4]']);
  socket.destroy();
});
