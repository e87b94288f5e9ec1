import { once } from 'node:events';
import { mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { listenOnSocket } from './control-socket.ts';
import { apiProxy } from './proxy.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A control process that does as told, and the URL of a proxy in front of it. */
async function proxied(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  limit?: number,
) {
  const socket = join(mkdtempSync(join(tmpdir(), 'plimsoll-proxy-')), 'control.sock');
  const control = await listenOnSocket(socket, handler);
  const front = createServer(apiProxy(socket, limit)).listen(0, '127.0.0.1');
  servers.push(control, front);
  await once(front, 'listening');
  return { control, url: `http://127.0.0.1:${(front.address() as AddressInfo).port}` };
}

const echo = (request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(207, ['set-cookie', 'a=1', 'set-cookie', 'b=2', 'x-path', request.url!]);
  response.write(JSON.stringify(request.rawHeaders));
  response.write('\n');
  request.pipe(response);
};

test('method, path, body and headers arrive, and the answer as it is', async () => {
  const { url } = await proxied(echo);
  const answer = await fetch(`${url}/api/v1/x%2Fy?a=1&a=2`, { method: 'PATCH', body: 'hello' });
  expect(answer.status).toBe(207);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(answer.headers.get('x-path')).toBe('/api/v1/x%2Fy?a=1&a=2');
  expect((await answer.text()).split('\n')[1]).toBe('hello');
});

test('the peer is who it is, whatever it says of itself, and headers of one hop end here', async () => {
  const { url } = await proxied(echo);
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    [
      'GET /api/v1/models HTTP/1.1',
      'Host: models.example',
      'X-Plimsoll-Peer: 10.0.0.1',
      'x-plimsoll-peer: ::1',
      'Connection: close, X-Secret',
      'X-Secret: 1',
      'TE: trailers',
      'Upgrade: websocket',
      'X-Kept: 1',
      '\r\n',
    ].join('\r\n'),
  );
  let text = '';
  for await (const chunk of socket) text += chunk;
  const raw = JSON.parse(text.slice(text.indexOf('["')).split('\n')[0]!) as string[];
  const names = raw.filter((_, k) => k % 2 === 0).map((name) => name.toLowerCase());
  expect(names.toSorted()).toEqual(['connection', 'host', 'x-kept', 'x-plimsoll-peer']);
  expect(raw[raw.indexOf('Host') + 1]).toBe('models.example');
  expect(raw[raw.findIndex((name) => name.toLowerCase() === 'x-plimsoll-peer') + 1]).toBe('127.0.0.1');
});

test.each([
  ['the length of a body', 'Content-Length', '9', 'GET / HTT'],
  ['what a proxy has said of its client', 'X-Forwarded-For', '8.8.8.8', ''],
  ['the site that asks', 'Origin', 'http://evil.example', ''],
])('a connection header does not take away %s', async (_, name, value, body) => {
  const { url } = await proxied((request, response) => {
    request.resume().once('end', () => response.end(JSON.stringify(request.headers)));
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `GET /api/v1/x HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\nConnection: close, ${name}\r\n\r\n${body}`,
  );
  let text = '';
  for await (const chunk of socket) text += chunk;
  expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject({ [name.toLowerCase()]: value });
});

test('those who were answered and go on sending keep nobody else out', async () => {
  const { url } = await proxied((_, response) => response.writeHead(401).end(), 4);
  const { port } = new URL(url);
  const open = Array.from({ length: 5 }, () => connect(Number(port), '127.0.0.1'));
  let answered = 0;
  for (const socket of open) {
    socket.on('error', () => undefined).once('data', () => answered++);
    socket.write('POST /api/v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n1234');
  }
  // At once, also of an answer without a body, and not when it is given up that they send the rest.
  await expect.poll(() => answered, { timeout: 1800 }).toBe(5);
  expect((await fetch(url)).status).toBe(401);
  for (const socket of open) socket.destroy();
});

test('a request without a body, as curl -X POST sends it, has none on the other side either', async () => {
  const { url } = await proxied(echo);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /api/v1/jobs/nightly:trigger HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const chunk of socket) text += chunk;
  const raw = JSON.parse(text.slice(text.indexOf('["')).split('\n')[0]!) as string[];
  expect(raw.map((word) => word.toLowerCase())).not.toContain('transfer-encoding');
  expect(raw[raw.findIndex((name) => name.toLowerCase() === 'content-length') + 1]).toBe('0');
});

