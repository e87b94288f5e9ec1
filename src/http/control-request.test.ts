import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendControlRequest } from './control-request.ts';

const server = createServer((_, response) => response.end('{}'));
let port: number;
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

test.each([
  ['an address without a scheme', () => `localhost:${port}`, /https:\/\/HOST:PORT was wanted$/],
  ['no address at all', () => 'models', /https:\/\/HOST:PORT was wanted$/],
  ['TLS with a server that speaks none', () => `https://127.0.0.1:${port}`, /speaks no TLS/],
  ['a port where nobody listens', () => 'http://127.0.0.1:1', /nobody listens there$/],
])('%s is told in words', async (_, url, message) => {
  const asked = sendControlRequest({ url: url() }, { method: 'GET', path: '/models' });
  await expect(asked).rejects.toMatchObject({
    code: 'CONTROL_UNREACHABLE',
    message: expect.stringMatching(message),
  });
});
