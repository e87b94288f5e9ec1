import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { ReceiverPolicy } from '../policy/receivers.ts';
import { testReceiver } from './test-notice.ts';

const INNER = 'words of an inner service';
const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) server.close();
});

async function portOf(server: Server): Promise<number> {
  opened.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const told = (receiver: ReceiverPolicy) =>
  testReceiver({
    ...{ endpoint: 'churn', model: 'churn', name: 'ops', receiver, now: Date.now() },
    surroundings: { env: {}, externalUrl: null, timeoutMillis: 2000 },
  });

const webhook = (url: string): ReceiverPolicy => ({ kind: 'webhook', url, secret: null, template: null });
const mail = (port: number): ReceiverPolicy => ({
  kind: 'email',
  smtp: `smtp://127.0.0.1:${port}`,
  from: 'me@example.com',
  to: ['you@example.com'],
  password: null,
});

test.each([
  [200, { ok: true, detail: 'answered 200' }],
  [404, { ok: false, detail: 'answered 404' }],
  [503, { ok: false, detail: 'answered 503' }],
  [302, { ok: false, detail: 'answered 302; redirects are not followed' }],
])('a test of a receiver that answers %i tells that, and no word of the answer', async (status, wanted) => {
  const http = createServer((_, response) => response.writeHead(status, { location: '/x' }).end(INNER));
  expect(await told(webhook(`http://127.0.0.1:${await portOf(http)}/`))).toEqual(wanted);
  http.closeAllConnections();
});

test('a test of a mail receiver tells no word of what listens there instead', async () => {
  const tcp = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`500 ${INNER}\r\n`);
  });
  const { ok, detail } = await told(mail(await portOf(tcp)));
  expect(ok).toBe(false);
  expect(detail).not.toContain(INNER);
  expect(detail).toMatch(/^the mail was not taken \(E?[A-Z]+\)/);
});

test('what went wrong on this side is told in full', async () => {
  expect((await told(webhook('http://127.0.0.1:1/'))).detail).toBe(
    '127.0.0.1:1 cannot be reached: ECONNREFUSED',
  );
  const refused = await told({ ...mail(25), smtp: 'smtp://169.254.169.254:25' } as ReceiverPolicy);
  expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('PLIMSOLL_LINK_LOCAL') });
});
