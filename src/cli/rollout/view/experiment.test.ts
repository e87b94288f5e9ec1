import { expect, test } from 'vitest';
import type { ExperimentView, MetricResult } from '../../../rollout/experiment/view.ts';
import { experimentLines } from './experiment.ts';
import { renderLine } from './styled-line.ts';

const REVENUE: MetricResult = {
  metric: 'revenue',
  scale: 'plain',
  isPrimary: true,
  isGuardrail: false,
  direction: 'up',
  margin: 0,
  arm: 'candidate',
  units: [1204, 1190],
  mean: 12.41,
  controlMean: 11.9,
  estimate: 0.51,
  lower: 0.12,
  upper: 0.9,
  atTheEnd: null,
  chance: 0.998,
};
const VIEW: ExperimentView = {
  arms: [
    { name: 'control', version: 1, isControl: true, share: 0.5, units: 1190, lost: null, guards: {} },
    { name: 'candidate', version: 2, isControl: false, share: 0.5, units: 1204, lost: null, guards: {} },
  ],
  metrics: [
    REVENUE,
    {
      ...REVENUE,
      metric: 'visits',
      isPrimary: false,
      lower: null,
      upper: null,
      estimate: null,
      chance: null,
    },
  ],
  segments: [],
  differences: [],
  split: { p: 0.4, alpha: 0.001 },
  rule: {
    ...{ bar: 0, alpha: 0.05, maturity: 0, elapsed: 0, deadline: 1, isFixed: false, onTimeout: 'hold' },
    ...{ minimumEffect: null, segments: null, segmentGuard: null },
  },
  outlook: null,
  winner: 'candidate',
  looks: [],
};
const text = (view: ExperimentView | null): string =>
  experimentLines(view, 120)
    .map((line) => renderLine(line, 120, (_, words) => words))
    .join('\n');

test('an experiment shows each metric of each arm against control, and who has won', () => {
  expect(
    text(VIEW),
  ).toBe(`Metric             arm                  units  mean  control  difference       interval  better by chance
revenue (decides)  candidate  1,204 and 1,190  12.4     11.9       +0.51  +0.12 to +0.9            99.8 %
visits             candidate  1,204 and 1,190  12.4     11.9           -  too few units                 -
Winner    candidate`);
});

test('an experiment by segments shows each of them, and says where the effect differs', () => {
  const { isPrimary, atTheEnd, chance, ...contrast } = REVENUE;
  const view: ExperimentView = {
    ...VIEW,
    metrics: [REVENUE],
    segments: [
      { ...contrast, isPrimary, segment: 'x-country=DE' },
      { ...contrast, isPrimary, segment: 'x-country=FR', lower: null, upper: null },
      { ...contrast, isPrimary: false, metric: 'visits', segment: 'x-country=DE' },
    ],
    differences: [
      {
        ...{ metric: 'revenue', arm: 'candidate', segments: ['x-country=DE', 'x-country=FR'] },
        ...{ estimate: 1, lower: 0.5, upper: 1.5, p: 0.001 },
        message: 'the effect of candidate on revenue differs between x-country=DE and x-country=FR',
      },
    ],
  };
  expect(text(view)).toBe(
    `Metric             arm                  units  mean  control  difference       interval  better by chance
revenue (decides)  candidate  1,204 and 1,190  12.4     11.9       +0.51  +0.12 to +0.9            99.8 %
Segment       metric   arm                  units  mean  control  difference       interval
x-country=DE  revenue  candidate  1,204 and 1,190  12.4     11.9       +0.51  +0.12 to +0.9
x-country=FR  revenue  candidate  1,204 and 1,190  12.4     11.9       +0.51  too few units
Segments  the effect of candidate on revenue differs between x-country=DE and x-country=FR
Winner    candidate`,
  );
});

test('a split that is broken is said, one that is whole is not', () => {
  expect(text({ ...VIEW, split: { p: 1e-5, alpha: 0.001 }, winner: null })).toContain(
    'none yet\nSplit     units are not split',
  );
  expect(text(null)).toBe('');
});
