import type {
  MaxAbsScalerStep,
  MinMaxScalerStep,
  NormalizerStep,
  RobustScalerStep,
  ScalingStep,
  StandardScalerStep,
} from '../model/scaling.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
} from './compiler.ts';
import { clipValue, rowMax, rowSumOf } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, streamWidthOf } from './stream.ts';

type Row = Float64Array | null;

/** One element-wise operation with a row of constants; a null row is skipped. */
const withRow = (
  { g }: CompileContext,
  op: 'Sub' | 'Div' | 'Mul' | 'Add',
  x: ValueName,
  row: Row,
): ValueName => (row === null ? x : g.add(op, [x, g.float64(row, [1, row.length])]));

const standardScaler: StepCompiler<StandardScalerStep> = {
  emit(context, step, input) {
    const centred = withRow(context, 'Sub', acceptedMatrix(context, input, step, 'missing'), step.mean);
    return { stream: matrix(withRow(context, 'Div', centred, step.scale), streamWidthOf(input)) };
  },
  certify: () => bitExact('(x - mean) / scale, each operation rounded once as in numpy'),
};

const robustScaler: StepCompiler<RobustScalerStep> = {
  emit(context, step, input) {
    const centred = withRow(context, 'Sub', acceptedMatrix(context, input, step, 'missing'), step.center);
    return { stream: matrix(withRow(context, 'Div', centred, step.scale), streamWidthOf(input)) };
  },
  certify: () => bitExact('(x - center) / scale, each operation rounded once as in numpy'),
};

const minMaxScaler: StepCompiler<MinMaxScalerStep> = {
  emit(context, step, input) {
    const scaled = withRow(context, 'Mul', acceptedMatrix(context, input, step, 'missing'), step.scale);
    const moved = withRow(context, 'Add', scaled, step.min);
    const value = step.clip === null ? moved : clipValue(context, moved, step.clip[0], step.clip[1]);
    return { stream: matrix(value, streamWidthOf(input)) };
  },
  certify: () => bitExact('x · scale + min, two roundings as in numpy, then clipped'),
};

const maxAbsScaler: StepCompiler<MaxAbsScalerStep> = {
  emit(context, step, input) {
    const scaled = withRow(context, 'Div', acceptedMatrix(context, input, step, 'missing'), step.scale);
    return { stream: matrix(step.clip ? clipValue(context, scaled, -1, 1) : scaled, streamWidthOf(input)) };
  },
  certify: () => bitExact('x / scale, then clipped'),
};

/** Norms of the rows, `[N, 1]`. */
export function rowNorm({ g }: CompileContext, x: ValueName, norm: NormalizerStep['norm']): ValueName {
  if (norm === 'l2') return g.add('Sqrt', [rowSumOf(g, g.add('Mul', [x, x]))]);
  const absolute = g.add('Abs', [x]);
  return norm === 'l1' ? rowSumOf(g, absolute) : rowMax(g, absolute);
}

/** `x` divided by `norms` `[N, 1]`, by 1 where a norm is 0 (or below `negligible`). */
export function divideByNorm(
  { g }: CompileContext,
  x: ValueName,
  norms: ValueName,
  negligible = 0,
): ValueName {
  const limit = g.float64([negligible], []);
  const tiny = negligible === 0 ? g.add('Equal', [norms, limit]) : g.add('Less', [norms, limit]);
  return g.add('Div', [x, g.add('Where', [tiny, g.float64([1], []), norms])]);
}

const normalizer: StepCompiler<NormalizerStep> = {
  emit(context, step, input) {
    const x = acceptedMatrix(context, input, step, 'finite');
    const norms = rowNorm(context, x, step.norm);
    return { stream: matrix(divideByNorm(context, x, norms, step.negligible), streamWidthOf(input)) };
  },
  certify: (step) =>
    step.norm === 'max'
      ? bitExact('x / max|x|')
      : withinTolerance('the norm is a sum, whose order BLAS and onnxruntime choose'),
};

export const SCALING_COMPILERS: StepCompilers<ScalingStep> = {
  'standard-scaler': standardScaler,
  'min-max-scaler': minMaxScaler,
  'max-abs-scaler': maxAbsScaler,
  'robust-scaler': robustScaler,
  normalizer,
};
