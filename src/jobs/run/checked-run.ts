/** What is asked of ledger and source before the output of a run is published. */

import { PlimsollError } from '../../core/errors.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import type { Check } from '../../store/store.ts';
import type { ChunkTotals } from '../chunk.ts';
import { distributionsOf } from '../receipt/receipt.ts';
import { addUp } from '../receipt/totals.ts';
import type { JobSource } from '../sources/source.ts';
import { holdChecks } from './checks.ts';
import { changedItem, type RunPlan, workedChunks } from './plan.ts';
import { storedReceiptOf } from './stored-run.ts';

export interface ScoredRun {
  readonly row: Pick<RunRow, 'id' | 'job'>;
  readonly ledger: Pick<Ledger, 'lastDone'>;
  readonly limits: Parameters<typeof holdChecks>[0];
  readonly source: Pick<JobSource, 'list'>;
  readonly plan: RunPlan;
  /** Of all its chunks. */
  readonly accounts: readonly ChunkTotals[];
}

/** The checks that the job asks for, against its last run. Throws INPUT_CHANGED, ROWS_DO_NOT_ADD_UP. */
export async function checkedRun(run: ScoredRun): Promise<readonly Check[]> {
  const { row, ledger, limits, source, plan, accounts } = run;
  const changed = changedItem(plan.frozen, await source.list());
  if (changed !== null) {
    const details = { found: 'what has changed since it was frozen', wanted: 'what was frozen' };
    throw new PlimsollError('INPUT_CHANGED', { path: changed.path, ...details });
  }
  const { rows } = addUp(accounts, workedChunks(plan));
  const before = await ledger.lastDone(row.job, row.id);
  const last = before === null ? null : storedReceiptOf(before);
  return holdChecks(limits, last, { rows, distributions: distributionsOf(accounts) });
}
