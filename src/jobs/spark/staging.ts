/** What Spark has scored and nobody has published yet. */

import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import { writeDurably } from '../../disk/durable.ts';
import { decode } from '../../schema/read-value.ts';
import { anyText, shape, type ValueSchema } from '../../schema/value-schema.ts';
import type { OutputColumn } from '../../scorer/scorer.ts';
import type { FrozenInput } from '../chunk.ts';
import { FROZEN_INPUT, OUTPUT_COLUMNS, SPARK_REPORT } from '../run/stored-parts.ts';
import { openSource } from '../sources/open.ts';
import type { JobSource } from '../sources/source.ts';
import type { JobSpec } from '../spec/spec.ts';
import type { SparkForecast } from './forecast.ts';
import type { ThroughputSample } from './sample.ts';

/** How it went, for the receipt. */
export interface SparkReport {
  readonly master: string;
  /** Version of Spark. */
  readonly spark: string;
  /** Rows that were scored here and there; all of their `cells` are equal bit for bit. */
  readonly sample: ThroughputSample & { readonly cells: number };
  readonly forecast: SparkForecast;
  /** Of scoring, without start. */
  readonly seconds: number;
}

/** What is written down once all rows are scored: from then on, Spark is not needed any more. */
export interface ScoredRows {
  /** Path or URI of the folder that they are in. */
  readonly staging: string;
  readonly outputs: readonly OutputColumn[];
  readonly frozen: FrozenInput;
  readonly report: SparkReport;
}

const recordPath = (folder: string): string => join(folder, 'spark', 'scored.json');

/** Whether all rows of the run in `folder` have been scored on Spark. */
export const isScoredOnSpark = (folder: string): boolean => existsSync(recordPath(folder));

/** What `keepScored` has kept in the folder of a run, or null. */
export const readScored = (folder: string): ScoredRows | null =>
  isScoredOnSpark(folder)
    ? decode(SCORED_ROWS, JSON.parse(readFileSync(recordPath(folder), 'utf8')), (problems) => {
        const reason = problems.join('; ');
        return new PlimsollError('INTERNAL', { action: `reading ${recordPath(folder)}`, reason });
      })
    : null;

const SCORED_ROWS: ValueSchema<ScoredRows> = shape({
  staging: anyText,
  outputs: OUTPUT_COLUMNS,
  frozen: FROZEN_INPUT,
  report: SPARK_REPORT,
});

/** Throws DISK_FULL, FILE_UNWRITABLE. */
export const keepScored = (folder: string, scored: ScoredRows): Promise<void> =>
  writeDurably(recordPath(folder), JSON.stringify(scored));

/** Removes what a run on Spark has left in its folder, and its scored rows wherever they are. */
export async function discardStaging(folder: string): Promise<void> {
  const staging = readScored(folder)?.staging;
  if (staging !== undefined) await rm(staging, { recursive: true, force: true });
  await rm(join(folder, 'spark'), { recursive: true, force: true });
}

/** The job whose source are the scored rows. */
export const stagedSpec = (spec: JobSpec, staging: string): JobSpec => ({
  ...spec,
  source: { uri: staging, format: 'parquet' },
});

/** Freezes rows that Spark has left. Throws what their source throws. */
export async function freezeStaged(staged: JobSpec, signal: AbortSignal): Promise<FrozenInput> {
  const source = await openSource(staged, {});
  try {
    return await freezeNow(source, signal);
  } finally {
    await source.close();
  }
}

/** Freezes from the beginning, whatever was found before. */
export const freezeNow = (source: JobSource, signal: AbortSignal): Promise<FrozenInput> =>
  source.freeze({
    pieces: { get: () => undefined, put: () => Promise.resolve() },
    onProgress: () => undefined,
    signal,
  });
