/** The reference of accuracy out of labelled rows that a version was given. Pure. */
import type { AccuracyPolicy } from '../policy/policy.ts';
import { type AccuracyReference, accuracyReference } from './accuracy-reference.ts';
import { readAccuracyRows } from './accuracy-rows.ts';
import { inferAnswerSchema } from './labels/answer-schema.ts';
import type { JoinedRows } from './labels/join-labels.ts';
import { rowCount } from './metrics/metric-rows.ts';

/** Names of which one is taken for the truth where a reference has several columns that the model does not read. */
const NAMES = ['target', 'label', 'y'];
/** Rows of a file have no time: so many runs of consecutive rows stand for periods. */
const PERIODS = 10;

/** Which of the columns that the model does not read has the truth; null: none that one could be sure of. */
export function findTargetColumn(target: string | null, unread: readonly string[]): string | null {
  if (target !== null) return unread.includes(target) ? target : null;
  const named = unread.filter((name) => NAMES.includes(name.toLowerCase()));
  const [only, ...others] = unread.length === 1 ? unread : named;
  return only !== undefined && others.length === 0 ? only : null;
}

/** Null where nothing can be measured: one class, answers that are no numbers … */
export function referenceOfFile(
  joined: JoinedRows,
  policy: Pick<AccuracyPolicy, 'metric' | 'positive' | 'target' | 'estimate'>,
): AccuracyReference | null {
  const reading = inferAnswerSchema(joined, policy.metric, policy.positive);
  // What people send themselves, and rankings of requests, no file has.
  if (reading === null || reading.task === 'value' || reading.task === 'ranking') return null;
  const read = readAccuracyRows(reading, joined, true);
  const rows = rowCount(read.rows);
  const periods = Int32Array.from({ length: rows }, (_, i) => Math.floor((i * PERIODS) / rows));
  const isPresumed = policy.target === null;
  return accuracyReference(read, periods, reading, {
    ...{ source: 'file', until: 0, isPresumed, estimate: policy.estimate },
  });
}
