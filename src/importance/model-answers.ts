import type { Engine } from '../engine/engine.ts';
import type { ColumnBatch } from '../model/batch.ts';
import { tensorNumbers } from '../model/numbers-tensor.ts';
import { isList } from '../model/output-parts.ts';
import { type BatchBlock, batchBlocks } from '../model/slice.ts';
import type { Tensor } from '../model/tensor.ts';

/** Cells of rows that are predicted at once. */
const BLOCK_CELLS = 2 ** 18;

/** An engine that answers. */
export type AnsweringEngine = Pick<Engine, 'infer'>;

const widthOf = (batch: ColumnBatch): number =>
  batch.kind === 'matrix' ? batch.width : batch.columns.length;

/** Blocks of rows, one after the other, of no more cells than are worked on at once. */
export function blocksOf(batch: ColumnBatch, cells = BLOCK_CELLS): Generator<BatchBlock<ColumnBatch>> {
  return batchBlocks(batch, Math.max(1, Math.floor(cells / Math.max(1, widthOf(batch)))));
}

/** Calls `take` with one output of each block of rows. Errors: those of a prediction. */
export async function eachAnswer(
  engine: AnsweringEngine,
  batch: ColumnBatch,
  output: string,
  take: (answer: Tensor) => void,
): Promise<void> {
  for (const { block } of blocksOf(batch)) {
    const answer = (await engine.infer(block))[output];
    if (answer === undefined || isList(answer)) throw new RangeError(`the model answers no ${output}`);
    take(answer);
  }
}

/** One output in numbers of all rows, `[rows, scores]`. Errors: those of a prediction. */
export async function numbersAnswered(
  engine: AnsweringEngine,
  batch: ColumnBatch,
  output: string,
): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  await eachAnswer(engine, batch, output, (answer) => parts.push(tensorNumbers(answer)));
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
