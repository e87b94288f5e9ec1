import type { Value } from '../onnx/graph.ts';
import type { Context } from './compiler.ts';

/**
 * σ(x) = 1 / (1 + exp(-x)), as scipy.special.expit. The operator Sigmoid is not used: its float64 kernel loses all
 * relative accuracy for large negative x.
 */
export function sigmoid({ g }: Context, x: Value): Value {
  const one = g.float64([1], []);
  return g.add('Div', [one, g.add('Add', [one, g.add('Exp', [g.add('Neg', [x])])])]);
}

/** Two columns `[1 - p, p]` from probabilities `[N]` or `[N, 1]` of the positive class. */
export function complement({ g }: Context, p: Value): Value {
  const column = g.add('Reshape', [p, g.int64([-1, 1], [2])]);
  const rest = g.add('Sub', [g.float64([1], []), column]);
  return g.add('Concat', [rest, column], { axis: 1n });
}

/** Softmax over the columns with the row maximum subtracted first (sklearn.utils.extmath.softmax). */
export function softmax({ g }: Context, x: Value): Value {
  const exp = g.add('Exp', [g.add('Sub', [x, rowMax(g, x)])]);
  return g.add('Div', [exp, rowSum(g, exp)]);
}

/** `x - logsumexp(x)` over the columns, logsumexp = max + log Σ exp(x - max) (scipy.special.logsumexp). */
export function logSoftmax({ g }: Context, x: Value): Value {
  const max = rowMax(g, x);
  const sum = rowSum(g, g.add('Exp', [g.add('Sub', [x, max])]));
  return g.add('Sub', [x, g.add('Add', [g.add('Log', [sum]), max])]);
}

export const rowMax = (g: Context['g'], x: Value): Value =>
  g.add('ReduceMax', [x, g.int64([1], [1])], { keepdims: 1n });

export const rowSum = (g: Context['g'], x: Value): Value =>
  g.add('ReduceSum', [x, g.int64([1], [1])], { keepdims: 1n });

/** `min(max(x, low), high)` that keeps NaN. */
export function clip({ g }: Context, x: Value, low: number, high: number): Value {
  const floor = g.float64([low], []);
  const ceiling = g.float64([high], []);
  const raised = g.add('Where', [g.add('Less', [x, floor]), floor, x]);
  return g.add('Where', [g.add('Greater', [raised, ceiling]), ceiling, raised]);
}

/**
 * `value` where `test` is not 0, else x itself, with its sign. onnxruntime's Where turns a -0 of its second input into 0
 * (but not one of its third), so whatever may be -0 comes last; it also swaps the branches of a negated condition.
 */
export const unlessZero = (g: Context['g'], x: Value, test: Value, value: Value): Value =>
  g.add('Where', [g.add('Greater', [g.add('Abs', [test]), g.float64([0], [])]), value, x]);

/** `[N, 1]` to `[N]`. */
export const flat = ({ g }: Context, x: Value): Value => g.add('Reshape', [x, g.int64([-1], [1])]);
