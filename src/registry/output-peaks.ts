import type { Outputs } from '../model/batch.ts';
import { partTensorsOf } from '../model/output-parts.ts';
import type { Tensor } from '../model/tensor.ts';

/**
 * Largest finite magnitude seen in every output column, from block to block: a row whose terms cancel is small beside
 * other rows, not beside itself, and rounding goes by the terms.
 */
export class OutputPeaks {
  readonly #columns = new Map<string, Float64Array>();

  /** Takes the numbers of some outputs into account. */
  see(outputs: Outputs): this {
    for (const [output, value] of Object.entries(outputs)) {
      for (const [part, tensor] of partTensorsOf(value).entries()) {
        if (!isFloatTensor(tensor)) continue;
        const peaks = this.of(output, part, cellsPerRow(tensor));
        for (let i = 0; i < tensor.data.length; i++) {
          const size = Math.abs(tensor.data[i]!);
          if (size > peaks[i % peaks.length]! && Number.isFinite(size)) peaks[i % peaks.length] = size;
        }
      }
    }
    return this;
  }

  /** Peaks of the columns of one tensor; zeros where none was seen. */
  of(output: string, part: number, width: number): Float64Array {
    const key = `${output} ${part} ${width}`;
    const known = this.#columns.get(key) ?? new Float64Array(width);
    this.#columns.set(key, known);
    return known;
  }
}

type Numeric = Extract<Tensor, { dtype: 'float64' | 'float32' }>;

export const isFloatTensor = (tensor: Tensor): tensor is Numeric =>
  tensor.dtype === 'float64' || tensor.dtype === 'float32';

/** Cells of a row. */
export const cellsPerRow = (tensor: Tensor): number => tensor.data.length / Math.max(1, tensor.shape[0] ?? 1);
