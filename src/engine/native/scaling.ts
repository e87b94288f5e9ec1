import type {
  MaxAbsScalerStep,
  MinMaxScalerStep,
  NormalizerStep,
  RobustScalerStep,
  ScalingStep,
  StandardScalerStep,
} from '../../model/scaling.ts';
import { checkNumbers, createScratch, forEachSparseRow, type SparseBlock, toDense } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';

/** Writes `rows` scaled rows of `x` into `out`. */
type Kernel = (x: Float64Array, out: Float64Array, rows: number) => void;

/** Every element by the same two operations, in scikit-learn's order; NaN passes through. */
function prepareElementwise(
  cols: number,
  kernel: Kernel,
  divisor: Float64Array | null,
  names: readonly string[],
): StepEvaluator {
  const packed = createScratch();
  const scaled = createScratch();
  return {
    transform: (input) => {
      checkWidth(input, cols);
      if (input.kind === 'sparse' && divisor !== null) return scaleSparse(input, divisor);
      const block = toDense(input, names, packed);
      checkNumbers(block, names, 'allowed');
      const { rows, data } = block;
      const out = scaled(rows * cols);
      kernel(data, out, rows);
      return { kind: 'dense', rows, cols, data: out };
    },
  };
}

/** Sparse input is multiplied by the reciprocal, as scikit-learn's `inplace_column_scale(X, 1 / scale_)`. */
function scaleSparse(block: SparseBlock, divisor: Float64Array): SparseBlock {
  const values = block.values.map((value, k) => value * (1 / divisor[block.indices[k]!]!));
  return { ...block, values };
}

/** A scaler told to do nothing still refuses infinities; before 0.24 its file does not say how many columns it saw. */
function prepareCheck(cols: number | null, names: readonly string[]): StepEvaluator {
  const scratch = createScratch();
  return {
    transform: (input) => {
      if (cols !== null) checkWidth(input, cols);
      const block = input.kind === 'sparse' ? input : toDense(input, names, scratch);
      checkNumbers(block, names, 'allowed');
      return block;
    },
  };
}

/** `(x - center) / scale`; also RobustScaler. */
function prepareCentering(
  step: StandardScalerStep | RobustScalerStep,
  center: Float64Array | null,
  { names }: EvaluatorContext,
): StepEvaluator {
  const { scale } = step;
  const cols = center?.length ?? scale?.length;
  if (cols === undefined) return prepareCheck(step.features, names);
  if (scale !== null && scale.length !== cols) refuseShape(step, 'scale_', scale.length, cols);
  // x - 0 and x / 1 are x, bit for bit: absent parts cost no second kernel.
  const subtrahend = center ?? new Float64Array(cols);
  const divisor = scale ?? new Float64Array(cols).fill(1);
  const kernel: Kernel = (x, out, rows) => {
    for (let row = 0, k = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, k++) out[k] = (x[k]! - subtrahend[col]!) / divisor[col]!;
    }
  };
  return prepareElementwise(cols, kernel, center === null ? divisor : null, names);
}

const prepareStandard = (step: StandardScalerStep, preparation: EvaluatorContext): StepEvaluator =>
  prepareCentering(step, step.mean, preparation);

const prepareRobust = (step: RobustScalerStep, preparation: EvaluatorContext): StepEvaluator =>
  prepareCentering(step, step.center, preparation);

function prepareMinMax(step: MinMaxScalerStep, { names }: EvaluatorContext): StepEvaluator {
  const { scale, min } = step;
  const cols = scale.length;
  if (min.length !== cols) refuseShape(step, 'min_', min.length, cols);
  const [low, high] = step.clip ?? [-Infinity, Infinity];
  const kernel: Kernel = (x, out, rows) => {
    for (let row = 0, k = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, k++) {
        out[k] = clip(x[k]! * scale[col]! + min[col]!, low, high);
      }
    }
  };
  return prepareElementwise(cols, kernel, null, names);
}

function prepareMaxAbs(step: MaxAbsScalerStep, { names }: EvaluatorContext): StepEvaluator {
  const { scale } = step;
  const cols = scale.length;
  const bound = step.clip ? 1 : Infinity;
  const kernel: Kernel = (x, out, rows) => {
    for (let row = 0, k = 0; row < rows; row++) {
      for (let col = 0; col < cols; col++, k++) out[k] = clip(x[k]! / scale[col]!, -bound, bound);
    }
  };
  return prepareElementwise(cols, kernel, step.clip ? null : scale, names);
}

/** numpy's clip: NaN stays NaN, and -0 is not moved to a bound of 0. */
function clip(x: number, low: number, high: number): number {
  if (x < low) return low;
  return Math.min(x, high);
}

function prepareNormalizer(step: NormalizerStep, { names }: EvaluatorContext): StepEvaluator {
  const packed = createScratch();
  const scaled = createScratch();
  const { norm, negligible = Number.MIN_VALUE } = step;
  return {
    transform: (input) => {
      if (step.features !== null) checkWidth(input, step.features);
      if (input.kind === 'sparse') return normalizeSparse(input, norm);
      const block = toDense(input, names, packed);
      checkNumbers(block, names, 'refused');
      const { rows, cols, data } = block;
      const out = scaled(rows * cols);
      for (let row = 0; row < rows; row++) {
        const from = row * cols;
        const size = rowNorm(data, from, from + cols, norm);
        divideInto(out, data, from, from + cols, size < negligible ? 1 : size);
      }
      return { kind: 'dense', rows, cols, data: out };
    },
  };
}

/** Each sparse row divided by its norm; a row of zeros stays. */
export function normalizeSparse(block: SparseBlock, norm: 'l1' | 'l2' | 'max'): SparseBlock {
  const values = new Float64Array(block.values.length);
  forEachSparseRow(block, (_, from, to) =>
    divideInto(values, block.values, from, to, rowNorm(block.values, from, to, norm) || 1),
  );
  return { ...block, values };
}

function divideInto(
  out: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
  divisor: number,
): void {
  for (let k = from; k < to; k++) out[k] = values[k]! / divisor;
}

function rowNorm(values: Float64Array, from: number, to: number, norm: 'l1' | 'l2' | 'max'): number {
  let size = 0;
  if (norm === 'l2') {
    for (let k = from; k < to; k++) {
      const value = values[k]!;
      size += value * value;
    }
    return Math.sqrt(size);
  }
  for (let k = from; k < to; k++) {
    const value = Math.abs(values[k]!);
    size = norm === 'l1' ? size + value : Math.max(size, value);
  }
  return size;
}

export const SCALING_PREPARERS: StepPreparers<ScalingStep> = {
  'standard-scaler': prepareStandard,
  'min-max-scaler': prepareMinMax,
  'max-abs-scaler': prepareMaxAbs,
  'robust-scaler': prepareRobust,
  normalizer: prepareNormalizer,
};
