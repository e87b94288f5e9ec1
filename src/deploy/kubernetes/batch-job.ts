/** A table that is scored in the cluster, as the command of the image that does it. Pure. */

import type { Static } from 'typebox';
import { keysOf } from '../../core/record.ts';
import type { BATCH_JOB } from './document-batch.ts';
import type { ModelFacts } from './model-facts.ts';

/** As it is written down: without an image where that of the pods that serve scores, too. */
export type GivenBatchJob = Static<typeof BATCH_JOB>;

export interface BatchJob extends GivenBatchJob {
  readonly image: string;
}

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
  const given = keysOf(FLAGS).flatMap((field) => {
    const value = job[field];
    return value === null ? [] : [FLAGS[field], String(value)];
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
