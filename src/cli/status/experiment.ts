/** How an experiment stands: the metric that decides and the others, every arm against control. */
import type { ExperimentView, MetricStanding } from '../../rollout/experiment/view.ts';
import { grouped } from '../table.ts';
import { percent, signed } from './numbers.ts';
import { columns, flow, type Line } from './paint.ts';

const HEAD = ['Metric', 'arm', 'units', 'mean', 'control', 'difference', 'interval', 'better by chance'];
/** Below this p the units are not split as they should be. */
const SPLIT_ALARM = 0.001;

export function experimentLines(view: ExperimentView | null, width: number): Line[] {
  if (view === null) return [];
  const { metrics, arms, split, winner } = view;
  const lost = arms.filter((arm) => arm.lost !== null).map(({ name, lost: cause }) => `${name} (${cause})`);
  return [
    ...columns(HEAD, metrics.map(cells)),
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
  const { metric, isPrimary, arm, units, mean, controlMean, estimate, atTheEnd, chance } = standing;
  const { lower, upper } = atTheEnd ?? standing;
  const isClear = lower !== null && upper !== null && (lower > 0 || upper < 0);
  const name = isPrimary ? `${metric} (decides)` : metric;
  return [
    isClear ? ['yellow', name] : name,
    arm,
    units.map((count) => grouped(count)).join(' and '),
    mean === null ? '-' : short(mean),
    controlMean === null ? '-' : short(controlMean),
    estimate === null ? '-' : signed(estimate),
    lower === null || upper === null ? 'too few units' : `${signed(lower)} to ${signed(upper)}`,
    chance === null ? '-' : percent(chance),
  ];
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
