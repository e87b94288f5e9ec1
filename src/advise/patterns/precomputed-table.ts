/** Precomputed table: a job scores all known units beforehand, the application looks its row up. Pure. */

import { countText } from '../../text/count.ts';
import { lengthText, rateText } from '../needs/case.ts';
import { cheapestRun } from './batch-size.ts';
import { batchText, idleText } from './batch-text.ts';
import { comingOf, DAY_MILLIS, longestEvery, SHORTEST_EVERY, scheduledCompute } from './job.ts';
import { offline } from './obstacles.ts';
import type { Obstacle, Option } from './option.ts';
import { impossible, running } from './running.ts';
import { rowsText } from './serving-text.ts';
import type { Situation } from './situation.ts';
import { HOURS_A_MONTH } from './spending.ts';

const PATTERN = 'precomputed-table';
const HOW = 'answers of all known units in a table that the application looks up';

/** Milliseconds of a look-up, p50 and p99: over a network, from a file beside the application. */
const LOOKUP = { postgres: { p50: 1, p99: 5 }, sqlite: { p50: 0.05, p99: 0.5 } } as const;
/** Bytes of a row with its key, answer, stamps and place in the index. */
const ROW_BYTES = 150;

export function precomputedTable(situation: Situation): Option {
  const { wants, prices } = situation;
  const { population, database } = wants;
  const unmet = offline(situation);
  if (unmet.length > 0) return impossible(PATTERN, HOW, unmet);
  const obstacle = obstacleOf(situation);
  if (obstacle !== null || population === null || database === 'none')
    return impossible(PATTERN, HOW, obstacle === null ? [] : [obstacle]);
  const every =
    longestEvery(
      (one) => one * 1.5 <= wants.freshness || (one === DAY_MILLIS && one * 1.05 <= wants.freshness),
    ) ?? SHORTEST_EVERY;
  const rows = population * wants.rowsPerRequest;
  const found = cheapestRun(
    situation,
    rows,
    Math.max(1, Math.min(every / 2, wants.freshness - every) - comingOf(situation)),
    every,
  );
  if (found === null)
    return impossible(PATTERN, HOW, [
      {
        need: 'freshness',
        what: `${rowsText(rows)} cannot be scored anew every ${lengthText(every)}`,
        nearest: 'older inputs, or real-time for those that ask',
      },
    ]);
  const { p50, p99 } = LOOKUP[database];
  const cores = database === 'postgres' ? wants.peak / prices.database.lookups : 0;
  const stored = (rows * ROW_BYTES * prices.database.gigabyteMonth) / 1e9;
  return running(situation, {
    pattern: PATTERN,
    how: `${rowsText(rows)} scored every ${lengthText(every)} in ${lengthText(found.batch.run)}, ${batchText(found.batch)}; ${rateText(wants.peak)} look-ups take ${Number(cores.toPrecision(2))} cores of the database`,
    latency: (quantile) => (quantile <= 0.5 ? p50 : quantile <= 0.99 ? p99 : 2 * p99),
    staleness: every + comingOf(situation) + found.batch.run,
    batch: found.batch,
    spending: {
      compute: scheduledCompute(situation, found, every),
      storage: stored + cores * prices.database.coreHour * HOURS_A_MONTH,
    },
    cannot: [
      `answer for who is not among the ${countText(population, 'unit')} yet: there is nothing until the next run`,
      ...idleText(situation, found.batch.run, every),
      `take in what has happened since the run, up to ${lengthText(every)} ago`,
    ],
  });
}

function obstacleOf({ wants }: Situation): Obstacle | null {
  if (wants.platform === 'sagemaker')
    return {
      need: 'platform',
      what: 'batch transforms of SageMaker write files, no tables',
      nearest: 'platform: kubernetes or machine',
    };
  if (wants.asked !== 'request')
    return { need: 'asked', what: 'nobody looks single rows up', nearest: 'asked: request' };
  if (wants.population === null)
    return {
      need: 'population',
      what: 'who will ask is not known beforehand',
      nearest: 'population: the units whose rows are known',
    };
  if (wants.database === 'none')
    return {
      need: 'database',
      what: 'there is no database to look rows up in',
      nearest: 'database: postgres or sqlite',
    };
  return null;
}
