import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { RunStarter } from '../../jobs/run/begin.ts';
import { ownDataFolder } from '../../server/data-folder.ts';
import type { Ledger, RunRow } from '../../store/ledger/ledger.ts';

/** Options of every command about jobs. */
export interface BatchOptions {
  readonly data: string;
}

/** Works with the ledger of the data folder, or of the PostgreSQL that the store is in. Throws DATA_UNWRITABLE, and what opening it throws. */
export async function withLedger<T>(
  { data }: BatchOptions,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  const { openLedger } = await import('../../store/ledger/open.ts');
  const { ledgerUrl } = await import('../../jobs/ledger-url.ts');
  const dataDir = resolve(data);
  ownDataFolder(dataDir);
  const ledger = await openLedger(ledgerUrl(dataDir, process.env['PLIMSOLL_STORE'] ?? null));
  try {
    return await work(ledger);
  } finally {
    await ledger.close();
  }
}

/** The last run of a job. Throws JOB_UNKNOWN. */
export async function lastRun(ledger: Ledger, job: string): Promise<RunRow> {
  const run = await ledger.latest(job);
  if (run !== null) return run;
  const { findJob } = await import('../../jobs/find.ts');
  await findJob(ledger, job);
  const way = `Begin one: \`plimsoll batch run --job ${job}\``;
  throw new PlimsollError('JOB_STATE', {
    action: 'find a run of',
    job,
    found: 'is still to come',
    wanted: 'one',
    way,
  });
}

/** Who begins and takes runs: this process. */
export const runStarter = (ledger: Ledger): RunStarter => ({
  ledger,
  now: () => Date.now(),
  newId: randomUUID,
  by: process.env['PLIMSOLL_BY'] ?? userInfo().username,
});
