/** From a job as people write it to its spec: checked as a whole, with every default and every path in full. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { readValue } from '../../schema/read-value.ts';
import { tableOf } from '../../schema/value-schema.ts';
import { SCHEDULE } from '../schedule/schedule-document.ts';
import { absolute, absoluteUri } from './absolute.ts';
import { JOB, JOB_NAME, type JobDocument } from './document.ts';
import { specInvalid } from './invalid.ts';
import { wouldBeRead } from './output-overlap.ts';
import type { JobSpec } from './spec.ts';
import { uriKindOf } from './uri.ts';

/** What a spec depends on beside its text. */
export interface Surroundings {
  /** Cores of the machine. */
  readonly cores: number;
  /** Absolute path that others are relative to. */
  readonly folder: string;
  /** Whether there is a file or folder: what tells a model file from the name of a registered model. */
  readonly isThere: (path: string) => boolean;
}

/** Workers where nothing is said: more of them would take the machine from a server beside the run. */
const DEFAULT_LANES_MAX = 2;

/** A job of `plimsoll.yaml`. */
export interface DefinedJob {
  readonly spec: JobSpec;
  /** As it is written there; null where the job is only run by hand. */
  readonly schedule: unknown;
}

/** The spec of one document. `say` names a part of it in problems. Throws SPEC_INVALID with every problem. */
export function specFrom(
  job: string,
  document: unknown,
  surroundings: Surroundings,
  say: (problem: string) => string = (problem) => problem,
): JobSpec {
  const problems: string[] = [];
  const parsed = readValue(JOB, document, '', problems);
  const name = readValue(JOB_NAME, job, 'job', problems);
  // What does not fit together is only said of parts that fit by themselves.
  if (problems.length === 0) problems.push(...conflictsIn(parsed, surroundings.folder));
  if (problems.length === 0) return completed(name, parsed, surroundings);
  throw specInvalid(job, problems, say);
}

/** The jobs of a `plimsoll.yaml`, from its table `jobs`. Throws SPEC_INVALID for the first job that has problems. */
export function specsOf(jobs: unknown, surroundings: Surroundings): readonly DefinedJob[] {
  if (jobs === undefined || jobs === null) return [];
  if (!isRecord(jobs)) {
    const problems = 'jobs is no table of names';
    throw new PlimsollError('SPEC_INVALID', { job: 'of the file', problems, list: [problems] });
  }
  return Object.entries(jobs).map(([job, written]) => {
    const { schedule = null, ...document } = isRecord(written) ? written : { '': written };
    const say = (problem: string): string => `jobs.${job}.${problem}`;
    return { spec: specFrom(job, document, surroundings, say), schedule };
  });
}

/** A job of `plimsoll.yaml`, with what starts it by itself. */
export const SCHEDULED_JOB = { ...JOB, properties: { ...JOB.properties, schedule: SCHEDULE } };

/** The table `jobs` of `plimsoll.yaml`. */
export const JOBS_TABLE = tableOf(JOB_NAME, SCHEDULED_JOB);

function conflictsIn(
  { input, output, columns, features, options, explain, spark }: JobDocument,
  folder: string,
): string[] {
  const kind = uriKindOf(output.uri);
  const [from, to] = [absoluteUri(input.uri, folder), absoluteUri(output.uri, folder)];
  const isDatabase = kind === 'postgres' || kind === 'sqlite' || kind === 'duckdb' || kind === 'variable';
  const upserts = output.mode === 'upsert';
  const conflicts: [boolean, string][] = [
    [kind === 'http', 'output is an address of HTTP, wanted a path, postgres://, sqlite:, duckdb: or s3://'],
    [from === to, 'output is the input itself, wanted another place'],
    [
      from !== to && wouldBeRead(to, from),
      'output lies in the input, where the next run would read it: wanted another place',
    ],
    [upserts && !isDatabase, 'output.mode is upsert, which databases do: of files, wanted append'],
    [
      upserts && options.duplicates === 'allow',
      'options.duplicates is allow, which upsert cannot do: it keeps one row of a key',
    ],
    [
      output.publish === 'chunks' && kind !== 'postgres' && kind !== 'variable',
      'output.publish is chunks, which PostgreSQL does: wanted whole',
    ],
    [explain !== null && spark !== null, 'explain is not for Spark, which scores only: leave out spark'],
    ...repeated('columns', columns),
    ...repeated('features', features ?? []),
    ...repeated('output.stamps', output.stamps),
  ];
  return conflicts.filter(([there]) => there).map(([, problem]) => problem);
}

function repeated(path: string, names: readonly string[]): [boolean, string][] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  return [[twice !== undefined, `${path} has ${JSON.stringify(twice)} twice`]];
}

function choicesOf({ member, missing, iterations }: JobDocument): Pick<JobSpec, 'choices'> {
  const choices = {
    ...(member === null ? {} : { member }),
    ...(missing === null ? {} : { missing }),
    ...(iterations === null ? {} : { iterations }),
  };
  return Object.keys(choices).length === 0 ? {} : { choices };
}

function completed(job: string, document: JobDocument, { cores, folder, isThere }: Surroundings): JobSpec {
  const { input, output, options, key, columns, features, explain, spark } = document;
  const file = absolute(document.model, folder);
  const { lanes, ...others } = options;
  return {
    job,
    model: isThere(file) ? file : document.model,
    ...choicesOf(document),
    source: { uri: absoluteUri(input.uri, folder), format: input.format },
    key,
    // The key is there anyway.
    columns: columns.filter((column) => column !== key),
    features,
    ...(explain !== null && { explain }),
    sink: { ...output, uri: absoluteUri(output.uri, folder) },
    options: { ...others, lanes: lanes ?? Math.max(1, Math.min(cores, DEFAULT_LANES_MAX)) },
    ...(spark !== null && { spark }),
  };
}
