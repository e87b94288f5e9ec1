import type {
  MaxAbsScalerStep,
  MinMaxScalerStep,
  NormalizerStep,
  RobustScalerStep,
  StandardScalerStep,
} from '../model/scaling.ts';
import type { Value } from '../onnx/graph.ts';
import { bitExact, type Compiler, type Context, withinTolerance } from './compiler.ts';
import { clip, rowMax, rowSum } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, widthOf } from './stream.ts';

type Row = Float64Array | null;

/** One element-wise operation with a row of constants; a null row is skipped. */
const withRow = ({ g }: Context, op: 'Sub' | 'Div' | 'Mul' | 'Add', x: Value, row: Row): Value =>
  row === null ? x : g.add(op, [x, g.float64(row, [1, row.length])]);

export const standardScaler: Compiler<StandardScalerStep> = {
  emit(context, step, input) {
    const centred = withRow(context, 'Sub', acceptedMatrix(context, input, step, 'missing'), step.mean);
    return { stream: matrix(withRow(context, 'Div', centred, step.scale), widthOf(input)) };
  },
  certify: () => bitExact('(x - mean) / scale, each operation rounded once as in numpy'),
};

export const robustScaler: Compiler<RobustScalerStep> = {
  emit(context, step, input) {
    const centred = withRow(context, 'Sub', acceptedMatrix(context, input, step, 'missing'), step.center);
    return { stream: matrix(withRow(context, 'Div', centred, step.scale), widthOf(input)) };
  },
  certify: () => bitExact('(x - center) / scale, each operation rounded once as in numpy'),
};

export const minMaxScaler: Compiler<MinMaxScalerStep> = {
  emit(context, step, input) {
    const scaled = withRow(context, 'Mul', acceptedMatrix(context, input, step, 'missing'), step.scale);
    const moved = withRow(context, 'Add', scaled, step.min);
    const value = step.clip === null ? moved : clip(context, moved, step.clip[0], step.clip[1]);
    return { stream: matrix(value, widthOf(input)) };
  },
  certify: () => bitExact('x · scale + min, two roundings as in numpy, then clipped'),
};

export const maxAbsScaler: Compiler<MaxAbsScalerStep> = {
  emit(context, step, input) {
    const scaled = withRow(context, 'Div', acceptedMatrix(context, input, step, 'missing'), step.scale);
    return { stream: matrix(step.clip ? clip(context, scaled, -1, 1) : scaled, widthOf(input)) };
  },
  certify: () => bitExact('x / scale, then clipped'),
};

/** Norms of the rows, `[N, 1]`. */
export function rowNorm({ g }: Context, x: Value, norm: NormalizerStep['norm']): Value {
  if (norm === 'l2') return g.add('Sqrt', [rowSum(g, g.add('Mul', [x, x]))]);
  const absolute = g.add('Abs', [x]);
  return norm === 'l1' ? rowSum(g, absolute) : rowMax(g, absolute);
}

/** `x` divided by `norms` `[N, 1]`, by 1 where a norm is 0 (or below `negligible`). */
export function divideByNorm({ g }: Context, x: Value, norms: Value, negligible = 0): Value {
  const limit = g.float64([negligible], []);
  const tiny = negligible === 0 ? g.add('Equal', [norms, limit]) : g.add('Less', [norms, limit]);
  return g.add('Div', [x, g.add('Where', [tiny, g.float64([1], []), norms])]);
}

export const normalizer: Compiler<NormalizerStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const norms = rowNorm(context, x, step.norm);
    return { stream: matrix(divideByNorm(context, x, norms, step.negligible), widthOf(input)) };
  },
  certify: (step) =>
    step.norm === 'max'
      ? bitExact('x / max|x|')
      : withinTolerance('the norm is a sum, whose order BLAS and onnxruntime choose'),
};
