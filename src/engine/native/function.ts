import type { FunctionName, FunctionStep } from '../../model/function.ts';
import { createScratch, toDense } from './block.ts';
import type { EvaluatorContext, StepEvaluator } from './evaluator.ts';
import { expit, logit } from './links.ts';

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

const truth =
  (test: (x: number) => boolean) =>
  (x: number): number =>
    test(x) ? 1 : 0;

const LARGEST = Number.MAX_VALUE;

/** The element-wise functions a FunctionTransformer may hold, by the name that numpy or scipy has for it. */
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
  isfinite: truth(Number.isFinite),
  isinf: truth((x) => Math.abs(x) === Number.POSITIVE_INFINITY),
  isnan: truth(Number.isNaN),
  logical_not: truth((x) => x === 0),
  signbit: truth((x) => x < 0 || Object.is(x, -0)),
  nan_to_num: (x) => (Number.isNaN(x) ? 0 : Math.min(Math.max(x, -LARGEST), LARGEST)),
  expit,
  logit,
  log_expit: (x) => (x < 0 ? x - Math.log1p(Math.exp(x)) : -Math.log1p(Math.exp(-x))),
  exp10: (x) => 10 ** x,
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
