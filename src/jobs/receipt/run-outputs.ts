/** The outputs of a run beside those of the run that was done before it. */
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';
import { cursorOf } from '../../store/page.ts';
import type { RunOutputs } from '../port.ts';
import { chunkTotalsOf, storedReceiptOf } from '../run/stored-run.ts';
import type { OutputDistributions } from './column-distribution.ts';
import { comparedDistributions } from './compared-distributions.ts';
import { distributionsOf } from './receipt.ts';

/** Runs that are looked through for the one before. */
const LOOK_BACK = 50;

/** Of a run that is not done, of its chunks that are. Throws STORE_ROW_INVALID. */
export async function runOutputs(ledger: Ledger, run: RunRow): Promise<RunOutputs> {
  const now = storedReceiptOf(run)?.distributions ?? (await unfinished(ledger, run));
  const before = await runBefore(ledger, run);
  const last = before === null ? null : (storedReceiptOf(before)?.distributions ?? null);
  return {
    before: before && { run: before.id, number: before.number },
    columns: comparedDistributions(now, last),
  };
}

const unfinished = async (ledger: Ledger, { id }: RunRow): Promise<OutputDistributions> =>
  distributionsOf(chunkTotalsOf(id, await ledger.chunks(id)));

/** A replay has scored what was left over: nothing is like it. */
async function runBefore(ledger: Ledger, { job, number }: RunRow) {
  const { items } = await ledger.runs(job, { limit: LOOK_BACK, cursor: cursorOf('runs', [number]) });
  return items.find(({ state, cause }) => state === 'done' && cause !== 'replay') ?? null;
}
