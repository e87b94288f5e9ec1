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
