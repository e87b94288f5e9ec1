import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PoolScaler, type PoolScaling } from './scaling.ts';

const RULE: PoolScaling = { min: 1, max: 3, upMillis: 2000, cooldownMillis: 10_000, idleMillis: 30_000 };

/** Workers after each second, where `busy` says how many of them would be busy if there were enough. */
function run(rule: PoolScaling, demand: readonly number[], from = 1, startSeconds = 0): readonly number[] {
  const scaler = new PoolScaler(rule);
  let [slots, busyMillis, starting] = [from, 0, 0];
  return demand.map((wanted, second) => {
    const up = slots - (starting > second ? 1 : 0);
    const busy = Math.min(wanted, up);
    busyMillis += 1000 * busy;
    const load = { now: 1000 * (second + 1), busyMillis, slots, up };
    const next = scaler.next({ ...load, waiting: Math.ceil(wanted - busy), inFlight: Math.ceil(busy) });
    if (next > slots) starting = second + 1 + startSeconds;
    slots = next;
    return slots;
  });
}
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

test('workers that are always busy, with requests waiting, get one more, and it goes when it has not been needed for a while', () => {
  const seen = run(RULE, [...times(10, 0.3), ...times(10, 1.7), ...times(25, 0.3)]);
  expect(seen.slice(0, 11)).toEqual(times(11, 1));
  expect(seen.slice(11, 20)).toEqual(times(9, 2));
  expect(seen.slice(20, 29)).toEqual(times(9, 2));
  expect(seen.slice(32)).toEqual(times(13, 1));
});

test('a short burst starts nothing', () => {
  expect(new Set(run(RULE, [...times(5, 0.2), 5, ...times(5, 0.2), 5, ...times(5, 0.2)]))).toEqual(
    new Set([1]),
  );
});

test('one client that always has the only worker busy needs no second one', () => {
  expect(new Set(run(RULE, times(60, 1)))).toEqual(new Set([1]));
  expect(run(RULE, times(60, 1), 2).at(-1)).toBe(1);
});

test('while a worker is being started no other one is', () => {
  const seen = run(RULE, times(20, 5), 1, 10);
  expect(seen.indexOf(2)).toBeGreaterThan(0);
  expect(seen.indexOf(3)).toBeGreaterThanOrEqual(seen.indexOf(2) + 10);
  expect(Math.max(...seen)).toBe(3);
});

test('the last worker goes where nobody asks, comes with the next request, and stays where it must', () => {
  const rule = { ...RULE, min: 0 };
  const seen = run(rule, [...times(5, 0.1), ...times(40, 0), 1, ...times(5, 0)]);
  expect(seen.slice(0, 34)).toEqual(times(34, 1));
  expect(seen.slice(35, 45)).toEqual(times(10, 0));
  expect(seen.slice(45)).toEqual(times(6, 1));
  expect(new Set(run(RULE, times(60, 0)))).toEqual(new Set([1]));
});

test('whatever the load, the number stays between its bounds and moves by one, but for the last to go', () => {
  const rule = fc.record({ min: fc.nat(3), more: fc.nat(4), cooldown: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(
      rule,
      fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { maxLength: 200 }),
      (drawn, demand) => {
        const max = Math.max(1, drawn.min + drawn.more);
        const scaling = { ...RULE, min: drawn.min, max, cooldownMillis: 1000 * drawn.cooldown };
        let before = Math.max(1, drawn.min);
        for (const slots of run(scaling, demand, before)) {
          expect(slots).toBeGreaterThanOrEqual(drawn.min);
          expect(slots).toBeLessThanOrEqual(max);
          if (slots > 0) expect(Math.abs(slots - before)).toBeLessThanOrEqual(1);
          before = slots;
        }
      },
    ),
  );
});
