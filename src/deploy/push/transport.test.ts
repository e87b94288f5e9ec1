import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { replayableBodyOf, sendOnce } from './transport.ts';

let server: Server;
afterEach(() => void server.close().closeAllConnections());

/** Answers PUT so long after all has come, GET not at all. */
async function slow(millis: number): Promise<URL> {
  server = createServer(async (request, response) => {
    if (request.method === 'GET') return;
    for await (const _ of request);
    await sleep(millis);
    response.writeHead(201).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

test('a registry that has got everything may take long to say so; one that says nothing to a question may not', async () => {
  const url = await slow(500);
  const silence = { millis: 150, sentMillis: 10_000 };
  const body = replayableBodyOf(Buffer.alloc(1000));
  const answer = await sendOnce({ method: 'PUT', url, headers: {}, body }, silence);
  expect(answer.status).toBe(201);
  await expect(sendOnce({ method: 'GET', url, headers: {} }, silence)).rejects.toMatchObject({
    kind: 'network',
    message: 'nothing came for 0.15 s',
  });
  const impatient = sendOnce({ method: 'PUT', url, headers: {}, body }, { millis: 150, sentMillis: 200 });
  await expect(impatient).rejects.toMatchObject({ message: 'nothing came for 0.2 s' });
});
