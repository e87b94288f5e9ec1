/** Differences between the arms, with intervals that hold at every look; of segments only those that stand out. */
import type { MetricView } from '../../../rollout/experiment/arm-comparisons.ts';
import { grouped } from '../../../text/numbers.ts';

import { signedDifference } from './numbers.ts';
import { alignColumns, type StyledLine } from './styled-line.ts';

const UNITS = 'units';
const HEAD = ['Candidate minus stable', 'estimate', 'interval at every look', UNITS];
/** Most lines: there may be hundreds of segments. */
const LINES_MAX = 12;

export function differenceLines(metrics: readonly MetricView[], width: number): StyledLine[] {
  const shown = metrics.filter(
    ({ estimate, segment, flagged }) => estimate !== null && (segment === null || flagged === true),
  );
  if (shown.length === 0) return [];
  const lines = alignColumns(HEAD, shown.slice(0, LINES_MAX).map(cells), width, [UNITS]);
  const more = shown.length - LINES_MAX;
  return more > 0 ? [...lines, [['dim', `and ${more} more: --json`]]] : lines;
}

/** What is counted, in words: units that failed, were slower than a frozen mark of stable, got an unusual answer. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^errors/, 'failed'],
  [/^latency (\S+)/, 'slower than $1 of stable'],
  [/^outputs low/, 'answered unusually low'],
  [/^outputs high/, 'answered unusually high'],
  [/^outputs label (.+)/, 'answered "$1"'],
];

function wordsOf(name: string): string {
  const [pattern, words] = WORDS.find(([known]) => known.test(name)) ?? [name, name];
  return name.replace(pattern, words);
}

function cells({ name, segment, scale, estimate, lower, upper, units }: MetricView) {
  const where = segment === null ? wordsOf(name) : `${wordsOf(name)} where ${segment}`;
  const interval =
    lower === null || upper === null
      ? 'too few units'
      : `${signedDifference(lower, scale)} to ${signedDifference(upper, scale)}`;
  const isClear = lower !== null && upper !== null && (lower > 0 || upper < 0);
  const text = [
    estimate === null ? '-' : signedDifference(estimate, scale),
    interval,
    units.map((count) => grouped(count)).join(' and '),
  ];
  return [isClear ? (['yellow', where] as const) : where, ...text];
}
