import { resolve } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { Flags } from '../../jobs/spec/flags.ts';
import type { JobSpec } from '../../jobs/spec/spec.ts';
import { surroundingsHere } from '../../jobs/spec/surroundings.ts';

/** Options that say what a job is. */
export interface JobSpecOptions extends Partial<Flags> {
  readonly file?: string;
  readonly rejects?: string;
}

/** What was asked for, and its secrets, which are kept apart. */
export interface RequestedJob {
  readonly spec: JobSpec;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The job of flags, or of a file. Throws SPEC_INVALID, USAGE, and what reading the file throws. */
export async function requestedJob(options: JobSpecOptions): Promise<RequestedJob> {
  const { splitSecrets } = await import('../../jobs/spec/secrets.ts');
  const written =
    options.file === undefined ? await flagsSpec(options) : await fileSpec(options.file, options.job);
  const { spec, secrets } = splitSecrets(written);
  const { rejects } = options;
  return { spec: rejects === undefined ? spec : { ...spec, rejects: resolve(rejects) }, secrets };
}

async function flagsSpec(options: JobSpecOptions): Promise<JobSpec> {
  const { specOf } = await import('../../jobs/spec/flags.ts');
  return specOf({ ...options, job: options.job ?? newName() }, surroundingsHere());
}

/** `batch-20261101t020000-4711`. */
function newName(): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+Z/g, '');
  return `batch-${time.toLowerCase()}-${process.pid}`;
}

/** A file holds one job with its name as `job`, or some by their names under `jobs`, of which `wanted` names one. */
async function fileSpec(path: string, wanted: string | undefined): Promise<JobSpec> {
  const { readYamlDocument } = await import('../files/document.ts');
  const { specFrom, specsOf } = await import('../../jobs/spec/parse.ts');
  const document = await readYamlDocument(path);
  if (!isRecord(document)) throw usage(`"${path}" holds no job`);
  if (document['jobs'] === undefined) {
    const { job, schedule: _, ...rest } = document;
    return specFrom(wanted ?? String(job ?? newName()), rest, surroundingsHere());
  }
  const specs = specsOf(document['jobs'], surroundingsHere()).map(({ spec }) => spec);
  const found = wanted === undefined ? specs : specs.filter(({ job }) => job === wanted);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const names = specs.map(({ job }) => job).join(', ') || 'none';
  throw usage(`"${path}" has the jobs ${names}: name one with '--job NAME'`);
}

const usage = (reason: string): PlimsollError => new PlimsollError('USAGE', { reason, command: 'batch run' });
