/** Differences between the arms, with intervals that hold at every look; of segments only those that stand out. */
import type { MetricView } from '../../control/port.ts';
import { grouped } from '../table.ts';
import { signed } from './numbers.ts';
import { columns, type Line } from './paint.ts';

const HEAD = ['Candidate minus stable', 'estimate', 'interval', 'units'];
/** Most lines: there may be hundreds of segments. */
const LINES_MAX = 12;

export function differenceLines(metrics: readonly MetricView[]): Line[] {
  const shown = metrics.filter(
    ({ estimate, segment, flagged }) => estimate !== null && (segment === null || flagged === true),
  );
  if (shown.length === 0) return [];
  const lines = columns(HEAD, shown.slice(0, LINES_MAX).map(cells));
  const more = shown.length - LINES_MAX;
  return more > 0 ? [...lines, [['dim', `and ${more} more: --json`]]] : lines;
}

function cells({ name, segment, estimate, lower, upper, units }: MetricView) {
  const where = segment === null ? name : `${name} where ${segment}`;
  const interval =
    lower === null || upper === null ? 'too few units' : `${signed(lower)} to ${signed(upper)}`;
  const isClear = lower !== null && upper !== null && (lower > 0 || upper < 0);
  const text = [
    estimate === null ? '-' : signed(estimate),
    interval,
    units.map((count) => grouped(count)).join(' and '),
  ];
  return [isClear ? (['yellow', where] as const) : where, ...text];
}
