import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Server } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { FastPathResponse, type PredictionResponse } from '../http/fast-path/response.ts';
import { releaseWhenSent } from './response-memory.ts';

/** More than sockets take at once. */
const LENGTH = 16 << 20;
const WANTED = 'a'.repeat(1000);

let server: Server | null = null;
afterEach(() => server?.close());

/** Has each request answered with bytes that are freed; answers the bytes of the first, and where to ask. */
async function answering(kind: 'node:http' | 'fast path') {
  const bytes = new Uint8Array(LENGTH).fill(97);
  const answer = (response: PredictionResponse): void => {
    releaseWhenSent(bytes, response);
    response.writeHead(200, ['content-length', String(LENGTH)]);
    response.end(bytes);
  };
  server =
    kind === 'node:http'
      ? createServer((_, response) => answer(response))
      : createSocketServer((socket) => {
          const response = new FastPathResponse({ socket, keepAlive: '', ended: () => undefined });
          socket.once('data', () => answer(response));
          socket.on('close', () => response.closed()).on('error', () => undefined);
        });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [response] = await once(get({ port: (server.address() as AddressInfo).port }), 'response');
  return { bytes, response };
}

test.each(['node:http', 'fast path'] as const)(
  '%s: bytes are freed when they are sent, and arrive whole',
  async (kind) => {
    const { bytes, response } = await answering(kind);
    // The client has not read: they are still wanted.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bytes.byteLength).toBe(LENGTH);
    const body = await buffer(response);
    expect(body.length).toBe(LENGTH);
    expect(body.subarray(-1000).toString()).toBe(WANTED);
    expect(body.every((byte) => byte === 97)).toBe(true);
    await vi.waitFor(() => expect(bytes.byteLength).toBe(0));
  },
);

test.each(['node:http', 'fast path'] as const)(
  '%s: bytes of a client that leaves are freed',
  async (kind) => {
    const { bytes, response } = await answering(kind);
    response.destroy();
    await vi.waitFor(() => expect(bytes.byteLength).toBe(0));
  },
);
