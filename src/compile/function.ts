import type { FunctionName, FunctionStep } from '../model/function.ts';
import type { ModelStep } from '../model/step.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type StepCompiler, withinUlp } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { log1p, sigmoid, unlessZero } from './links.ts';
import type { StepCertification } from './plan.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, matrixOf, streamWidthOf } from './stream.ts';
import { arccos, arcsin, arctan, cos, sin } from './trigonometry.ts';

type G = CompileContext['g'];
interface Ufunc {
  readonly emit: (g: G, x: ValueName) => ValueName;
  readonly certification: StepCertification;
}

const scalar = (g: G, value: number): ValueName => g.float64([value], []);
/** An operator whose float64 kernel rounds as numpy does. */
const exact = (emit: Ufunc['emit']): Ufunc => ({ emit, certification: bitExact() });
const close = (ulp: number, emit: Ufunc['emit'], note = 'another exp and log than numpy'): Ufunc => ({
  emit,
  certification: withinUlp(ulp, note),
});
const operator =
  (op: string) =>
  (g: G, x: ValueName): ValueName =>
    g.add(op, [x]);
const times =
  (factor: number) =>
  (g: G, x: ValueName): ValueName =>
    g.add('Mul', [x, scalar(g, factor)]);

/** `sign(x) · magnitude`, keeping -0 and NaN: for odd functions computed on |x|. */
function withSign(g: G, x: ValueName, magnitude: ValueName): ValueName {
  const negative = g.add('Less', [x, scalar(g, 0)]);
  const signed = g.add('Where', [negative, g.add('Neg', [magnitude]), magnitude]);
  return unlessZero(g, x, x, signed);
}

/** exp(x) - 1 without cancellation: (u - 1)·x/log(u), u = exp(x) (W. Kahan, as above). */
function expm1(g: G, x: ValueName): ValueName {
  const u = g.add('Exp', [x]);
  const less = g.add('Sub', [u, scalar(g, 1)]);
  const corrected = g.add('Mul', [less, g.add('Div', [x, g.add('Log', [u])])]);
  const large = g.add('Greater', [g.add('Abs', [x]), scalar(g, 30)]);
  const kept = g.add('Where', [large, less, corrected]);
  return unlessZero(g, x, less, kept);
}

/** |x|^(1/3) and one Newton step, which removes the error of the exponent 1/3. */
function cbrt(g: G, x: ValueName): ValueName {
  const a = g.add('Abs', [x]);
  const y = g.add('Pow', [a, scalar(g, 1 / 3)]);
  const residual = g.add('Sub', [y, g.add('Div', [a, g.add('Mul', [y, y])])]);
  const better = g.add('Sub', [y, g.add('Div', [residual, scalar(g, 3)])]);
  const infinite = g.add('IsInf', [a]);
  return withSign(g, x, g.add('Where', [infinite, a, better]));
}

/** Rounds towards zero and keeps the sign of zero. */
function trunc(g: G, x: ValueName): ValueName {
  const positive = g.add('Greater', [x, scalar(g, 0)]);
  return g.add('Where', [positive, g.add('Floor', [x]), g.add('Ceil', [x])]);
}

/** exp(|x|)/2 as a square, so that it overflows where the result does; used beyond |x| = 22 (fdlibm, e_sinh.c). */
function halfExp(g: G, a: ValueName): ValueName {
  const w = g.add('Exp', [g.add('Mul', [a, scalar(g, 0.5)])]);
  return g.add('Mul', [g.add('Mul', [w, scalar(g, 0.5)]), w]);
}

const isLarge = (g: G, a: ValueName): ValueName => g.add('Greater', [a, scalar(g, 22)]);

