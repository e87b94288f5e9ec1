import type { SplineStep } from '../../model/polynomial.ts';
import type { Matrix } from '../../model/tensor.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

/** Splines of all columns: a degree in a tiny file must not size anything. */
const MAX_SPLINES = 2 ** 21;
const MAX_DEGREE = 32;

/** SplineTransformer (1.0): the knots of each column stand in a `BSpline` of scipy, whose coefficients are the identity. */
function readSpline(view: EstimatorView): SplineStep {
  view.choice('handle_missing', ['error'], 'error');
  const degree = view.count('degree');
  if (degree < 1 || degree > MAX_DEGREE)
    throw view.unsupported('degree', String(degree), `1 to ${MAX_DEGREE} are`);
  const extrapolation = view.choice(
    'extrapolation',
    ['constant', 'linear', 'continue', 'periodic', 'error'],
    'constant',
  );
  const knots = view.items('bsplines_').map((value, column) => {
    const spline = view.reading.view(heldBy(value), view.pathTo(`bsplines_[${column}]`), view.release);
    if (spline.count('k') !== degree) throw spline.invalid('k', String(spline.count('k')), `${degree}`);
    return checkedKnots(spline, degree, extrapolation === 'periodic');
  });
  // `transform` counts the degree up in its loop over the columns there, and mistakes the ends from the second one on.
  if (degree === 1 && extrapolation === 'linear' && knots.length > 1)
    throw view.unsupported('degree', "1 of several columns with 'linear'", '2 and more are');
  const length = knots[0]?.length ?? 0;
  if (knots.some((own) => own.length !== length))
    throw view.invalid('bsplines_', 'knots of several lengths', `${length} of each`);
  const base = view.base(knots.length);
  const splines = length - degree - 1;
  if (splines * knots.length > MAX_SPLINES)
    throw view.unsupported('bsplines_', `${splines * knots.length} splines`, `up to ${MAX_SPLINES} are`);
  const bias = view.flag('include_bias', true);
  if (!bias && splines - (extrapolation === 'periodic' ? degree : 0) < 2)
    throw view.unsupported('include_bias', 'False of one spline', 'two or more are');
  return {
    kind: 'spline',
    ...base,
    degree,
    knots,
    extrapolation: extrapolation === 'error' ? 'refused' : extrapolation,
    bias,
    slopes: extrapolation === 'linear' ? endSlopes(knots, degree) : null,
  };
}

/** From scipy 1.17 on a `BSpline` holds its arrays in a `_BSpline`, the first of its state. */
function heldBy(value: PyValue): PyValue {
  const state = isType(value, 'object') && isType(value.state, 'tuple') ? value.state.items[0] : undefined;
  return isType(state, 'object') ? state : value;
}

function checkedKnots(spline: EstimatorView, degree: number, periodic: boolean): Float64Array {
  const knots = spline.vector('t');
  const least = periodic ? 3 * degree + 2 : 2 * degree + 2;
  if (knots.length < least) throw spline.invalid('t', `${knots.length} knots`, `at least ${least}`);
  const rises = knots.every((knot, i) => Number.isFinite(knot) && (i === 0 || knot >= knots[i - 1]!));
  if (!rises || !(knots[degree]! < knots[knots.length - degree - 1]!))
    throw spline.invalid('t', 'knots that fall or are all the same', 'knots in rising order');
  return knots;
}

/** Derivatives of the first and of the last splines at the ends of the base interval (`spl(x, nu=1)`). */
function endSlopes(knots: readonly Float64Array[], degree: number): SplineStep['slopes'] {
  const splines = knots[0]!.length - degree - 1;
  const side = (pieceOf: (own: Float64Array) => number, endOf: (own: Float64Array) => number): Matrix => {
    const data = new Float64Array(knots.length * splines);
    for (const [column, own] of knots.entries()) {
      const piece = pieceOf(own);
      const slopes = slopesAt(own, degree, piece, endOf(own));
      data.set(slopes, column * splines + piece - degree);
    }
    return { rows: knots.length, cols: splines, data };
  };
  const firstPiece = (own: Float64Array): number => lastAtOrBelow(own, degree, own[degree]!);
  return {
    below: side(firstPiece, (own) => own[degree]!),
    above: side(
      (own) => own.length - degree - 2,
      (own) => own[own.length - degree - 1]!,
    ),
  };
}

/** The piece that begins at the first end, past equal knots. */
function lastAtOrBelow(knots: Float64Array, degree: number, x: number): number {
  let piece = degree;
  while (piece < knots.length - degree - 2 && knots[piece + 1]! <= x) piece++;
  return piece;
}

/** Derivatives of the `degree + 1` splines of a piece: differences of those of the degree below (`_deBoor_D` of scipy). */
function slopesAt(knots: Float64Array, degree: number, piece: number, x: number): Float64Array {
  let h = Float64Array.of(1);
  for (let j = 1; j <= degree; j++) {
    const next = new Float64Array(j + 1);
    for (let n = 1; n <= j; n++) {
      const [right, left] = [knots[piece + n]!, knots[piece + n - j]!];
      if (right === left) continue;
      const share = ((j === degree ? j : 1) * h[n - 1]!) / (right - left);
      next[n - 1]! += j === degree ? -share : share * (right - x);
      next[n] = j === degree ? share : share * (x - left);
    }
    h = next;
  }
  return h;
}

export const SPLINE_FAMILIES: readonly Family[] = [family('preprocessing', readSpline, 'SplineTransformer')];
