import type { GraphBuilderApi, Value } from '../onnx/graph.ts';

/**
 * Inverse trigonometric functions from arithmetic, since onnxruntime has no float64 kernels for them. arctan is the
 * range reduction and rational approximation of Cephes (S. L. Moshier, atan.c; peak relative error 1.8e-16).
 */

const P = [
  -0.8750608600031904, -16.157537187333652, -75.00855792314705, -122.88666844901361, -64.85021904942025,
];
const Q = [
  1, 24.858464901423062, 165.02700983169885, 432.88106049129027, 485.3903996359137, 194.5506571482614,
];
/** tan(3π/8) and the part of π/2 that float64 drops. */
const TAN_3PI_8 = 2.414213562373095;
const PI_2_REST = 6.123233995736766e-17;

type G = GraphBuilderApi;
const scalar = (g: G, value: number): Value => g.float64([value], []);

/** Horner's rule, highest power first. */
function polynomial(g: G, z: Value, coefficients: readonly number[]): Value {
  const [first, ...rest] = coefficients;
  return rest.reduce(
    (sum, coefficient) => g.add('Add', [g.add('Mul', [sum, z]), scalar(g, coefficient)]),
    scalar(g, first!),
  );
}

/** arctan of |x|. */
function arctanOfMagnitude(g: G, a: Value): Value {
  const far = g.add('Greater', [a, scalar(g, TAN_3PI_8)]);
  const near = g.add('LessOrEqual', [a, scalar(g, 0.66)]);
  const choose = (whenFar: Value, whenNear: Value, between: Value): Value =>
    g.add('Where', [far, whenFar, g.add('Where', [near, whenNear, between])]);
  const rotated = g.add('Div', [g.add('Sub', [a, scalar(g, 1)]), g.add('Add', [a, scalar(g, 1)])]);
  const r = choose(g.add('Neg', [g.add('Reciprocal', [a])]), a, rotated);
  const z = g.add('Mul', [r, r]);
  const ratio = g.add('Div', [g.add('Mul', [z, polynomial(g, z, P)]), polynomial(g, z, Q)]);
  const small = g.add('Add', [g.add('Mul', [r, ratio]), r]);
  const rest = choose(scalar(g, PI_2_REST), scalar(g, 0), scalar(g, PI_2_REST / 2));
  const base = choose(scalar(g, Math.PI / 2), scalar(g, 0), scalar(g, Math.PI / 4));
  return g.add('Add', [base, g.add('Add', [small, rest])]);
}

/** Odd: arctan(-x) = -arctan(x), -0 and NaN included. */
export function arctan(g: G, x: Value): Value {
  const magnitude = arctanOfMagnitude(g, g.add('Abs', [x]));
  const negative = g.add('Less', [x, scalar(g, 0)]);
  const signed = g.add('Where', [negative, g.add('Neg', [magnitude]), magnitude]);
  // The zero comes last: onnxruntime's Where turns a -0 of its second input into 0.
  const nonzero = g.add('Greater', [g.add('Abs', [x]), scalar(g, 0)]);
  return g.add('Where', [nonzero, signed, x]);
}

/** arctan(x / √((1 - x)(1 + x))): NaN outside [-1, 1], ±π/2 at the ends. */
export function arcsin(g: G, x: Value): Value {
  const one = scalar(g, 1);
  const cosine = g.add('Sqrt', [g.add('Mul', [g.add('Sub', [one, x]), g.add('Add', [one, x])])]);
  return arctan(g, g.add('Div', [x, cosine]));
}

/** 2 arctan(√((1 - x)/(1 + x))): NaN outside [-1, 1], exact at the ends. */
export function arccos(g: G, x: Value): Value {
  const one = scalar(g, 1);
  const ratio = g.add('Div', [g.add('Sub', [one, x]), g.add('Add', [one, x])]);
  return g.add('Mul', [arctan(g, g.add('Sqrt', [ratio])), scalar(g, 2)]);
}