function sinh(g: G, x: ValueName): ValueName {
  const a = g.add('Abs', [x]);
  const t = expm1(g, a);
  const quotient = g.add('Div', [t, g.add('Add', [t, scalar(g, 1)])]);
  const small = g.add('Mul', [g.add('Add', [t, quotient]), scalar(g, 0.5)]);
  return withSign(g, x, g.add('Where', [isLarge(g, a), halfExp(g, a), small]));
}

function cosh(g: G, x: ValueName): ValueName {
  const a = g.add('Abs', [x]);
  const e = g.add('Exp', [a]);
  const small = g.add('Mul', [g.add('Add', [e, g.add('Reciprocal', [e])]), scalar(g, 0.5)]);
  return g.add('Where', [isLarge(g, a), halfExp(g, a), small]);
}

/** log(2a) for arguments so large that the rest is below half an ulp. */
const logOfDouble = (g: G, a: ValueName): ValueName => g.add('Add', [g.add('Log', [a]), scalar(g, Math.LN2)]);
const isHuge = (g: G, a: ValueName): ValueName => g.add('Greater', [a, scalar(g, 2 ** 28)]);

function arcsinh(g: G, x: ValueName): ValueName {
  const a = g.add('Abs', [x]);
  const square = g.add('Mul', [a, a]);
  const root = g.add('Sqrt', [g.add('Add', [square, scalar(g, 1)])]);
  const rest = g.add('Div', [square, g.add('Add', [root, scalar(g, 1)])]);
  const usual = log1p(g, g.add('Add', [a, rest]));
  return withSign(g, x, g.add('Where', [isHuge(g, a), logOfDouble(g, a), usual]));
}

function arccosh(g: G, x: ValueName): ValueName {
  const t = g.add('Sub', [x, scalar(g, 1)]);
  const root = g.add('Sqrt', [g.add('Add', [g.add('Add', [t, t]), g.add('Mul', [t, t])])]);
  const usual = log1p(g, g.add('Add', [t, root]));
  const inside = g.add('Where', [isHuge(g, x), logOfDouble(g, x), usual]);
  return g.add('Where', [g.add('Less', [x, scalar(g, 1)]), scalar(g, Number.NaN), inside]);
}

function arctanh(g: G, x: ValueName): ValueName {
  const a = g.add('Abs', [x]);
  const ratio = g.add('Div', [g.add('Add', [a, a]), g.add('Sub', [scalar(g, 1), a])]);
  return withSign(g, x, g.add('Mul', [log1p(g, ratio), scalar(g, 0.5)]));
}

const trigonometric: StepCertification = {
  exactness: 'tolerance',
  bound: '≤ 4 ulp up to |x| = 1.6e6, beyond ≤ 2.3e-16',
  note: 'reduced by multiples of π/2 in three parts',
};

/** 1 where the test holds, else 0. */
const truth = (test: Ufunc['emit']): Ufunc =>
  exact((g, x) => g.add('Where', [test(g, x), scalar(g, 1), scalar(g, 0)]));

/** Below 0, or -0, of which 1 / x tells. */
function signbit(g: G, x: ValueName): ValueName {
  const below = g.add('Less', [x, scalar(g, 0)]);
  return g.add('Or', [below, g.add('Less', [g.add('Reciprocal', [x]), scalar(g, 0)])]);
}

const isNumber = (g: G, x: ValueName): ValueName =>
  g.add('Not', [g.add('Or', [g.add('IsInf', [x]), g.add('IsNaN', [x])])]);

/** A missing number is 0, an infinity the largest number. */
function nanToNum(g: G, x: ValueName): ValueName {
  const low = scalar(g, -Number.MAX_VALUE);
  const present = g.add('Where', [g.add('IsNaN', [x]), scalar(g, 0), x]);
  return g.add('Min', [g.add('Max', [present, low]), scalar(g, Number.MAX_VALUE)]);
}

/** ln p - log1p(-p): an error of an ulp of ½ around ½, where scipy has one as well. */
const logit = (g: G, p: ValueName): ValueName =>
  g.add('Sub', [g.add('Log', [p]), log1p(g, g.add('Neg', [p]))]);

