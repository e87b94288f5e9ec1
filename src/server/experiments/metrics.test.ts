import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import {
  begin,
  cohortOf,
  drawUnits,
  feedWindow,
  segmentedCohort,
  viewOf,
} from '../../rollout/experiment/testing/experiments.ts';
import { experimentMetrics } from './metrics.ts';

const POLICY = {
  primary: { metric: 'revenue' },
  guardrails: [{ metric: 'visits' }],
  segments: 'x-country',
  horizon: '1d',
};

function lines(countries: Readonly<Record<string, number>>): readonly string[] {
  const run = begin(POLICY);
  const random = seededRandom(4);
  const units = Object.fromEntries(
    Object.entries(countries).map(([name, lift]) => [
      name,
      drawUnits(2000, [0.5, 0.5], random, (arm, { next }) => next() + arm * lift),
    ]),
  );
  const outcomes = [segmentedCohort('revenue', 0, units), cohortOf('visits', 0, [[0, 1]])];
  feedWindow(run, { window: 0, outcomes });
  return experimentMetrics([{ endpoint: 'offers', view: viewOf(run) }])
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

const found = (all: readonly string[], start: string): number => {
  const line = all.find((one) => one.startsWith(start));
  return line === undefined ? Number.NaN : Number(line.split(' ').at(-1));
};

test('an experiment has its differences with their bounds, by arm and by segment of the metric that decides', () => {
  const all = lines({ DE: 1, FR: 0 });
  const at = (segment: string, bound: string): number =>
    found(
      all,
      `experiment_metric_difference{endpoint="offers",metric="revenue",arm="candidate",segment="${segment}",bound="${bound}"}`,
    );
  expect(at('all', 'lower')).toBeGreaterThan(0.2);
  expect(at('all', 'point')).toBeCloseTo(0.5, 1);
  expect(at('all', 'upper')).toBeLessThan(0.8);
  expect(at('x-country=DE', 'point')).toBeCloseTo(1, 1);
  expect(at('x-country=FR', 'lower')).toBeLessThan(0);
  const differ = 'experiment_segments_differ{endpoint="offers",metric="revenue",arm="candidate"}';
  expect(found(all, differ)).toBe(1);
  expect(found(lines({ DE: 0, FR: 0 }), differ)).toBe(0);
});

test('units are told of every arm, control too and once; what is not known is no sample', () => {
  const all = lines({ DE: 1, FR: 0 });
  const units = (arm: string, segment: string): number =>
    found(
      all,
      `experiment_metric_units{endpoint="offers",metric="revenue",arm="${arm}",segment="${segment}"}`,
    );
  for (const segment of ['x-country=DE', 'x-country=FR'])
    expect(units('candidate', segment) + units('stable', segment)).toBe(2000);
  expect(units('candidate', 'all') + units('stable', 'all')).toBe(4000);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((line) => line.includes('metric="visits"') && line.includes('_difference'))).toEqual([]);
});

test('there are as many series as arms, metrics and segments make', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`S${i}`, 0]));
  // Each of all and 33 segments: three bounds and two arms; a guardrail of two units; whether segments differ.
  expect(lines(many).length).toBeLessThanOrEqual(34 * 5 + 5 + 1);
});
