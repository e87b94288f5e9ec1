import { expect, test } from 'vitest';
import type { CostPoint } from './measured-load.ts';
import { onlineCostOf } from './online-fit.ts';

const BOUNDS = { loopRows: 100, readRows: 1000, away: 'threads' as const, rowMicros: 5, rowBytes: 50 };
const SERVER = { cores: 2, memory: 100e6, memoryAway: 180e6, start: 700 };

/** A server that works exactly so: 50 µs and 5 a row on the loop; beyond, threads take 80 and 4, 1.2 times as long side by side. */
function served(rows: number, clients: number, more = 0): CostPoint {
  const isAway = rows > 100;
  const loop = isAway ? (rows > 1000 ? 90 : 60 + rows) : 50 + 5 * rows;
  const threads = isAway ? (80 + 4 * rows) * (clients > 1 ? 1.2 : 1) : 0;
  const latency = loop + threads + (isAway ? 200 : 100) + more;
  const parts = Array.from({ length: 100 }, (_, i) => (latency / 1000) * (0.9 + 0.2 * (i / 99)));
  return { rows, rate: 1, each: { loop, threads, others: 7, children: 0 }, client: 20, latency, parts };
}

test('the cost of a server is found in its loads', () => {
  const sizes = [1, 60, 150, 900, 1100, 4000];
  const calm = sizes.map((rows) => served(rows, 1));
  const rested = sizes.map((rows) => served(rows, 1, 30 + 2 * rows));
  const busy = sizes.map((rows) => served(rows, 6));
  const cost = onlineCostOf([{ calm, rested, busy }], BOUNDS, SERVER);
  expect(cost.loop.request).toBeCloseTo(50, 6);
  expect(cost.loop.row).toBeCloseTo(5, 6);
  expect(cost.contention).toBeCloseTo(1.2, 9);
  expect(cost.scoring.request).toBeCloseTo(80, 6);
  expect(cost.scoring.row).toBeCloseTo(4, 6);
  expect(cost.door).toMatchObject({ request: expect.closeTo(60, 6), row: expect.closeTo(1, 6) });
  expect(cost.passing).toMatchObject({ rows: 1000, line: { request: expect.closeTo(90, 6) } });
  expect(cost.beside.request).toBeCloseTo(7, 6);
  for (const more of [cost.rested?.loop, cost.rested?.away])
    expect(more).toMatchObject({ request: expect.closeTo(30, 6), row: expect.closeTo(2, 6) });
  expect(cost.pause.loop).toBeCloseTo(100, 6);
  expect(cost.pause.away).toBeCloseTo(200, 6);
  // Servers of an open load rest now and then, and so did those whose times are spread.
  const [least, most] = [cost.spread.at(0)!, cost.spread.at(-1)!];
  expect(most - least).toBeCloseTo(
    (0.2 * (100 + 50 + 5 * 60 + 30 + 2 * 60)) / (50 + 5 * 60 + 30 + 2 * 60),
    6,
  );
  expect(cost.spread).toHaveLength(100);
  expect(cost.awayMemory).toBe(40e6);
});

test('what a rest costs large requests is not decided by that of small ones, of which it is a small part', () => {
  const sizes = [1, 20, 90];
  const calm = sizes.map((rows) => served(rows, 1));
  const busy = sizes.map((rows) => served(rows, 6));
  // Of 155 and 250 µs, 30 and 3 are noise of the clock; weighed as shares of themselves, they would leave 3 of the last 180.
  const rested = [30, 3, 180].map((more, at) => served(sizes[at]!, 1, more));
  const { request, row } = onlineCostOf([{ calm, rested, busy }], BOUNDS, SERVER).rested!.loop;
  expect(request + 90 * row).toBeGreaterThan(100);
});

test('a rare long time of one round is as long in the spread of all', () => {
  const even = served(60, 1);
  const parts = [...Array<number>(99).fill(1), 12];
  const roundOf = (rested: CostPoint) => ({ calm: [even], rested: [rested], busy: [served(60, 6)] });
  const rounds = [roundOf({ ...even, parts: Array<number>(100).fill(1) }), roundOf({ ...even, parts })];
  const { spread, pause } = onlineCostOf(rounds, BOUNDS, SERVER);
  const work = 1 - pause.loop / 1000;
  expect(spread).toHaveLength(200);
  expect(spread.at(-1)).toBeCloseTo((11 + work) / (work + 0.11), 6);
});
