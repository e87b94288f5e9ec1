/** What is looked at before the output of a run is published. Pure. */
import type { Check } from '../../store/store.ts';
import type { RowCounts } from '../chunk.ts';
import type { OutputDistributions } from '../receipt/column-distribution.ts';
import { furthestColumn } from '../receipt/distribution.ts';
import type { JobOptions } from '../spec/spec.ts';

/** What a run has come to, as far as runs are compared. */
export interface RunOutcome {
  readonly rows: RowCounts;
  readonly distributions: OutputDistributions;
}

type Limits = Pick<JobOptions, 'holdDistance' | 'holdRows'>;

/** The checks that the job asks for, against its last run that is done; none without one. */
export function holdChecks(limits: Limits, last: RunOutcome | null, now: RunOutcome): Check[] {
  if (last === null) return [];
  const { holdRows, holdDistance } = limits;
  return [
    ...(holdRows === null ? [] : [rowsCheck(holdRows, last.rows.ok, now.rows.ok)]),
    ...(holdDistance === null ? [] : [distanceCheck(holdDistance, last.distributions, now.distributions)]),
  ];
}

function rowsCheck(share: number, before: number, now: number): Check {
  const ok = before === 0 ? now === 0 : now >= before * share && now * share <= before;
  const detail = `${now} rows are ok, ${before} were in the last run; at least ${share} of them, at most its inverse, were wanted`;
  return { name: 'rows', ok, detail };
}

function distanceCheck(limit: number, before: OutputDistributions, now: OutputDistributions): Check {
  const furthest = furthestColumn(before, now);
  if (furthest === null)
    return { name: 'distribution', ok: true, detail: 'no output to compare with the last run' };
  const { column, distance } = furthest;
  const detail = `"${column}" is distributed ${distance.toFixed(3)} from the last run, at most ${limit} was wanted`;
  return { name: 'distribution', ok: distance <= limit, detail };
}

/** What did not pass, in one line; null where all did. */
export function reasonToHold(checks: readonly Check[]): string | null {
  const failed = checks.filter(({ ok }) => !ok).map(({ detail }) => detail);
  return failed.length === 0 ? null : failed.join('; ');
}
