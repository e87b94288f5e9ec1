/** Ledgers of a test: opened on a database of its own, closed when it ends. */
import { type Opener, openerOf, type StorePlace } from '../../testing/stores.ts';
import type { Ledger, NewRun, RunRow } from '../ledger.ts';
import { openLedger } from '../open.ts';

/** To be called in a `describe`. */
export const ledgersOf = (place: StorePlace): Opener<Ledger> => openerOf(place, openLedger);

export const LEDGER_JOB = { name: 'nightly', spec: { model: 'churn@2' }, createdAt: 10, createdBy: 'ann' };

/** A run to begin; its id says what it is for. */
export const newRun = (id: string, more: Partial<NewRun> = {}): NewRun => ({
  id,
  cause: 'manual',
  due: `manual/${id}`,
  spec: { model: 'churn@2' },
  state: 'queued',
  createdAt: 20,
  notBefore: 0,
  ...more,
});

/** A job with one run that `holder` has, under fence 1. */
export async function heldRun(ledger: Ledger, holder = 'h'): Promise<RunRow> {
  await ledger.begin(LEDGER_JOB, newRun('r1'));
  return (await ledger.claim('r1', holder, 0, 1000))!;
}
