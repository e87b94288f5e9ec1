/** What is said of a job that is not there. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { didYouMean } from '../../serving/rows/suggest.ts';

/** Names that one message lists. */
const SHOWN_MAX = 10;

/** JOB_UNKNOWN with the names of jobs that there are, the nearest one first. */
export function jobUnknown(job: string, names: readonly string[]): PlimsollError {
  const shown = names.slice(0, SHOWN_MAX).map((name) => `"${name}"`);
  const more = names.length > SHOWN_MAX ? [`${names.length - SHOWN_MAX} more`] : [];
  const known = names.length === 0 ? 'none' : `${[...shown, ...more].join(', ')}${didYouMean(job, names)}`;
  return new PlimsollError('JOB_UNKNOWN', { job: JSON.stringify(job.slice(0, 140)), known });
}
