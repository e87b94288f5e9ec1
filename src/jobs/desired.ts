/** What of the jobs in a `plimsoll.yaml` is not so yet, and making it so: the part of `apply` that is about jobs. */
import type { Actor } from '../core/actor.ts';
import { isPlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { differenceOf } from './plan/difference.ts';
import type { JobsPort, JobView } from './port.ts';
import { scheduleFrom } from './schedule/schedule-document.ts';
import { type DefinedJob, type Surroundings, specsOf } from './spec/parse.ts';
import { splitSecrets } from './spec/secrets.ts';

export interface JobChange {
  readonly job: string;
  readonly isNew: boolean;
  /** What is different, in lines that a person reads. */
  readonly lines: readonly string[];
}

/** A job as its file says, beside what there is. */
interface Compared extends JobChange {
  readonly document: unknown;
  /** Passwords are in no view: whether they are others shows nowhere, so they are written again. */
  readonly hasSecrets: boolean;
}

/**
 * The changes that the table `jobs` of a file asks for; with an actor they are made. Jobs that the file does not name stay as
 * they are. Throws SPEC_INVALID before anything is changed.
 */
export async function applyJobs(
  jobs: JobsPort,
  documents: unknown,
  surroundings: Surroundings,
  actor: Actor | null,
): Promise<readonly JobChange[]> {
  const compared: Compared[] = [];
  for (const defined of specsOf(documents, surroundings)) {
    const document = isRecord(documents) ? documents[defined.spec.job] : undefined;
    compared.push({ ...compare(defined, await viewOf(jobs, defined.spec.job)), document });
  }
  for (const { job, document, isNew, lines, hasSecrets } of compared)
    if (actor !== null && (isNew || lines.length > 0 || hasSecrets)) await jobs.define(job, document, actor);
  const changed = compared.filter(({ isNew, lines }) => isNew || lines.length > 0);
  return changed.map(({ job, isNew, lines }) => ({ job, isNew, lines }));
}

function compare({ spec: written, schedule }: DefinedJob, view: JobView | null): Omit<Compared, 'document'> {
  const { spec, secrets } = splitSecrets(written);
  const wanted = { ...spec, schedule: scheduleFrom(spec.job, schedule) };
  const lines = view === null ? [] : differenceOf({ ...view.spec, schedule: view.schedule }, wanted);
  return { job: spec.job, isNew: view === null, lines, hasSecrets: Object.keys(secrets).length > 0 };
}

async function viewOf(jobs: JobsPort, name: string): Promise<JobView | null> {
  try {
    return await jobs.job(name);
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'JOB_UNKNOWN') return null;
    throw error;
  }
}
