import type { FunctionName, FunctionStep } from '../../model/function.ts';
import { createScratch, toDense } from './block.ts';
import type { EvaluatorContext, StepEvaluator } from './evaluator.ts';

/** π/180 and 180/π as numpy rounds them. */
const RADIANS = Math.PI / 180;
const DEGREES = 180 / Math.PI;

/** numpy's `rint`: to the nearest integer, halves to the even one; keeps the sign of zero. */
function rint(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest === 0 || Number.isNaN(rest)) return x;
  const even = floor % 2 === 0 ? floor : floor + 1;
  const rounded = rest === 0.5 ? even : Math.round(x);
  return rounded === 0 && x < 0 ? -0 : rounded;
}

/** The element-wise functions a FunctionTransformer may hold, by numpy name. */
export const UFUNCS: Readonly<Record<FunctionName, (x: number) => number>> = {
  identity: (x) => x,
  log1p: Math.log1p,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  sqrt: Math.sqrt,
  cbrt: Math.cbrt,
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  absolute: Math.abs,
  fabs: Math.abs,
  sign: (x) => Math.sign(x) + 0,
  negative: (x) => -x,
  positive: (x) => x,
  floor: Math.floor,
  ceil: Math.ceil,
  trunc: Math.trunc,
  rint,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  arcsinh: Math.asinh,
  arccosh: Math.acosh,
  arctanh: Math.atanh,
  deg2rad: (x) => x * RADIANS,
  rad2deg: (x) => x * DEGREES,
};

/** Element-wise function over every column; a sparse input stays sparse where the function keeps zero. */
export function prepareFunction(step: FunctionStep, { names }: EvaluatorContext): StepEvaluator {
  if (step.function === 'identity') return { transform: (input) => input };
  const apply = UFUNCS[step.function];
  const packed = createScratch();
  const mapped = createScratch();
  const keepsZero = apply(0) === 0;
  return {
    transform: (input) => {
      if (input.kind === 'sparse' && keepsZero) return { ...input, values: input.values.map(apply) };
      const { rows, cols, data } = toDense(input, names, packed);
      const out = mapped(rows * cols);
      for (let k = 0; k < rows * cols; k++) out[k] = apply(data[k]!);
      return { kind: 'dense', rows, cols, data: out };
    },
  };
}
