import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { followRequest, readResponse, retryAfterMillis, sendRequest } from './client.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serverOf(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

const ONCE = { agent: false } as const;

test('a request goes out with its body, a text or a stream, and any answer comes back as it is', async () => {
  const url = await serverOf(async (request, response) => {
    response.writeHead(302, { location: '/x' }).end(`${request.method} ${await text(request)}`);
  });
  for (const body of ['Käse', Readable.from([Buffer.from('Kä'), Buffer.from('se')])]) {
    const answer = await sendRequest(url, { ...ONCE, method: 'POST', body });
    expect([answer.statusCode, String(await readResponse(answer, 100))]).toEqual([302, 'POST Käse']);
  }
});

test('an answer that is longer than what is taken is not read to its end', async () => {
  const url = await serverOf((_, response) => void Readable.from(endless()).pipe(response));
  await expect(readResponse(await sendRequest(url, ONCE), 1000)).rejects.toThrow('larger than 1000 bytes');
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(1000);
}

test('a silent server is given up, later once it has got everything; a signal ends the wait with its reason', async () => {
  const url = await serverOf((request) => void request.resume());
  const waits = { idleMillis: 50, sentIdleMillis: 150 };
  const began = performance.now();
  const sent = sendRequest(url, { ...ONCE, ...waits, method: 'POST', body: 'x' });
  await expect(sent).rejects.toMatchObject({ code: 'ETIMEDOUT', message: 'nothing came for 0.15 s' });
  expect(performance.now() - began).toBeGreaterThan(100);
  const end = new AbortController();
  const ended = sendRequest(url, { ...ONCE, signal: end.signal });
  end.abort(new Error('enough'));
  await expect(ended).rejects.toThrow('enough');
});

test('what a body throws is thrown, and the request ends', async () => {
  const url = await serverOf((request) => void request.resume());
  const broken = new Readable({ read: () => void broken.destroy(new Error('the file is gone')) });
  await expect(sendRequest(url, { ...ONCE, method: 'PUT', body: broken })).rejects.toThrow(
    'the file is gone',
  );
});

test('redirects are followed where that is asked for, and not for ever', async () => {
  const url = await serverOf((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left > 0) response.writeHead(307, { location: `/${left - 1}` });
    response.end(request.headers['range']);
  });
  const headers = { range: 'bytes=1-' };
  const answer = await followRequest(new URL('/5', url), { ...ONCE, headers });
  expect([answer.statusCode, String(await readResponse(answer, 100))]).toEqual([200, 'bytes=1-']);
  expect((await followRequest(new URL('/6', url), ONCE)).statusCode).toBe(307);
});

test('Retry-After is read as seconds or as a date, up to what is waited at most', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const read = (value: string | undefined) => retryAfterMillis(value, now, 60_000);
  expect(['2', ' 30 ', '9999', 'Thu, 01 Jan 2026 00:00:05 GMT'].map(read)).toEqual([
    2000, 30_000, 60_000, 5000,
  ]);
  expect([undefined, '', 'soon', '-1', 'Thu, 01 Jan 1970 00:00:00 GMT'].map(read)).toEqual(
    Array(5).fill(null),
  );
});
