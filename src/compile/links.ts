import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';

/**
 * σ(x) = 1 / (1 + exp(-x)), as scipy.special.expit. The operator Sigmoid is not used: its float64 kernel loses all
 * relative accuracy for large negative x.
 */
export function sigmoid({ g }: Pick<CompileContext, 'g'>, x: ValueName): ValueName {
  const one = g.float64([1], []);
  return g.add('Div', [one, g.add('Add', [one, g.add('Exp', [g.add('Neg', [x])])])]);
}

/** Two columns `[1 - p, p]` from probabilities `[N]` or `[N, 1]` of the positive class. */
export function complement({ g }: CompileContext, p: ValueName): ValueName {
  const column = g.add('Reshape', [p, g.int64([-1, 1], [2])]);
  const rest = g.add('Sub', [g.float64([1], []), column]);
  return g.add('Concat', [rest, column], { axis: 1n });
}

/** Softmax over the columns with the row maximum subtracted first (sklearn.utils.extmath.softmax). */
export function softmax({ g }: CompileContext, x: ValueName): ValueName {
  const exp = g.add('Exp', [g.add('Sub', [x, rowMax(g, x)])]);
  return g.add('Div', [exp, rowSumOf(g, exp)]);
}

/** `x - logsumexp(x)` over the columns, logsumexp = max + log Σ exp(x - max) (scipy.special.logsumexp). */
export function logSoftmax({ g }: CompileContext, x: ValueName): ValueName {
  const max = rowMax(g, x);
  const sum = rowSumOf(g, g.add('Exp', [g.add('Sub', [x, max])]));
  return g.add('Sub', [x, g.add('Add', [g.add('Log', [sum]), max])]);
}

export const rowMax = (g: CompileContext['g'], x: ValueName): ValueName =>
  g.add('ReduceMax', [x, g.int64([1], [1])], { keepdims: 1n });

export const rowSumOf = (g: CompileContext['g'], x: ValueName): ValueName =>
  g.add('ReduceSum', [x, g.int64([1], [1])], { keepdims: 1n });

/** `min(max(x, low), high)` by rows of bounds, a number a column. */
export const clipRows = (
  g: CompileContext['g'],
  x: ValueName,
  low: ValueName,
  high: ValueName,
): ValueName => {
  const raised = g.add('Where', [g.add('Less', [x, low]), low, x]);
  return g.add('Where', [g.add('Greater', [raised, high]), high, raised]);
};

/** `min(max(x, low), high)` that keeps NaN. */
export function clipValue({ g }: CompileContext, x: ValueName, low: number, high: number): ValueName {
  const floor = g.float64([low], []);
  const ceiling = g.float64([high], []);
  const raised = g.add('Where', [g.add('Less', [x, floor]), floor, x]);
  return g.add('Where', [g.add('Greater', [raised, ceiling]), ceiling, raised]);
}

/**
 * `value` where `test` is not 0, else x itself, with its sign. onnxruntime's Where turns a -0 of its second input into 0
 * (but not one of its third), so whatever may be -0 comes last; it also swaps the branches of a negated condition.
 */
export const unlessZero = (
  g: CompileContext['g'],
  x: ValueName,
  test: ValueName,
  value: ValueName,
): ValueName => g.add('Where', [g.add('Greater', [g.add('Abs', [test]), g.float64([0], [])]), value, x]);

/** `[N, 1]` to `[N]`. */
export const flat = ({ g }: CompileContext, x: ValueName): ValueName =>
  g.add('Reshape', [x, g.int64([-1], [1])]);

/** Score of the second class over that of the first, `[N]`. */
export function scoreDifference(context: CompileContext, scores: ValueName): ValueName {
  const { g } = context;
  const at = (column: number): ValueName => g.add('Gather', [scores, g.int64([column], [1])], { axis: 1n });
  return flat(context, g.add('Sub', [at(1), at(0)]));
}

/** log(1 + x) without cancellation: log(u)·x/(u - 1), u = 1 + x (W. Kahan; HP-15C Advanced Functions Handbook). */
export function log1p(g: CompileContext['g'], x: ValueName): ValueName {
  const one = g.float64([1], []);
  const u = g.add('Add', [x, one]);
  const excess = g.add('Sub', [u, one]);
  const log = g.add('Log', [u]);
  const corrected = g.add('Mul', [log, g.add('Div', [x, excess])]);
  const infinite = g.add('IsInf', [u]);
  const kept = g.add('Where', [infinite, log, corrected]);
  return unlessZero(g, x, excess, kept);
}
