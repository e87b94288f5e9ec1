import { PlimsollError } from '../core/errors.ts';
import type { JobRow, Ledger } from '../store/ledger/ledger.ts';
import { didYouMean } from '../text/did-you-mean.ts';

/** Names that a message lists, at most. */
const SHOWN = 10;

/** The job of that name. Throws JOB_UNKNOWN, naming those there are and the one that may be meant. */
export async function findJob(ledger: Ledger, name: string): Promise<JobRow> {
  const job = await ledger.job(name);
  if (job !== null) return job;
  const { items, next } = await ledger.jobs();
  const names = items.map((item) => item.name);
  const more = next !== null || names.length > SHOWN ? ' …' : '';
  const known = names.length === 0 ? 'no job yet' : `${names.slice(0, SHOWN).join(', ')}${more}`;
  throw new PlimsollError('JOB_UNKNOWN', { job: name, known, near: didYouMean(name, names) });
}
