/** How an experiment stands: the metric that decides and the others, every arm against control. */

import { grouped } from '../../core/digits.ts';
import type { ExperimentView, MetricStanding } from '../../rollout/experiment/view.ts';

import { difference, percent } from './numbers.ts';
import { columns, flow, type Line } from './paint.ts';

const HEAD = ['Metric', 'arm', 'units', 'mean', 'control', 'difference', 'interval', 'better by chance'];
const EXPENDABLE = ['units', 'control', 'mean', 'better by chance'];
/** Below this p the units are not split as they should be. */
const SPLIT_ALARM = 0.001;

export function experimentLines(view: ExperimentView | null, width: number): Line[] {
  if (view === null) return [];
  const { metrics, arms, split, winner } = view;
  const lost = arms.filter((arm) => arm.lost !== null).map(({ name, lost: cause }) => `${name} (${cause})`);
  return [
    ...columns(HEAD, metrics.map(cells), width, EXPENDABLE),
    ...flow('Winner', winner === null ? ['none yet'] : [['green', winner]], width),
    ...(lost.length === 0 ? [] : flow('Lost', [['red', lost.join(', ')]], width)),
    ...(split === null || split.p >= SPLIT_ALARM
      ? []
      : flow(
          'Split',
          [['red', `units are not split as they should be (p ${split.p.toPrecision(2)})`]],
          width,
        )),
  ];
}

function cells(standing: MetricStanding): Line {
  const { metric, scale, isPrimary, arm, units, mean, controlMean, estimate, atTheEnd, chance } = standing;
  const { lower, upper } = atTheEnd ?? standing;
  const isClear = lower !== null && upper !== null && (lower > 0 || upper < 0);
  const value = (mean: number): string =>
    scale === 'share' ? percent(mean) : String(Number(mean.toPrecision(3)));
  const name = isPrimary ? `${metric} (decides)` : metric;
  return [
    isClear ? ['yellow', name] : name,
    arm,
    units.map((count) => grouped(count)).join(' and '),
    mean === null ? '-' : value(mean),
    controlMean === null ? '-' : value(controlMean),
    estimate === null ? '-' : difference(estimate, scale),
    lower === null || upper === null
      ? 'too few units'
      : `${difference(lower, scale)} to ${difference(upper, scale)}`,
    chance === null ? '-' : percent(chance),
  ];
}
