import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { startServer } from './start.ts';

test('a page that follows events does not keep a server from stopping', { timeout: 15_000 }, async () => {
  const server = await startServer({
    ...{ versions: [], port: 0, drainMillis: 60_000 },
    api: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
    },
  });
  const stream = await fetch(`${server.url}/api/v1/traffic`, { headers: { accept: 'text/event-stream' } });
  const reader = stream.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n');
  const closed = server.close();
  expect((await reader.read()).done).toBe(true);
  await closed;
});

test('nor does one that reads nothing, though events go on for it', { timeout: 15_000 }, async () => {
  const event = `data: ${'x'.repeat(2 ** 20)}\n\n`;
  const opened: PromiseWithResolvers<ServerResponse> = Promise.withResolvers();
  const server = await startServer({
    ...{ versions: [], port: 0, drainMillis: 60_000 },
    api: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      opened.resolve(response);
    },
  });
  const asked = get(`${server.url}/api/v1/traffic`, { headers: { accept: 'text/event-stream' } });
  asked
    .on('error', () => undefined)
    .on('response', (answer: IncomingMessage) => answer.on('error', () => undefined).pause());
  const response = await opened.promise;
  // More than the sockets between them hold.
  for (let k = 0; k < 64; k++) response.write(event);
  const closed = server.close();
  response.write(event);
  await closed;
  asked.destroy();
});
