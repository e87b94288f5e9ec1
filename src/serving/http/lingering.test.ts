import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { sendJson } from './reply.ts';

const LENGTH = 8 << 20;

test('a client that sends all it has before it reads is told why it is not wanted, and its connection ends', async () => {
  const server = createServer((_, response) => sendJson(response, 401, { detail: 'no key' }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${LENGTH}\r\n\r\n`);
  for (let sent = 0; sent < LENGTH; sent += 1 << 16)
    // Rejects where the connection breaks.
    if (!socket.write(Buffer.alloc(1 << 16))) await once(socket, 'drain');
  await once(socket, 'close');
  expect(text).toMatch(/^HTTP\/1.1 401 .*no key/s);
  server.close();
});

test('an answer to what has no body waits for nothing', async () => {
  const ended: boolean[] = [];
  const server = createServer((_, response) => {
    sendJson(response, 200, { status: 'ok' });
    ended.push(response.writableEnded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await (await fetch(url)).json()).toEqual({ status: 'ok' });
  expect(ended).toEqual([true]);
  server.closeAllConnections();
  server.close();
});
