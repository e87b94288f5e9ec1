import type { Engine } from '../engine/engine.ts';
import { allocateCells } from '../engine/native/block.ts';
import type { Batch } from '../model/batch.ts';
import { batchBlocks } from '../model/slice.ts';
import type { Attributions, Explainer, WorkProgress } from './explanation.ts';
import type { Refusal } from './sampling/plan-choice.ts';

/** Attributions that are made at once. */
const BLOCK_CELLS = 2 ** 18;
/** Interactions in one answer. */
const MOST_INTERACTIONS = 2 ** 22;

/**
 * Explains rows a block at a time, so that what is made of them on the way is bounded, and only those that the model itself takes: each
 * block is predicted first, and refused as it is there.
 */
export const inBlocks =
  (
    engine: Pick<Engine, 'infer'>,
    { explain, features, baseValues }: Omit<Explainer<Batch>, 'output'>,
    isPaired: boolean,
    refuse: Refusal,
  ) =>
  async (batch: Batch, onProgress?: WorkProgress): Promise<Attributions> => {
    const width = baseValues.length * features.length ** (isPaired ? 2 : 1);
    const most = Math.floor(MOST_INTERACTIONS / Math.max(1, width));
    if (isPaired && batch.rows > most)
      throw refuse(
        `the interactions of ${batch.rows} rows are more numbers than one answer holds`,
        most > 0 ? `Explain at most ${most} rows at a time` : 'Leave out --interactions',
      );
    const atOnce = Math.max(1, Math.floor(BLOCK_CELLS / Math.max(1, width)));
    const found: Attributions[] = [];
    for (const { block, from } of batchBlocks(batch, atOnce)) {
      onProgress?.(from / batch.rows);
      await engine.infer(block);
      const made = await explain(block);
      if (made.additivityError === Number.POSITIVE_INFINITY)
        throw refuse(
          'what its rows are answered, or their columns add, is too large for a number',
          'Correct the values of those rows, or leave them out',
        );
      found.push(made);
    }
    return {
      values: joined(found.map(({ values }) => values)),
      additivityError: found.reduce((most, { additivityError }) => Math.max(most, additivityError), 0),
      ...optional('standardErrors', found),
      ...optional('interactions', found),
    };
  };

function optional(
  key: 'standardErrors' | 'interactions',
  found: readonly Attributions[],
): Partial<Attributions> {
  const parts = found.flatMap((part) => part[key] ?? []);
  return parts.length === 0 ? {} : { [key]: joined(parts) };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const out = allocateCells(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
