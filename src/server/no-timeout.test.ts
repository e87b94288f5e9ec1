import { request } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type SharingServer, startServer } from './start.ts';

let server: SharingServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const PIECES = 6;

/** Sends a body in pieces over `millis`, and answers the status and the text that came back. */
async function slowly(millis: number): Promise<{ status: number; text: string }> {
  server = await startServer({
    versions: [],
    port: 0,
    drainMillis: 0,
    ...{ requestMillis: 200, checkMillis: 50 },
    api: (upload, response) => void upload.pipe(response),
  });
  return new Promise((resolve, reject) => {
    const client = request(`${server!.url}/api/v1/models/m/versions`, { method: 'POST' }, (answer) => {
      textOf(answer).then((text) => resolve({ status: answer.statusCode!, text }), reject);
    });
    client.once('error', reject);
    void send();

    async function send(): Promise<void> {
      for (let sent = 0; sent < PIECES && !client.destroyed; sent++) {
        client.write('a');
        await sleep(millis / PIECES);
      }
      client.end();
    }
  });
}

test('an upload to the control API may take longer than other requests', async () => {
  expect(await slowly(900)).toEqual({ status: 200, text: 'a'.repeat(PIECES) });
});

test('what has not been found to be for the control API is told that it is late', async () => {
  server = await startServer({ versions: [], port: 0, drainMillis: 0, requestMillis: 200, checkMillis: 50 });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('POST /api/v1/models HTTP/1.1\r\nhost: here\r\n');
  let text = '';
  for await (const piece of socket.setEncoding('utf8')) text += piece;
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
});
