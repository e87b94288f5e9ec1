import { isRecord } from '../core/record.ts';
import type { JobView, RunView } from './port.ts';

/** Without what grows with the input. Pure. */
export function briefRun(run: RunView): RunView {
  if (!isRecord(run.receipt)) return run;
  const { accounts: _, distributions: __, ...receipt } = run.receipt;
  return { ...run, receipt };
}

export const briefJob = (job: JobView): JobView => ({
  ...job,
  latest: job.latest === null ? null : briefRun(job.latest),
});
