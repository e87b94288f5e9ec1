/** All patterns in a case. Pure. */
import type { Pattern } from '../needs/pattern.ts';
import { asynchronous } from './asynchronous.ts';
import { edge } from './edge.ts';
import { eventBatch } from './event-batch.ts';
import { microBatch } from './micro-batch.ts';
import type { Option } from './option.ts';
import { precomputedTable } from './precomputed-table.ts';
import { realTime } from './real-time.ts';
import { scheduledBatch } from './scheduled-batch.ts';
import type { Situation } from './situation.ts';

const OPTIONS: Readonly<Record<Pattern, (situation: Situation) => Option>> = {
  'real-time': realTime,
  'micro-batch': microBatch,
  asynchronous,
  'event-batch': eventBatch,
  'scheduled-batch': scheduledBatch,
  'precomputed-table': precomputedTable,
  edge,
};

/** What each pattern comes to. */
export const optionsIn = (situation: Situation): readonly Option[] =>
  Object.values(OPTIONS).map((option) => option(situation));
