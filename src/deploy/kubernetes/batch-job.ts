/** A table that is scored in the cluster, as the command of the image that does it. Pure. */
import type { ModelFacts } from './model-facts.ts';

export interface BatchJob {
  readonly name: string;
  /** Made `--with batch`. */
  readonly image: string;
  /** Five fields of cron, or null: it runs once. */
  readonly schedule: string | null;
  readonly timeZone: string;
  readonly input: string;
  readonly output: string;
  readonly key: string | null;
  readonly columns: string | null;
  readonly features: string | null;
  readonly inputFormat: string | null;
  readonly outputFormat: string | null;
  readonly mode: string | null;
  readonly duplicates: string | null;
  readonly maxBad: string | null;
  readonly lanes: number | null;
  readonly chunkRows: number | null;
  /** Secrets whose entries become variables of the process. */
  readonly secrets: readonly string[];
  /** PersistentVolumeClaim that keeps the ledger, or null. */
  readonly claim: string | null;
  readonly cpu: string;
  readonly memory: string;
  /** Milliseconds that a run may take. */
  readonly deadline: number;
}

/** As it is written down: null where the image of the pods that serve scores, too. */
export type GivenBatchJob = Omit<BatchJob, 'image'> & { readonly image: string | null };

/** Where a job keeps what it has to remember. */
export const JOB_DATA = '/data';

/** Fields that `batch run` takes as flags, under the names of those (`src/cli/batch/run.ts`). */
const FLAGS = {
  input: '--input',
  inputFormat: '--input-format',
  output: '--output',
  outputFormat: '--output-format',
  key: '--key',
  columns: '--columns',
  features: '--features',
  lanes: '--lanes',
  chunkRows: '--chunk-rows',
  maxBad: '--max-bad',
  duplicates: '--duplicates',
  mode: '--mode',
} as const satisfies Partial<Record<keyof BatchJob, string>>;

/**
 * Arguments of the image's entry point; `folder` is where it holds the version. The same name finds an interrupted run
 * again; `--again` begins another one only where the last is done, so a scheduled job is begun anew each time and a killed
 * one gone on with.
 */
export function batchArguments(job: BatchJob, model: ModelFacts, folder: string): readonly string[] {
  const given = Object.entries(FLAGS).flatMap(([field, flag]) => {
    const value = job[field as keyof typeof FLAGS];
    return value === null ? [] : [flag, String(value)];
  });
  const again = job.schedule === null ? [] : ['--again'];
  return [
    'batch',
    'run',
    '--data',
    JOB_DATA,
    '--job',
    `${model.name}-${job.name}`,
    '--model',
    folder,
    ...given,
    ...again,
  ];
}
