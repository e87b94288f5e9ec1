/** Scheduled batch: a job by the clock. Pure. */

import { countText } from '../../text/count.ts';
import { lengthText } from '../needs/case.ts';
import { cheapestRun } from './batch-size.ts';
import { batchText, idleText } from './batch-text.ts';
import { comingOf, DAY_MILLIS, longestEvery, SHORTEST_EVERY, scheduledCompute } from './job.ts';
import { offline } from './obstacles.ts';
import type { Obstacle, Option } from './option.ts';
import { impossible, running } from './running.ts';
import { rowsText } from './serving-text.ts';
import type { Situation } from './situation.ts';

const PATTERN = 'scheduled-batch';
const HOW = 'a job by the clock';

export function scheduledBatch(situation: Situation): Option {
  const { wants } = situation;
  const unmet = offline(situation);
  if (unmet.length > 0) return impossible(PATTERN, HOW, unmet);
  const due = wants.asked === 'schedule';
  const limit = Math.min(wants.latency, wants.freshness);
  const every = due ? wants.every : (longestEvery((one) => one * 1.5 <= limit) ?? SHORTEST_EVERY);
  const rows = Math.max(due ? 1 : wants.rowsPerRequest, (wants.rowsPerDay * every) / DAY_MILLIS);
  const coming = comingOf(situation);
  const window = due ? wants.latency : every / 2;
  const found = cheapestRun(situation, rows, window - coming, every);
  if (found === null) return tooShort(situation, rows, window);
  const done = coming + found.batch.run;
  return running(situation, {
    pattern: PATTERN,
    how: `a run every ${lengthText(every)} for ${rowsText(rows)}, ${lengthText(found.batch.run)}, ${batchText(found.batch)}`,
    latency: (quantile) => (due ? 0 : quantile * every) + done,
    staleness: every + done,
    batch: found.batch,
    spending: { compute: scheduledCompute(situation, found, every) },
    obstacles: eventless(situation, every),
    cannot: [
      `know of anything that happens between two runs, up to ${lengthText(every)}`,
      ...idleText(situation, found.batch.run, every),
      ...(wants.platform === 'sagemaker'
        ? ['start by itself: a transform runs once, a crontab elsewhere applies it under a new name']
        : []),
    ],
  });
}

/** By the clock nothing says whether rows have come: where there are fewer events than runs, most of them score what was scored. */
function eventless({ wants }: Situation, every: number): readonly Obstacle[] {
  const runs = DAY_MILLIS / every;
  const events = wants.rate * (wants.hours / 1000);
  if (wants.asked !== 'event' || events >= runs) return [];
  return [
    {
      need: 'asked',
      what: `of ${countText(Math.round(runs), 'run')} a day at least ${Math.round(runs - events)} would find nothing new`,
      nearest: 'a run for each event: event-batch',
    },
  ];
}

function tooShort({ cost }: Situation, rows: number, window: number): Option {
  const least = cost.batch.start + (rows * cost.batch.lane) / 1000;
  return impossible(PATTERN, HOW, [
    {
      need: 'latency',
      what: `a run for ${rowsText(rows)} takes more than the ${lengthText(Math.max(0, window))} that there are`,
      nearest: `latency: ${lengthText(least)} with one lane`,
    },
  ]);
}
