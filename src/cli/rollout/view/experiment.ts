/** How an experiment stands: the metric that decides and the others, every arm against control. */

import type { ArmContrast } from '../../../rollout/experiment/segment-view.ts';
import type { ExperimentView, MetricResult } from '../../../rollout/experiment/view.ts';
import { grouped } from '../../../text/numbers.ts';
import { percent } from '../../../text/percent.ts';
import { signedDifference } from './numbers.ts';
import { alignColumns, type StyledLine, wrapWords } from './styled-line.ts';

const HEAD = ['Metric', 'arm', 'units', 'mean', 'control', 'difference', 'interval', 'better by chance'];
const SEGMENT_HEAD = ['Segment', 'metric', 'arm', 'units', 'mean', 'control', 'difference', 'interval'];
const EXPENDABLE = ['units', 'control', 'mean', 'better by chance'];
export function experimentLines(view: ExperimentView | null, width: number): StyledLine[] {
  if (view === null) return [];
  const { metrics, arms, split, winner, segments, differences } = view;
  // Of many metrics by many segments nobody would read more than what decides; `--json` has them all.
  const bySegment = segments.filter(({ isPrimary }) => isPrimary);
  const lost = arms.filter((arm) => arm.lost !== null).map(({ name, lost: cause }) => `${name} (${cause})`);
  return [
    ...alignColumns(HEAD, metrics.map(cells), width, EXPENDABLE),
    ...(bySegment.length === 0
      ? []
      : alignColumns(SEGMENT_HEAD, bySegment.map(segmentCells), width, EXPENDABLE)),
    ...differences.flatMap(({ message }) => wrapWords('Segments', [['yellow', message]], width)),
    ...wrapWords('Winner', winner === null ? ['none yet'] : [['green', winner]], width),
    ...(lost.length === 0 ? [] : wrapWords('Lost', [['red', lost.join(', ')]], width)),
    ...(split === null || split.p >= split.alpha
      ? []
      : wrapWords(
          'Split',
          [['red', `units are not split as they should be (p ${split.p.toPrecision(2)})`]],
          width,
        )),
  ];
}

function cells(standing: MetricResult): StyledLine {
  const { isPrimary, isGuardrail, metric, arm, atTheEnd, chance } = standing;
  const name = isPrimary ? `${metric} (decides)` : isGuardrail ? `${metric} (guardrail)` : metric;
  const shown = { ...standing, ...(atTheEnd ?? {}) };
  return [marked(name, shown), arm, ...numbers(shown), chance === null ? '-' : percent(chance)];
}

const segmentCells = (standing: ExperimentView['segments'][number]): StyledLine => [
  marked(standing.segment, standing),
  standing.metric,
  standing.arm,
  ...numbers(standing),
];

/** Coloured where the interval leaves out no difference. */
const marked = (name: string, { lower, upper }: ArmContrast): StyledLine[number] =>
  lower !== null && upper !== null && (lower > 0 || upper < 0) ? ['yellow', name] : name;

function numbers({
  scale,
  units,
  mean,
  controlMean,
  estimate,
  lower,
  upper,
}: ArmContrast): readonly string[] {
  const value = (mean: number | null): string =>
    mean === null ? '-' : scale === 'share' ? percent(mean) : String(Number(mean.toPrecision(3)));
  return [
    units.map((count) => grouped(count)).join(' and '),
    value(mean),
    value(controlMean),
    estimate === null ? '-' : signedDifference(estimate, scale),
    lower === null || upper === null
      ? 'too few units'
      : `${signedDifference(lower, scale)} to ${signedDifference(upper, scale)}`,
  ];
}
