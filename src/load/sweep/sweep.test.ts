import { expect, test } from 'vitest';
import { capacityOf, type QueueServer, simulated } from '../testing/queue-server.ts';
import { Sweep, type SweepResult } from './sweep.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => 100 + i);
/** Servers live in simulated time: the sweep ends where it knows enough. */
const OPTIONS = { seconds: 60, limit: null, mostRate: 50_000, now: () => 0 };

const sweep = (server: QueueServer, seed: number, options = OPTIONS): Promise<SweepResult<null>> =>
  new Sweep(simulated(server, seed), options, () => undefined).run();

/** Shares of the capacity at which the knee was found, over seeds. */
async function kneesOf(server: QueueServer, capacity: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (const seed of SEEDS) found.push((await sweep(server, seed)).knee!.rate / capacity);
  return found;
}

const exponential =
  (mean: number): QueueServer['service'] =>
  (random) =>
    -mean * Math.log(1 - random.next());

const CASES: readonly (readonly [name: string, server: QueueServer, mean: number])[] = [
  ['one worker, the same work each time', { servers: 1, service: () => 2 }, 2],
  ['one worker, exponential work', { servers: 1, service: exponential(2) }, 2],
  ['four workers', { servers: 4, service: exponential(8) }, 8],
  ['one slow worker', { servers: 1, service: () => 20 }, 20],
];

test.each(CASES)('the knee of a queue is near its capacity: %s', async (_, server, mean) => {
  const knees = await kneesOf(server, capacityOf(server, mean));
  // Arrivals of a step vary by the root of their number: of 300 by 6 %, and a rate that is too much is tried twice.
  const off = mean === 20 ? 0.2 : 0.1;
  for (const share of knees) expect(Math.abs(share - 1), `found at ${share}`).toBeLessThan(off);
});

test('what is refused beyond a limit on the queue is too much, though those that are answered are fast', async () => {
  const server = { servers: 1, service: () => 2, most: 5 };
  const { knee, steps } = await sweep(server, 3);
  // An M/D/1 queue with room for five refuses one of a hundred near four fifths of its capacity.
  expect(knee!.rate).toBeLessThan(500);
  expect(knee!.rate).toBeGreaterThan(300);
  expect(steps.at(-1)!.failed['503']).toBeGreaterThan(0);
  expect(steps.at(-1)!.latency.max).toBeLessThan(15);
});

test('the knee is no higher than the highest rate that may be tried', async () => {
  const { knee, steps } = await sweep(CASES[0]![1], 1, { ...OPTIONS, mostRate: 200 });
  expect(knee).toEqual({ rate: 200, beyond: null });
  expect(Math.max(...steps.map(({ rate }) => rate!))).toBe(200);
});

test('a limit that is given is kept to, and a server that never keeps it has no knee', async () => {
  const strict = await sweep(CASES[3]![1], 1, { ...OPTIONS, limit: 30 } as never);
  expect(strict.limit).toBe(30);
  expect(strict.knee!.rate).toBeLessThan(25);
  const never = await sweep(CASES[3]![1], 1, { ...OPTIONS, limit: 10 } as never);
  expect(never.knee).toBeNull();
  expect(never.half).toBeNull();
});

test('what follows the sweep is sent at half and at nine tenths of the knee', async () => {
  const { knee, half, nineTenths, peak } = await sweep(CASES[0]![1], 5);
  expect(half!.rate).toBeCloseTo(knee!.rate / 2);
  expect(nineTenths!.rate).toBeCloseTo(0.9 * knee!.rate);
  expect(peak!.ok / peak!.seconds).toBeGreaterThan(480);
  expect(peak!.ok / peak!.seconds).toBeLessThan(520);
});

test('a server that stops answering ends the sweep with what was measured until then', async () => {
  const send = simulated(CASES[0]![1], 1);
  let sent = 0;
  const result = await new Sweep<null>(
    async (phase) => {
      const outcome = await send(phase);
      return ++sent < 7 ? outcome : { ...outcome, ok: 0, inTime: 0, failed: { reset: outcome.arrived } };
    },
    OPTIONS,
    () => undefined,
  ).run();
  expect(result.isGone).toBe(true);
  expect(result.steps.length).toBeGreaterThan(0);
  expect(result.half).toBeNull();
});

test('a hiccup of the machine during one step costs no knee', async () => {
  const send = simulated(CASES[0]![1], 9);
  let sent = 0;
  const { knee } = await new Sweep<null>(
    async (phase) => {
      const outcome = await send(phase);
      return ++sent % 5 === 0 ? { ...outcome, inTime: 0 } : outcome;
    },
    OPTIONS,
    () => undefined,
  ).run();
  expect(knee!.rate).toBeGreaterThan(375);
});

test('a server that answers no closed loop at all is still asked by schedule', async () => {
  const send = simulated(CASES[0]![1], 4);
  const { knee, peak, isGone } = await new Sweep<null>(
    async (phase) => {
      const outcome = await send(phase);
      return phase.rate !== null || phase.seconds === 0 ? outcome : { ...outcome, ok: 0, inTime: 0 };
    },
    { ...OPTIONS, mostRate: 20 },
    () => undefined,
  ).run();
  expect(isGone).toBe(false);
  expect(peak).toMatchObject({ ok: 0 });
  expect(knee!.rate).toBe(20);
});
