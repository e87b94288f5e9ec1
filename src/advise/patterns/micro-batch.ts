/** Micro-batch: a job that runs every minute or few over the files that have come. Pure. */
import { lengthText } from '../needs/case.ts';
import { cheapestRun } from './batch-size.ts';
import { batchText } from './batch-text.ts';
import { unstarted } from './obstacles.ts';
import type { BatchSize, Option } from './option.ts';
import { impossible, running } from './running.ts';
import { rowsText } from './serving-text.ts';
import type { Situation } from './situation.ts';
import { HOURS_A_MONTH } from './spending.ts';

const PATTERN = 'micro-batch';
const HOW = 'a job that runs every few minutes over what has come';
const MINUTE = 60_000;
const INTERVALS = [1, 2, 5, 10, 15].map((minutes) => minutes * MINUTE);
/** A run is to be over well before the next one is due. */
const RUN_SHARE = 0.5;
/** A file is left for five seconds until it no longer changes, and found by the next look. */
const TAKEN_UP = 6000;

export function microBatch(situation: Situation): Option {
  const { wants } = situation;
  const unmet = unstarted(situation);
  if (unmet.length > 0) return impossible(PATTERN, HOW, unmet);
  if (wants.asked === 'schedule')
    return impossible(PATTERN, HOW, [
      {
        need: 'asked',
        what: `answers are due every ${lengthText(wants.every)}: runs in between would find nothing`,
        nearest: 'a run for each time: scheduled-batch',
      },
    ]);
  const limit = Math.min(wants.latency, wants.freshness);
  const every = INTERVALS.findLast((interval) => interval * (1 + RUN_SHARE) <= limit) ?? INTERVALS[0]!;
  const rows = wants.rowsPerRequest * Math.max(1, (wants.peak * every) / 1000);
  const found = cheapestRun(situation, rows, RUN_SHARE * every, every);
  // What a server starts runs on its machine alone.
  if (found === null || found.batch.machines > 1)
    return impossible(PATTERN, HOW, [
      {
        need: 'rows',
        what: `${rowsText(rows)} of ${lengthText(every)} at the peak cannot be scored within half of it on one machine`,
        nearest: 'fewer rows, or real-time',
      },
    ]);
  const { run } = found.batch;
  const latency = (quantile: number): number => quantile * every + TAKEN_UP + run;
  return running(situation, {
    pattern: PATTERN,
    how: `a run every ${lengthText(every)} for ${rowsText(rows)} at the peak, ${lengthText(run)} each, ${batchText(found.batch)}`,
    latency,
    staleness: latency(1),
    batch: found.batch,
    spending: { compute: found.hour * HOURS_A_MONTH },
    cannot: [
      `answer before the next run: half of all wait longer than ${lengthText(latency(0.5))}`,
      ...tiny(situation, found.batch),
    ],
  });
}

/** Runs of a handful of rows are mostly start. */
const FEW_ROWS = 10;
function tiny({ wants }: Situation, { every, run }: BatchSize): readonly string[] {
  const rows = (wants.rate * wants.rowsPerRequest * (every ?? 0)) / 1000;
  return rows >= FEW_ROWS
    ? []
    : [
        `be worth its start: on average ${Number(rows.toPrecision(2))} rows a run, for ${lengthText(run)} of work`,
      ];
}
