/** Ledgers of a test: opened on a database of its own, closed when it ends. */
import { afterEach } from 'vitest';
import type { Place } from '../../testing/stores.ts';
import type { Ledger, NewRun, RunRow } from '../ledger.ts';
import { openLedger } from '../open.ts';

export interface Ledgers {
  /** A ledger on a new database. */
  one(): Promise<Ledger>;
  /** Two on the same new database, as two processes have it. */
  two(): Promise<readonly [Ledger, Ledger]>;
  /** A ledger on this database. */
  at(url: string): Promise<Ledger>;
  fresh(): Promise<string>;
}

/** To be called in a `describe`. */
export function ledgersOf(place: Place): Ledgers {
  const opened: Ledger[] = [];
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close();
  });
  const at = async (url: string): Promise<Ledger> => {
    const ledger = await openLedger(url, place.options);
    opened.push(ledger);
    return ledger;
  };
  return {
    at,
    fresh: () => place.fresh(),
    one: async () => at(await place.fresh()),
    two: async () => {
      const url = await place.fresh();
      return Promise.all([at(url), at(url)]);
    },
  };
}

export const JOB = { name: 'nightly', spec: { model: 'churn@2' }, createdAt: 10, createdBy: 'ann' };

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
  await ledger.begin(JOB, newRun('r1'));
  return (await ledger.claim('r1', holder, 0, 1000))!;
}
