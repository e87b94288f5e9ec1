import { elementAt } from '../core/element-at.ts';
import { pairCount } from '../model/support-vectors.ts';
import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';
import { rowSumOf } from './links.ts';

const LEAST = 1e-7;

/** 1 / (1 + e^(a d + b)) of decisions `[N, pairs]`, kept from 0 and 1 by 1e-7. */
export function pairShares(
  g: GraphBuilderApi,
  decisions: ValueName,
  a: Float64Array,
  b: Float64Array,
): ValueName {
  const scaled = g.add('Mul', [decisions, g.float64(a, [1, a.length])]);
  const exponent = g.add('Add', [scaled, g.float64(b, [1, b.length])]);
  const one = g.float64([1], []);
  const decay = g.add('Exp', [g.add('Neg', [g.add('Abs', [exponent])])]);
  const falling = g.add('Div', [decay, g.add('Add', [one, decay])]);
  const rising = g.add('Div', [one, g.add('Add', [one, decay])]);
  const above = g.add('GreaterOrEqual', [exponent, g.float64([0], [])]);
  const share = g.add('Where', [above, falling, rising]);
  const least = g.float64([LEAST], []);
  const raised = g.add('Where', [g.add('Greater', [share, least]), share, least]);
  return g.add('Min', [raised, g.float64([1 - LEAST], [])]);
}

/**
 * One probability a class `[N, classes]` from the shares `[N, pairs]` of every pair i < j: the rounds of libsvm's
 * `multiclass_probability`. A row that has settled stays as it is while others go on.
 */
export function couplePairs(g: GraphBuilderApi, shares: ValueName, classes: number): ValueName {
  const rows = rowsOfQ(g, shares, classes);
  const rowCount = g.add('Shape', [shares], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rowCount, g.int64([classes], [1])], { axis: 0n });
  const even = g.add('Expand', [g.float64([1 / classes], [1, 1]), shape]);
  const body = g.nested('coupling');
  body.argument('round', 'int64');
  body.argument('going', 'bool');
  const p = body.argument('p');
  const { slopes, energy, settled } = stateOf(body, rows, p, classes);
  const next = sweep(body, rows, { p, slopes, energy }, classes);
  const unsettled = body.add('Cast', [body.add('Not', [settled])], { to: 7n });
  const most = body.add('ReduceMax', [unsettled, body.int64([0, 1], [2])], { keepdims: 0n });
  body.result(body.add('Greater', [most, body.int64([0], [])]));
  body.result(body.add('Where', [settled, p, next]));
  const rounds = g.int64([Math.max(100, classes)], []);
  return elementAt(g.addMany('Loop', [rounds, '', even], 1, { body: body.graph() }), 0);
}

/** Row t of Q for every class t, `[N, classes]` each: Σ r[j][t]² at t, -r[j][t] r[t][j] elsewhere. */
function rowsOfQ(g: GraphBuilderApi, shares: ValueName, classes: number): readonly ValueName[] {
  const pairs = pairCount(classes);
  const others = g.add('Sub', [g.float64([1], []), shares]);
  const zero = g.add('Mul', [g.add('Gather', [shares, g.int64([0], [1])], { axis: 1n }), g.float64([0], [])]);
  const all = g.add('Concat', [shares, others, zero], { axis: 1n });
  const pairAt = (i: number, j: number): number => i * classes - (i * (i + 1)) / 2 + j - i - 1;
  const placeOfR = (i: number, j: number): number =>
    i === j ? 2 * pairs : i < j ? pairAt(i, j) : pairs + pairAt(j, i);
  const gather = (place: (j: number) => number): ValueName =>
    g.add(
      'Gather',
      [
        all,
        g.int64(
          Array.from({ length: classes }, (_, j) => place(j)),
          [classes],
        ),
      ],
      { axis: 1n },
    );
  return Array.from({ length: classes }, (_, t) => {
    const against = gather((j) => placeOfR(j, t));
    const toward = gather((j) => placeOfR(t, j));
    const own = rowSumOf(g, g.add('Mul', [against, against]));
    return g.add('Sub', [g.add('Mul', [own, unitRow(g, t, classes)]), g.add('Mul', [against, toward])]);
  });
}

/** 1 at t, else 0: `[1, classes]`. */
const unitRow = (g: GraphBuilderApi, t: number, classes: number): ValueName =>
  g.float64(
    Float64Array.from({ length: classes }, (_, j) => Number(j === t)),
    [1, classes],
  );

interface State {
  /** `[N, classes]` */
  readonly p: ValueName;
  /** Qp `[N, classes]` */
  readonly slopes: ValueName;
  /** pᵀQp `[N, 1]` */
  readonly energy: ValueName;
}

/** Qp, pᵀQp, and whether all slopes are within 0.005 / classes of it, booleans `[N, 1]`. */
function stateOf(
  g: GraphBuilderApi,
  rows: readonly ValueName[],
  p: ValueName,
  classes: number,
): Omit<State, 'p'> & { readonly settled: ValueName } {
  const slopes = g.add(
    'Concat',
    rows.map((row) => rowSumOf(g, g.add('Mul', [row, p]))),
    { axis: 1n },
  );
  const energy = rowSumOf(g, g.add('Mul', [p, slopes]));
  const errors = g.add('Abs', [g.add('Sub', [slopes, energy])]);
  const worst = g.add('ReduceMax', [errors, g.int64([1], [1])], { keepdims: 1n });
  const settled = g.add('Less', [worst, g.float64([0.005 / classes], [])]);
  return { slopes, energy, settled };
}

/** One step along each coordinate, the sum of all kept at 1. */
function sweep(g: GraphBuilderApi, rows: readonly ValueName[], begun: State, classes: number): ValueName {
  let { p, slopes, energy } = begun;
  const one = g.float64([1], []);
  for (const [t, row] of rows.entries()) {
    const at = g.int64([t], [1]);
    const own = g.add('Gather', [row, at], { axis: 1n });
    const slope = g.add('Gather', [slopes, at], { axis: 1n });
    const step = g.add('Div', [g.add('Sub', [energy, slope]), own]);
    const total = g.add('Add', [one, step]);
    const grown = g.add('Add', [g.add('Mul', [step, own]), g.add('Mul', [g.float64([2], []), slope])]);
    const raised = g.add('Add', [energy, g.add('Mul', [step, grown])]);
    energy = g.add('Div', [g.add('Div', [raised, total]), total]);
    slopes = g.add('Div', [g.add('Add', [slopes, g.add('Mul', [step, row])]), total]);
    const moved = g.add('Add', [p, g.add('Mul', [step, unitRow(g, t, classes)])]);
    p = g.add('Div', [moved, total]);
  }
  return p;
}
