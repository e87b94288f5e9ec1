import type { TfidfStep } from '../../../model/text.ts';
import {
  checkNumbers,
  createScratch,
  type DenseBlock,
  type RowBlock,
  type SparseBlock,
  toDense,
} from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator } from '../evaluator.ts';
import { normalizeSparse } from '../scaling.ts';

/** Sublinear tf (1 + log tf), times idf, divided by the row norm; each where the step has it. */
export function prepareTfidf(step: TfidfStep, { names }: EvaluatorContext): StepEvaluator {
  const { sublinear, idf, norm } = step;
  const packed = createScratch();
  return {
    transform: (input) => {
      if (idf !== null) checkWidth(input, idf.length);
      const counts = sparseOf(input, names, packed);
      const values = sublinear ? counts.values.map((count) => Math.log(count) + 1) : counts.values.slice();
      if (idf !== null) for (let k = 0; k < values.length; k++) values[k]! *= idf[counts.indices[k]!]!;
      const weighted = { ...counts, values };
      return norm === null ? weighted : normalizeSparse(weighted, norm);
    },
  };
}

function sparseOf(
  input: RowBlock,
  names: readonly string[],
  packed: (cells: number) => Float64Array,
): SparseBlock {
  if (input.kind === 'sparse') return input;
  const dense = toDense(input, names, packed);
  checkNumbers(dense, names, 'refused');
  return compress(dense);
}

function compress({ rows, cols, data }: DenseBlock): SparseBlock {
  const indptr = new Int32Array(rows + 1);
  const indices: number[] = [];
  const values: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < cols; col++) {
      const value = data[row * cols + col]!;
      if (value === 0) continue;
      indices.push(col);
      values.push(value);
    }
    indptr[row + 1] = indices.length;
  }
  return {
    kind: 'sparse',
    rows,
    cols,
    indptr,
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}
