/**
 * Changes of jobs with a note of each in the audit log: their ledger, which commands write to as well, says only how they
 * are now.
 */
import { isPlimsollError } from '../../core/errors.ts';
import type { JobsPort, JobView, StartedRun } from '../../jobs/port.ts';

/** Puts into the audit log what somebody has changed; who that is, and why, is known. */
export type AuditNote = (what: string, subject: string, body: object) => Promise<void>;

/** Notes a change of what a job is, with what it was before; where nothing has changed, nothing. */
export async function changeJob(
  all: JobsPort,
  name: string,
  { what, note }: { readonly what: string; readonly note: AuditNote },
  work: () => Promise<JobView>,
): Promise<JobView> {
  const before = settingsOf(await known(all, name));
  const view = await work();
  const after = settingsOf(view);
  if (JSON.stringify(before) !== JSON.stringify(after)) await note(what, `job/${name}`, { before, after });
  return view;
}

export async function startRun(started: Promise<StartedRun>, note: AuditNote): Promise<StartedRun> {
  const { run, isNew } = await started;
  const { id, job, number, cause, due } = run;
  if (isNew) await note('job.run-started', `job/${job}`, { run: id, number, cause, due });
  return { run, isNew };
}

/** Without secrets: a ledger holds none. */
const settingsOf = (job: JobView | null): object | null =>
  job && { spec: job.spec, schedule: job.schedule, paused: job.paused };

async function known(all: JobsPort, name: string): Promise<JobView | null> {
  try {
    return await all.job(name);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'JOB_UNKNOWN') return null;
    throw error;
  }
}
