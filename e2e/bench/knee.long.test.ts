import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { boundAddress } from '../../src/core/network.ts';
import { LoadClient } from '../../src/load/load-client.ts';
import { phaseSender } from '../../src/load/sweep/send-phase.ts';
import { Sweep } from '../../src/load/sweep/sweep.ts';
import { queueServer } from './queue-server.ts';

const client = new LoadClient();
afterAll(() => client.close());

/** Milliseconds of work a request: timers have steps of one millisecond. */
const CASES = [5, 10, 20];

test.each(CASES)(
  'the knee of a server that works %d ms on each request is what it can work off',
  async (millis) => {
    let [served, busy] = [0, 0];
    const server = createServer(
      queueServer(millis, (took) => {
        served++;
        busy += took;
      }),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const target = { host: '127.0.0.1', port: boundAddress(server).port, isSecure: false };
      const request = { method: 'POST', path: '/', headers: {}, bodies: ['{}'] };
      const order = { target, request, connections: 1000, patience: 5000, seed: 1 };
      const options = { seconds: 60, limit: null, mostRate: 10_000 };
      const { knee } = await new Sweep(
        phaseSender(client, order, () => []),
        options,
        () => undefined,
      ).run();
      // What it was able to, by its own count: timers are late where the machine is busy.
      const capacity = (1000 * served) / busy;
      console.log(`${millis} ms: capacity ${capacity.toFixed(1)}, knee ${knee?.rate.toFixed(1)}`);
      expect(Math.abs(knee!.rate / capacity - 1)).toBeLessThan(0.15);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
  180_000,
);