/** min(x, 0) - log1p(exp(-|x|)) */
function logExpit(g: G, x: ValueName): ValueName {
  const rest = log1p(g, g.add('Exp', [g.add('Neg', [g.add('Abs', [x])])]));
  return g.add('Sub', [g.add('Min', [x, scalar(g, 0)]), rest]);
}

/** null: onnxruntime has no float64 kernel that is accurate enough, so only the native engine runs it. */
const UFUNCS: Readonly<Record<FunctionName, Ufunc | null>> = {
  identity: exact((_, x) => x),
  positive: exact((_, x) => x),
  negative: exact(operator('Neg')),
  absolute: exact(operator('Abs')),
  fabs: exact(operator('Abs')),
  sign: exact(operator('Sign')),
  square: exact((g, x) => g.add('Mul', [x, x])),
  reciprocal: exact(operator('Reciprocal')),
  sqrt: exact(operator('Sqrt')),
  floor: exact(operator('Floor')),
  ceil: exact(operator('Ceil')),
  trunc: exact(trunc),
  rint: exact(operator('Round')),
  deg2rad: exact(times(Math.PI / 180)),
  rad2deg: exact(times(180 / Math.PI)),
  exp: close(2, operator('Exp')),
  exp2: close(2, (g, x) => g.add('Pow', [scalar(g, 2), x])),
  expm1: close(8, expm1),
  log: close(2, operator('Log')),
  log2: close(4, (g, x) => g.add('Div', [g.add('Log', [x]), scalar(g, Math.LN2)])),
  log10: close(4, (g, x) => g.add('Div', [g.add('Log', [x]), scalar(g, Math.LN10)])),
  log1p: close(8, log1p),
  cbrt: close(4, cbrt),
  tanh: close(16, operator('Tanh'), 'a rational approximation'),
  sinh: close(16, sinh),
  cosh: close(4, cosh),
  arcsinh: close(16, arcsinh),
  arccosh: close(16, arccosh),
  arctanh: close(16, arctanh),
  arctan: close(4, arctan, 'a rational approximation'),
  arcsin: close(8, arcsin, 'a rational approximation'),
  arccos: close(8, arccos, 'a rational approximation'),
  sin: { emit: sin, certification: trigonometric },
  cos: { emit: cos, certification: trigonometric },
  tan: null,
  isfinite: truth(isNumber),
  isinf: truth(operator('IsInf')),
  isnan: truth(operator('IsNaN')),
  logical_not: truth((g, x) => g.add('Equal', [x, scalar(g, 0)])),
  signbit: truth(signbit),
  nan_to_num: exact(nanToNum),
  expit: close(4, (g, x) => sigmoid({ g }, x)),
  logit: close(8, logit),
  log_expit: close(8, logExpit),
  exp10: close(2, (g, x) => g.add('Pow', [scalar(g, 10), x])),
};

/** The function of every number of `x`. */
export function emitFunction(
  { g }: CompileContext,
  step: ModelStep,
  name: FunctionName,
  x: ValueName,
): ValueName {
  const ufunc = UFUNCS[name];
  if (ufunc !== null) return ufunc.emit(g, x);
  const wanted =
    'functions that onnxruntime computes accurately in float64 (use the native engine: `--runtime native`) are';
  throw compileUnsupported(step, 'func', `numpy.${name}`, wanted);
}

export const functionTransformer: StepCompiler<FunctionStep> = {
  emit(context, step, input) {
    if (step.refusesMissing) acceptedMatrix(context, input, step, 'finite');
    if (step.function === 'identity') return { stream: input };
    const value = emitFunction(context, step, step.function, matrixOf(context, input, step));
    return { stream: matrix(value, streamWidthOf(input)) };
  },
  certify: (step) => UFUNCS[step.function]?.certification ?? bitExact(),
};
