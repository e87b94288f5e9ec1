import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';
import { unlessZero } from './links.ts';

/**
 * Trigonometric functions from arithmetic and from the kernels that onnxruntime has in float64 (it has no Tan, Asin,
 * Acos and Atan, and its Sin and Cos lose relative accuracy close to multiples of π/2).
 */

type G = GraphBuilderApi;
const scalar = (g: G, value: number): ValueName => g.float64([value], []);

/** π/2 in three parts; products of the first two with integers below 2²⁰ are exact (fdlibm, e_rem_pio2.c). */
const PI_2 = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];
const MAX_QUADRANT = 2 ** 20;

/** sin(x + quadrants · π/2), reduced to |r| ≤ π/4 first; beyond 2²⁰ quadrants by the operators themselves. */
function shiftedSine(g: G, x: ValueName, quadrants: 0 | 1): ValueName {
  const k = g.add('Round', [g.add('Mul', [x, scalar(g, 2 / Math.PI)])]);
  const r = PI_2.reduce((rest, part) => g.add('Sub', [rest, g.add('Mul', [k, scalar(g, part)])]), x);
  const turned = g.add('Add', [k, scalar(g, quadrants)]);
  const whole = g.add('Floor', [g.add('Mul', [turned, scalar(g, 0.25)])]);
  const quadrant = g.add('Sub', [turned, g.add('Mul', [whole, scalar(g, 4)])]);
  const odd = g.add('Or', [
    g.add('Equal', [quadrant, scalar(g, 1)]),
    g.add('Equal', [quadrant, scalar(g, 3)]),
  ]);
  const magnitude = g.add('Where', [odd, g.add('Cos', [r]), g.add('Sin', [r])]);
  const negative = g.add('GreaterOrEqual', [quadrant, scalar(g, 2)]);
  const near = g.add('Where', [negative, g.add('Neg', [magnitude]), magnitude]);
  const far = g.add('Greater', [g.add('Abs', [k]), scalar(g, MAX_QUADRANT)]);
  return g.add('Where', [far, g.add(quadrants === 0 ? 'Sin' : 'Cos', [x]), near]);
}

export const sin = (g: G, x: ValueName): ValueName => unlessZero(g, x, x, shiftedSine(g, x, 0));
export const cos = (g: G, x: ValueName): ValueName => shiftedSine(g, x, 1);

/**
 * Coefficients of arctan: the range reduction and rational approximation of Cephes (S. L. Moshier, atan.c; peak relative
 * error 1.8e-16).
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

/** Horner's rule, highest power first. */
function polynomial(g: G, z: ValueName, coefficients: readonly number[]): ValueName {
  const [first, ...rest] = coefficients;
  return rest.reduce(
    (sum, coefficient) => g.add('Add', [g.add('Mul', [sum, z]), scalar(g, coefficient)]),
    scalar(g, first!),
  );
}

/** arctan of |x|. */
function arctanOfMagnitude(g: G, a: ValueName): ValueName {
  const far = g.add('Greater', [a, scalar(g, TAN_3PI_8)]);
  const near = g.add('LessOrEqual', [a, scalar(g, 0.66)]);
  const choose = (whenFar: ValueName, whenNear: ValueName, between: ValueName): ValueName =>
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
export function arctan(g: G, x: ValueName): ValueName {
  const magnitude = arctanOfMagnitude(g, g.add('Abs', [x]));
  const negative = g.add('Less', [x, scalar(g, 0)]);
  return unlessZero(g, x, x, g.add('Where', [negative, g.add('Neg', [magnitude]), magnitude]));
}

/** arctan(x / √((1 - x)(1 + x))): NaN outside [-1, 1], ±π/2 at the ends. */
export function arcsin(g: G, x: ValueName): ValueName {
  const one = scalar(g, 1);
  const cosine = g.add('Sqrt', [g.add('Mul', [g.add('Sub', [one, x]), g.add('Add', [one, x])])]);
  return arctan(g, g.add('Div', [x, cosine]));
}

/** 2 arctan(√((1 - x)/(1 + x))): NaN outside [-1, 1], exact at the ends. */
export function arccos(g: G, x: ValueName): ValueName {
  const one = scalar(g, 1);
  const ratio = g.add('Div', [g.add('Sub', [one, x]), g.add('Add', [one, x])]);
  return g.add('Mul', [arctan(g, g.add('Sqrt', [ratio])), scalar(g, 2)]);
}
