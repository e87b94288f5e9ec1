/** Opens the ledger of batch jobs that a URL names. */
import { type DatabaseOptions, openDatabase } from '../database.ts';
import { jobsOver } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import { LEDGER_MIGRATIONS } from './migrations/all.ts';
import type { LedgerTables } from './rows.ts';
import { runsOver } from './runs.ts';
import { workOver } from './work.ts';

const CONTENTS = { schema: 'plimsoll_jobs', migrations: LEDGER_MIGRATIONS };

/**
 * Opens `sqlite:PATH` or `postgres://…` (where the store may be as well) and brings its schema up to date; any number of
 * processes may have it open. Throws STORE_URL_INVALID, STORE_UNWRITABLE, STORE_DAMAGED, STORE_UNAVAILABLE, STORE_BUSY or
 * STORE_NEWER.
 */
export async function openLedger(url: string, options: DatabaseOptions = {}): Promise<Ledger> {
  const { kind, session } = await openDatabase<LedgerTables>(url, CONTENTS, options);
  return {
    kind,
    ...jobsOver(session),
    ...runsOver(session),
    ...workOver(session),
    close: () => session.close(),
  };
}
