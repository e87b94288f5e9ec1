import { countText } from '../../text/count.ts';
import { durationText } from '../../text/duration.ts';
import { grouped, microsText } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { shellWord } from '../../text/shell.ts';
import type { JobEvidence, RunEvidence } from './evidence.ts';
import { median } from './median.ts';
import type { Pitfall } from './pitfall.ts';
import { MINUTE_MS } from './times.ts';

/** Fewer runs are a trial. */
export const RUNS_WANTED = 10;
/** A run starts a process, freezes its input and publishes: so much work for fewer rows is mostly that. */
export const ROWS_MOST = 100;
/** Somebody who starts it this often wants answers soon. */
export const INTERVAL_MOST = 15 * MINUTE_MS;
/** Of an hour, whose rows are one run then. */
const LONGER = '0 * * * *';

/** A job that is started all the time for a handful of rows. Pure. */
export function tinyBatches(job: JobEvidence): Pitfall | null {
  const { name, isPaused, cronInterval, runs } = job;
  if (isPaused || runs.length < RUNS_WANTED || !startsByItself(runs)) return null;
  const interval = cronInterval ?? median(intervals(runs));
  const rows = median(runs.map((run) => run.rows));
  if (interval > INTERVAL_MOST || rows > ROWS_MOST) return null;
  const millis = median(runs.map(({ startedAt, endedAt }) => endedAt - startedAt));
  return {
    id: 'tiny-batches',
    subject: { kind: 'job', name },
    what: `It is started every ${durationText(interval)} for ${countText(Math.round(rows), 'row')}`,
    why: 'Starting a run costs more than its rows: an endpoint answers each row when it comes, an hourly run takes them all at once',
    evidence: [
      `runs ${runs.at(-1)?.number} to ${runs[0]?.number}: ${grouped(Math.round(rows))} rows, ${durationText(millis)} a run (medians of ${runs.length})`,
      ...(job.rowMicros === null ? [] : [startUp(job.rowMicros, rows, millis)]),
    ],
    fix: `plimsoll batch schedule ${shellWord(name)} --cron '${LONGER}'`,
    guide: 'docs/batch.md',
  };
}

/** By whom a person, or a cron line outside, starts a run. */
const BY_HAND: ReadonlySet<string> = new Set(['manual', 'server', 'replay']);
/** What a clock starts comes as evenly as this: the middle deviation of its intervals, of the middle one. */
const EVEN = 0.1;

/** By a schedule or trigger of its own; or as evenly as only a clock elsewhere does it. */
function startsByItself(runs: readonly RunEvidence[]): boolean {
  if (runs.every(({ cause }) => !BY_HAND.has(cause))) return true;
  const between = intervals(runs);
  const middle = median(between);
  return median(between.map((one) => Math.abs(one - middle))) <= EVEN * middle;
}

const intervals = (runs: readonly RunEvidence[]): readonly number[] =>
  runs.slice(1).map(({ startedAt }, k) => (runs[k]?.startedAt ?? startedAt) - startedAt);

function startUp(rowMicros: number, rows: number, millis: number): string {
  const scoring = (rows * rowMicros) / 1000;
  const share = millis <= 0 ? 0 : Math.max(0, 1 - scoring / millis);
  return `the model needs ${microsText(rowMicros)} a row: ${percent(share)} of a run is everything else`;
}
