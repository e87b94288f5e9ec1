import { expect, test } from 'vitest';
import { NO_ARM_COUNTS } from '../recorded-window.ts';
import {
  begin,
  command,
  EXPERIMENT_MINUTE_MS,
  feed,
  feedWindow,
  minute,
  viewOf,
} from './testing/experiments.ts';

/** A hundred units an arm a minute: they are counted when they come, and their values at once. */
const counted = (window: number, lift: number) => {
  const arm = { ...NO_ARM_COUNTS, units: 100, assigned: 100 };
  return { ...minute(window, lift), arms: [arm, arm] };
};

test('an experiment says what it expects of the traffic that it has seen, and when it will be decided', () => {
  const run = begin({ primary: { metric: 'revenue', minimumEffect: 0.5, maturity: '1m' }, maxTime: '10h' });
  expect(viewOf(run).outlook).toBeNull();
  for (let window = 0; window < 10; window++) feedWindow(run, counted(window, 0.3));
  const { outlook, rule, looks } = viewOf(run);
  expect(outlook).toMatchObject({ arm: 'candidate', minimumEffect: expect.any(Number) });
  // Values are spread evenly over ten: 10/√12.
  expect(outlook!.deviation).toBeCloseTo(10 / Math.sqrt(12), 0);
  expect(outlook!.rate).toBeCloseTo(200 / 60, 1);
  expect(outlook!.units).toBeGreaterThan(100_000);
  expect(outlook!.detectable).toBeLessThan(0.5);
  expect(rule).toMatchObject({
    bar: 0,
    deadline: 600 * EXPERIMENT_MINUTE_MS,
    isFixed: false,
    minimumEffect: 0.5,
  });
  expect(looks.map(({ at }) => at)).toEqual(looks.map((_, window) => window * EXPERIMENT_MINUTE_MS));
  // What is expected comes about as it is expected.
  const { decision } = outlook!;
  let window = 10;
  for (; window < 600 && run.state.phase.kind === 'running'; window++) feedWindow(run, counted(window, 0.3));
  expect(viewOf(run)).toMatchObject({ winner: 'candidate', outlook: null });
  const took = (window - 10) * EXPERIMENT_MINUTE_MS;
  expect(took).toBeGreaterThan(decision! / 5);
  expect(took).toBeLessThan(decision! * 5);
});

test('nothing is expected while a person is waited for, and a fixed horizon decides at its end', () => {
  const run = begin({ primary: { metric: 'revenue', maturity: '1m' }, horizon: '1h' });
  for (let window = 0; window < 10; window++) feedWindow(run, counted(window, 0));
  expect(viewOf(run).outlook!.decision).toBe(61 * EXPERIMENT_MINUTE_MS - viewOf(run).rule.elapsed);
  feed(run, command('pause'), 10 * EXPERIMENT_MINUTE_MS);
  expect(viewOf(run).outlook).toBeNull();
});

test('of a long experiment its first looks are as many as its last', () => {
  const run = begin();
  for (let window = 0; window < 2000; window++) feedWindow(run, minute(window, 0));
  const { looks } = viewOf(run);
  expect(looks.length).toBeLessThanOrEqual(300);
  expect(looks.filter(({ window }) => window < 1000).length / looks.length).toBeCloseTo(0.5, 1);
  expect(looks.at(-1)!.window).toBe(run.state.next[0]! - 1);
});
