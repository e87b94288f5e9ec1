import { basename } from 'node:path';
import { PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import { bundleDir, readManifest } from '../../registry/bundle.ts';
import type { Chunk, FrozenInput } from '../chunk.ts';
import type { JobSource } from '../sources/source.ts';
import type { JobSpec } from '../spec/spec.ts';
import type { ChunkWorkerPool } from './chunk-worker-pool.ts';
import type { RunPlan } from './plan.ts';
import type { RunStep } from './progress.ts';

/** What workers work on: the input itself, or rows that a cluster has scored. */
export interface RunWork {
  readonly spec: JobSpec;
  readonly frozen: FrozenInput;
  readonly chunks: readonly Chunk[];
}

export interface WorkOptions {
  readonly spec: JobSpec;
  readonly run: string;
  readonly attempt: number;
  readonly dataDir: string;
  /** Of the run. */
  readonly folder: string;
  readonly source: JobSource;
  readonly workers: ChunkWorkerPool;
  readonly secrets: Readonly<Record<string, string>>;
  /** Whether chunks are done already. */
  readonly begun: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stop: AbortSignal;
  readonly onStep: (step: RunStep) => void;
}

/** Has the cluster of the job score its rows, where it names one. Throws what `scoreOnSpark` throws, BUNDLE_GONE. */
export async function workOf(plan: RunPlan, options: WorkOptions): Promise<RunWork> {
  const { spec, workers, logger, stop, onStep } = options;
  const { isScoredOnSpark } = await import('../spark/staging.ts');
  // Rows that a cluster has scored are published, whatever a later command says of where to score.
  if (spec.spark === undefined && !isScoredOnSpark(options.folder))
    return { spec, frozen: plan.frozen, chunks: plan.chunks };
  const { scoreOnSpark } = await import('../spark/engine.ts');
  const bundle = bundleDir(options.dataDir, plan.model.digest);
  const manifest = readManifest(bundle);
  if (manifest === null)
    throw new PlimsollError('BUNDLE_GONE', { model: plan.model.file, version: 1, digest: basename(bundle) });
  const scored = await scoreOnSpark({
    ...options,
    model: { bundle, manifest },
    frozen: plan.frozen,
    chunks: plan.chunks,
    inputs: plan.inputs,
    signal: stop,
    onForecast: (forecast) => {
      logger.info({ forecast }, 'Spark answers the sample with the same bits');
      onStep({ phase: 'scoring', forecast });
    },
    onProgress: (share) => onStep({ phase: 'scoring', share }),
  });
  const { digest, runtime, converter } = manifest;
  await workers.load({
    staged: { model: { digest, runtime, converter }, outputs: scored.outputs, origin: spec.source.uri },
  });
  return scored;
}
