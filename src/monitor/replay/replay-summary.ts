/** What a replay found, as it is said. Pure. */
import { numberText } from '../reference/bin-names.ts';
import type { BaselineAlarms } from './baselines.ts';
import type { StreamReplayResult } from './replay-stream.ts';

const DAY = 86_400_000;

/** `would have fired 3 times in 90 days; expected at most 0.4 false alarms`. */
export function replaySummary({ rows, span, alarms }: StreamReplayResult, falseAlarms: number): string {
  const times = alarms.length === 1 ? 'once' : `${numberText(alarms.length)} times`;
  const fired = alarms.length === 0 ? 'would not have fired' : `would have fired ${times}`;
  const within =
    span === null || span.to <= span.from ? `${numberText(rows)} rows` : spanText(span.to - span.from);
  return `${fired} in ${within}; expected at most ${expectedText(rows * falseAlarms)}`;
}

function expectedText(expected: number): string {
  const number = numberText(Number(expected.toPrecision(2)));
  return `${number} false alarm${number === '1' ? '' : 's'}`;
}

function spanText(millis: number): string {
  const days = millis / DAY;
  if (days >= 2) return `${numberText(Math.round(days))} days`;
  return `${numberText(Math.max(1, Math.round(days * 24)))} hours`;
}

/** `Beside it: a rule that always fires 100 times, one that never does 0, adwin 12`. */
export function baselineSummary({ always, never, ...others }: BaselineAlarms): string {
  const named = Object.entries(others).map(([name, { alarms }]) => `${name} ${numberText(alarms)}`);
  const first = `a rule that always fires ${numberText(always?.alarms ?? 0)}, one that never does ${never?.alarms ?? 0}`;
  return `Beside it, alarms on the same rows: ${[first, ...named].join(', ')}`;
}
