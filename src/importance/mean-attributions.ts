import type { Explainer } from '../explain/explanation.ts';
import type { Batch, ColumnBatch } from '../model/batch.ts';
import { columnCells } from './batch-columns.ts';
import { blocksOf } from './model-answers.ts';

/** Cells of rows that are explained at once: so many that memory is bounded, and progress is seen. */
const BLOCK_CELLS = 2 ** 14;

/** What the attributions of many rows say of a model, each `[scores, columns]`. */
export interface MeanAttributions {
  readonly rows: number;
  /** How much a column moves the answers, whichever way. */
  readonly meanAbsolute: Float64Array;
  readonly mean: Float64Array;
  /** Of `meanAbsolute`, by the spread of the rows; NaN of a single row. */
  readonly standardErrors: Float64Array;
  /**
   * Pearson's correlation of a column's values with its attributions, over the rows that have one: above 0 where a larger value raises
   * the answer. NaN where a column holds no numbers, or nothing varies.
   */
  readonly correlation: Float64Array;
}

/** Sums of attributions over rows, with moments that keep their digits (Welford, Technometrics 4, 1962). */
class AttributionMoments {
  readonly #sum: Float64Array;
  readonly #absolute: Float64Array;
  /** Of sizes of attributions: how many, their mean, squares around it. */
  readonly #sizes: Float64Array;
  /** Of pairs of a value and its attribution: how many, their means, squares and products around them. */
  readonly #pairs: Float64Array;

  constructor(size: number) {
    this.#sum = new Float64Array(size);
    this.#absolute = new Float64Array(size);
    this.#sizes = new Float64Array(3 * size);
    this.#pairs = new Float64Array(6 * size);
  }

  add(at: number, attribution: number, value: number): void {
    this.#sum[at]! += attribution;
    this.#absolute[at]! += Math.abs(attribution);
    this.#addSize(3 * at, Math.abs(attribution));
    if (!Number.isFinite(value)) return;
    const pair = this.#pairs.subarray(6 * at, 6 * at + 6);
    const count = pair[0]! + 1;
    const [dx, dy] = [value - pair[1]!, attribution - pair[2]!];
    pair[0] = count;
    pair[1]! += dx / count;
    pair[2]! += dy / count;
    pair[3]! += dx * (value - pair[1]!);
    pair[4]! += dy * (attribution - pair[2]!);
    pair[5]! += dx * (attribution - pair[2]!);
  }

  #addSize(place: number, size: number): void {
    const sizes = this.#sizes;
    const count = sizes[place]! + 1;
    const difference = size - sizes[place + 1]!;
    sizes[place] = count;
    sizes[place + 1]! += difference / count;
    sizes[place + 2]! += difference * (size - sizes[place + 1]!);
  }

  read(rows: number): MeanAttributions {
    const correlation = this.#sum.map((_, at) => {
      const [, , , xx = 0, yy = 0, xy = 0] = this.#pairs.subarray(6 * at, 6 * at + 6);
      return xx > 0 && yy > 0 ? Math.min(1, Math.max(-1, xy / Math.sqrt(xx) / Math.sqrt(yy))) : Number.NaN;
    });
    return {
      ...{ rows, correlation },
      meanAbsolute: this.#absolute.map((sum) => sum / rows),
      mean: this.#sum.map((sum) => sum / rows),
      standardErrors: this.#sum.map((_, at) => Math.sqrt(this.#sizes[3 * at + 2]! / (rows - 1) / rows)),
    };
  }
}

/** Explains all rows, a block at a time, and keeps what they say together. `onRows` is told how many are done; `sizes`, `[rows, columns]`, are
 * filled with the mean size of each row's attributions over the scores. Errors: those of a prediction. */
export async function meanAttributions(
  explainer: Pick<Explainer<Batch>, 'explain' | 'features' | 'baseValues' | 'sampling'>,
  batch: ColumnBatch,
  onRows: (rows: number) => void = () => undefined,
  sizes: Float64Array | null = null,
): Promise<MeanAttributions> {
  const columns = explainer.features.length;
  const scores = explainer.baseValues.length;
  const moments = new AttributionMoments(scores * columns);
  // A model that is asked about coalitions takes long for each row.
  const cells = explainer.sampling === undefined ? BLOCK_CELLS : columns;
  for (const { block, from } of blocksOf(batch, cells)) {
    const { values: attributions } = await explainer.explain(block);
    for (let column = 0; column < columns; column++) {
      const values = columnCells(block, column);
      const numbers = values instanceof Float64Array ? values : null;
      for (let row = 0; row < block.rows; row++)
        for (let score = 0; score < scores; score++) {
          const attribution = attributions[(row * scores + score) * columns + column]!;
          if (sizes !== null) sizes[(from + row) * columns + column]! += Math.abs(attribution) / scores;
          moments.add(score * columns + column, attribution, numbers?.[row] ?? Number.NaN);
        }
    }
    onRows(from + block.rows);
  }
  return moments.read(batch.rows);
}
