/** What a replay found, as it is said. Pure. */
import { countText } from '../../text/count.ts';
import { durationText } from '../../text/duration.ts';
import { numberText } from '../../text/numbers.ts';
import type { BaselineAlarms } from './baselines.ts';
import type { StreamReplayResult } from './replay-stream.ts';

const DAY_MS = 86_400_000;

/** `would have fired 3 times in 90 days; expected at most 0.4 false alarms`. */
export function replaySummary({ rows, span, alarms }: StreamReplayResult, falseAlarms: number): string {
  const times = alarms.length === 1 ? 'once' : `${numberText(alarms.length)} times`;
  const fired = alarms.length === 0 ? 'would not have fired' : `would have fired ${times}`;
  const within =
    span === null || span.to <= span.from ? `${numberText(rows)} rows` : spanText(span.to - span.from);
  return `${fired} in ${within}; expected at most ${expectedText(rows * falseAlarms)}`;
}

function expectedText(expected: number): string {
  return countText(Number(expected.toPrecision(2)), 'false alarm');
}

/** To the hour, or to the day where there are several. */
function spanText(millis: number): string {
  const unit = millis >= 2 * DAY_MS ? DAY_MS : DAY_MS / 24;
  return durationText(Math.max(1, Math.round(millis / unit)) * unit);
}

/** `Beside it: a rule that always fires 100 times, one that never does 0, adwin 12`. */
export function baselineSummary({ always, never, ...others }: BaselineAlarms): string {
  const named = Object.entries(others).map(([name, { alarms }]) => `${name} ${numberText(alarms)}`);
  const first = `a rule that always fires ${numberText(always?.alarms ?? 0)}, one that never does ${never?.alarms ?? 0}`;
  return `Beside it, alarms on the same rows: ${[first, ...named].join(', ')}`;
}
