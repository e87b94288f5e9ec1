import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { afterAll, afterEach, expect, test } from 'vitest';
import { LoadClient } from './load-client.ts';
import type { LoadOrder, LoadPhase, PhaseOutcome } from './load-order.ts';

const client = new LoadClient();
let server: Server | null = null;

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  server = null;
});

afterAll(() => client.close());

async function load(
  listener: RequestListener,
  phases: readonly LoadPhase[],
  more: Partial<LoadOrder> = {},
): Promise<readonly PhaseOutcome[]> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server!.once('listening', resolve));
  return client.run({
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, isSecure: false },
    request: { method: 'POST', path: '/predict', headers: {}, bodies: ['{"a":1}', '{"a":22}'] },
    ...{ connections: 1000, patience: 25_000, seed: 1, phases, ...more },
  });
}

const accounted = ({ arrived, ok, failed }: PhaseOutcome): boolean =>
  arrived === ok + Object.values(failed).reduce((sum, count) => sum + count, 0);

test('a stream by schedule sends as many as its rate says, with each body in turn, and accounts for all', async () => {
  const bodies = new Map<string, number>();
  const [outcome] = await load(
    async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      bodies.set(text, (bodies.get(text) ?? 0) + 1);
      response.setHeader('server-timing', 'predict;dur=2').end('{}');
    },
    [{ name: 'steady', rate: 200, seconds: 1 }],
  );
  // A Poisson count of 200 is within five standard deviations.
  expect(Math.abs(outcome!.arrived - 200)).toBeLessThan(5 * Math.sqrt(200));
  expect(outcome).toMatchObject({ name: 'steady', rate: 200, ok: outcome!.arrived, failed: {} });
  expect(outcome!.stages).toEqual({ predict: 2 });
  expect([...bodies.keys()].toSorted()).toEqual(['{"a":1}', '{"a":22}']);
  expect(Math.abs(bodies.get('{"a":1}')! - bodies.get('{"a":22}')!)).toBeLessThanOrEqual(1);
});

test('a server that stops for a while is charged for all that came meanwhile', async () => {
  let stopped = false;
  const waiting: (() => void)[] = [];
  const [outcome] = await load(
    (_, response) => {
      if (!stopped) {
        stopped = true;
        setTimeout(() => {
          for (const answer of waiting.splice(0)) answer();
          stopped = false;
        }, 500);
      }
      waiting.push(() => response.end());
    },
    [{ name: 'stall', rate: 100, seconds: 1 }],
  );
  // Arrivals are even over half a second of silence: a client that waited for its answer would have noted one of them.
  expect(outcome!.ok).toBeGreaterThan(50);
  expect(outcome!.latency.mean).toBeGreaterThan(150);
});

test('arrivals that find every connection busy are counted as unsent, those without an answer as timeouts', async () => {
  const [outcome] = await load(() => undefined, [{ name: 'silent', rate: 100, seconds: 0.5 }], {
    ...{ connections: 3, patience: 300 },
  });
  expect(outcome!.ok).toBe(0);
  expect(outcome!.failed['timeout']).toBeGreaterThanOrEqual(3);
  expect(outcome!.failed['unsent']).toBeGreaterThan(10);
  expect(accounted(outcome!)).toBe(true);
});

test('refusals are told by status with their first body, broken connections as resets', async () => {
  let count = 0;
  const [outcome] = await load(
    (request, response) => {
      count++;
      if (count % 3 === 0) request.socket.destroy();
      else if (count % 3 === 1) response.writeHead(503).end('{"code":"OVERLOADED"}');
      else response.end('fine');
    },
    [{ name: 'mixed', rate: null, seconds: 0.3, clients: 2 }],
  );
  expect(outcome!.bodies).toEqual({ '503': '{"code":"OVERLOADED"}' });
  expect(outcome!.failed['reset']).toBeGreaterThan(0);
  expect(outcome!.failed['503']).toBeGreaterThan(0);
  expect(accounted(outcome!)).toBe(true);
});

test('phases follow each other, and a closed loop sends no more at once than it has clients', async () => {
  let [open, most] = [0, 0];
  const outcomes = await load(
    (_, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end();
      }, 5);
    },
    [
      { name: 'a', rate: null, seconds: 0.2, clients: 4 },
      { name: 'b', rate: null, seconds: 0.2, clients: 4 },
    ],
  );
  expect(most).toBe(4);
  expect(outcomes.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(outcomes.every(accounted)).toBe(true);
  expect(outcomes[1]!.began).toBeGreaterThanOrEqual(outcomes[0]!.began + 200);
});

test('a client of a closed loop rests before its next request, and no longer than its phase lasts', async () => {
  const began = performance.now();
  const [short, long] = await load(
    (_, response) => response.end(),
    [
      { name: 'short', rate: null, seconds: 0.5, clients: 1, rest: 50 },
      { name: 'long', rate: null, seconds: 0.2, clients: 1, rest: 60_000 },
    ],
  );
  expect(short!.ok).toBeGreaterThan(1);
  expect(short!.ok).toBeLessThanOrEqual(11);
  expect(long!.arrived).toBeLessThanOrEqual(2);
  expect([short!, long!].every(accounted)).toBe(true);
  expect(performance.now() - began).toBeLessThan(30_000);
});

test('a server that closes idle connections costs no answer', async () => {
  const outcomes = await load(
    (_, response) => {
      server!.keepAliveTimeout = 200;
      response.end();
    },
    [
      { name: 'many', rate: null, seconds: 0.1, clients: 20 },
      { name: 'rare', rate: 4, seconds: 1.5 },
      { name: 'again', rate: null, seconds: 0.1, clients: 20 },
    ],
  );
  expect(outcomes.every(({ failed }) => Object.keys(failed).length === 0)).toBe(true);
});

test('what listens and is no HTTP ends in resets', async () => {
  const plain = createSocketServer((socket) => socket.on('error', () => undefined).end('SSH-2.0\r\n\r\n'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  try {
    const [outcome] = await client.run({
      target: { host: '127.0.0.1', port: (plain.address() as AddressInfo).port, isSecure: false },
      request: { method: 'POST', path: '/', headers: {}, bodies: [''] },
      ...{ connections: 10, patience: 1000, seed: 1, phases: [{ name: 'x', rate: 50, seconds: 0.3 }] },
    });
    expect(outcome!.ok).toBe(0);
    expect(outcome!.failed['reset']).toBe(outcome!.arrived);
  } finally {
    plain.close();
  }
});

test('a request that HTTP does not take is refused before anything is sent', async () => {
  const request = { method: 'POST', path: '/a b', headers: {}, bodies: [''] };
  await expect(load(() => undefined, [], { request })).rejects.toMatchObject({ code: 'USAGE' });
});
