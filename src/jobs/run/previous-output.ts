/** What an earlier run has published, as an input of the one that publishes it again with its own rows. */
import type { Chunk, FrozenInput } from '../chunk.ts';
import { openSource } from '../sources/open.ts';
import type { PieceStore } from '../sources/source.ts';
import type { JobSpec, SourceSpec } from '../spec/spec.ts';

export interface CarriedPlan {
  readonly source: SourceSpec;
  readonly frozen: FrozenInput;
  /** The first of the run. */
  readonly chunks: readonly Chunk[];
}

/** The plan for what a spec carries over; null where it carries nothing. Throws what the source throws. */
export async function previousPlan(
  spec: JobSpec,
  { pieces, stop }: { readonly pieces: PieceStore; readonly stop: AbortSignal },
): Promise<CarriedPlan | null> {
  if (spec.carried === undefined) return null;
  const source = await openSource({ source: spec.carried, key: spec.key }, {});
  try {
    const frozen = await source.freeze({ pieces, onProgress: () => undefined, signal: stop });
    return { source: spec.carried, frozen, chunks: await source.chunks(frozen, spec.options.chunkRows) };
  } finally {
    await source.close();
  }
}

/** Chunks of the run's own input, behind those that are carried over. */
export const behind = (carried: CarriedPlan | null, chunks: readonly Chunk[]): readonly Chunk[] =>
  carried === null
    ? chunks
    : chunks.map((chunk) => ({ ...chunk, index: chunk.index + carried.chunks.length }));
