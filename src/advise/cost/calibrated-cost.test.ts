import { expect, test } from 'vitest';
import { calibratedCost } from './calibrated-cost.ts';

const LOAD = {
  ...{ answers: 1000, loop: 200, threads: 0, others: 20, children: 30 },
  ...{ mean: 0.5, parts: [0.4, 0.5, 0.6] },
};
const ABOUT = { rows: 3, python: false, memory: 1e8, little: null };

test('work of the event loop is scored there, and all other work is beside it', () => {
  const cost = calibratedCost(LOAD, { ...LOAD, loop: 150 }, ABOUT);
  expect(cost).toMatchObject({
    loopRows: 3,
    loop: { request: 150, row: 0 },
    beside: { request: 50 },
    contention: 1,
  });
  // Of half a millisecond the loop worked for two tenths.
  expect(cost.pause.loop).toBeCloseTo(300);
});

test('work of scoring threads is scored there, as long as it takes where nobody is in its way', () => {
  const calm = { ...LOAD, loop: 50, threads: 4000, mean: 4.2 };
  const cost = calibratedCost(calm, { ...calm, threads: 5000 }, ABOUT);
  expect(cost).toMatchObject({
    loopRows: 0,
    away: 'threads',
    scoring: { request: 4000 },
    door: { request: 50 },
  });
  expect(cost.contention).toBeCloseTo(1.25);
  expect(cost.pause.away).toBeCloseTo(150);
});

test('of a model of Python the processes score', () => {
  const cost = calibratedCost(
    { ...LOAD, children: 900 },
    { ...LOAD, children: 900 },
    { ...ABOUT, python: true },
  );
  expect(cost).toMatchObject({
    loopRows: 0,
    away: 'processes',
    scoring: { request: 900 },
    beside: { request: 20 },
  });
});

test('what an answer takes more under little load is the rest of its server before it', () => {
  const told = { ...ABOUT, little: 0.8 };
  // Of a millisecond's half nothing worked for 0.3 ms; 0.15 ms are the work under load.
  expect(calibratedCost(LOAD, { ...LOAD, loop: 150 }, told).rested?.loop.request).toBeCloseTo(350);
  expect(calibratedCost(LOAD, LOAD, { ...ABOUT, little: 0.1 }).rested?.loop.request).toBe(0);
  expect(calibratedCost(LOAD, LOAD, ABOUT).rested?.loop.request).toBe(0);
});

test('single times are multiples of their mean, without the pause', () => {
  const { spread } = calibratedCost({ ...LOAD, mean: 0.5, loop: 500 }, LOAD, ABOUT);
  expect(spread.reduce((sum, part) => sum + part, 0) / spread.length).toBeCloseTo(1);
  expect(spread[2]! / spread[0]!).toBeCloseTo(1.5);
});