test('nobody else may open the control socket', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-proxy-')), 'control.sock');
  servers.push(await listenOnSocket(path, echo));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a socket that a dead process has left is replaced', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-proxy-')), 'control.sock');
  writeFileSync(path, '');
  servers.push(await listenOnSocket(path, echo));
  await expect(listenOnSocket(join(path, '../none/x'), echo)).rejects.toMatchObject({
    code: 'SOCKET_FAILED',
  });
});

test('a large body streams through: the first bytes of it arrive before the last are sent', async () => {
  const seen: number[] = [];
  const { url } = await proxied((request, response) => {
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      seen.push(size);
    });
    request.on('end', () => response.end(String(size)));
  });
  const upload = request(`${url}/api/v1/models/m/versions`, { method: 'POST' });
  upload.write(Buffer.alloc(1000));
  await expect.poll(() => seen.at(-1)).toBe(1000);
  for (let k = 0; k < 64; k++) upload.write(Buffer.alloc(1 << 18));
  upload.end();
  const [answer] = (await once(upload, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += chunk;
  expect(text).toBe(String(1000 + 64 * (1 << 18)));
});

test('an answer that comes before the body has been read reaches its client', async () => {
  const { url } = await proxied((_request, response) => {
    response.writeHead(413, { connection: 'close' });
    response.end('too large');
  });
  for (let k = 0; k < 8; k++) {
    const answer = await fetch(url, { method: 'POST', body: new Uint8Array(3_000_000) });
    expect([answer.status, await answer.text()]).toEqual([413, 'too large']);
  }
});

test('a connection is not closed over what a refused client still sends, unless it takes too long over it', async () => {
  const { url } = await proxied((_, response) => {
    response.writeHead(429, { 'content-type': 'text/plain' });
    response.end('no more today');
  });
  const { port } = new URL(url);
  const refused = async (rest: string): Promise<readonly [string, unknown, number]> => {
    const socket = connect(Number(port), '127.0.0.1');
    let [text, failure]: [string, unknown] = ['', null];
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.write('POST /api/v1/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8\r\n\r\n1234');
    const started = performance.now();
    await expect.poll(() => text).toContain('no more today');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(socket.closed).toBe(false);
    socket.write(rest);
    await expect.poll(() => socket.closed).toBe(true);
    return [text.split('\r\n')[0]!, failure, performance.now() - started];
  };
  const [status, failure, millis] = await refused('5678');
  expect([status, failure]).toEqual(['HTTP/1.1 429 Too Many Requests', null]);
  const [, , patience] = await refused('5');
  expect(patience).toBeGreaterThan(1500);
  expect(millis).toBeLessThan(patience);
});

test('while the control process is away the answer says so, and what to do', async () => {
  const { control, url } = await proxied(echo);
  control.close();
  control.closeAllConnections();
  await once(control, 'close');
  const answer = await fetch(`${url}/api/v1/models`, { method: 'POST', body: new Uint8Array(3_000_000) });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(await answer.json()).toMatchObject({ error: { code: 'CONTROL_DOWN' } });
});

test('a control process that dies in mid-answer is no complete answer', async () => {
  const { url } = await proxied((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  });
  const answer = await fetch(url);
  await expect(answer.text()).rejects.toThrow();
});

test('a client that leaves ends its request at the control process', async () => {
  const asked = Promise.withResolvers<IncomingMessage>();
  const { url } = await proxied((request) => asked.resolve(request));
  const waiting = request(url);
  waiting.on('error', () => undefined);
  waiting.end();
  const told = await asked.promise;
  told.on('error', () => undefined);
  const left = new Promise((resolve) => told.once('close', resolve));
  waiting.destroy();
  await left;
});

test('more at once than are let through are told to wait, and told apart from those that come later', async () => {
  const open: ServerResponse[] = [];
  const { url } = await proxied((_request, response) => void open.push(response), 8);
  const all = Array.from({ length: 8 }, () => fetch(url));
  await expect.poll(() => open.length).toBe(8);
  const refused = await fetch(url);
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ error: { code: 'OVERLOADED' } });
  for (const response of open) response.end();
  await Promise.all(all);
  const next = fetch(url);
  await expect.poll(() => open.length).toBe(9);
  open.at(-1)!.end();
  expect((await next).status).toBe(200);
});
