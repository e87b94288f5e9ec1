import {
  type PolynomialFeaturesStep,
  productWidths,
  type SplineStep,
  splineCount,
  splineRange,
} from '../model/polynomial.ts';
import type { ValueName } from '../onnx/graph.ts';
import { ColumnTable } from './column-table.ts';
import { bitExact, type CompileContext, type StepCompiler, type StepCompilers } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { clipRows } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { joinColumnValues, matrix } from './stream.ts';

type G = CompileContext['g'];

/** A column of ones, as long as the batch. */
function ones({ g }: CompileContext, x: ValueName): ValueName {
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1], [1])], { axis: 0n });
  return g.add('Expand', [g.float64([1], [1, 1]), shape]);
}

/** Degree by degree: the products below, gathered by parent, times the columns, gathered by factor. */
const polynomialFeatures: StepCompiler<PolynomialFeaturesStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const pick = (values: ValueName, columns: Int32Array): ValueName =>
      g.add('Gather', [values, g.int64(columns, [columns.length])], { axis: 1n });
    const blocks: ValueName[] = [x];
    for (const { parents, factors } of step.degrees)
      blocks.push(g.add('Mul', [pick(blocks.at(-1) ?? x, parents), pick(x, factors)]));
    const widths = productWidths(step);
    const kept = blocks.filter((_, i) => widths[i] !== 0);
    const parts = step.bias ? [ones(context, x), ...kept] : kept;
    if (parts.length === 0)
      throw compileUnsupported(step, 'degree', 'without an output column', 'at least one is');
    const width = widths.reduce((sum, one) => sum + one, step.bias ? 1 : 0);
    return { stream: matrix(joinColumnValues(g, parts), width) };
  },
  certify: () => bitExact('products, in the order of the library'),
};

/** Ends of the base intervals, a number a column. */
function endsOf({ g }: CompileContext, step: SplineStep): readonly [ValueName, ValueName] {
  const ends = step.knots.map((knots) => splineRange(step, knots));
  const row = (end: 0 | 1): ValueName =>
    g.float64(
      ends.map((pair) => pair[end]),
      [1, ends.length],
    );
  return [row(0), row(1)];
}

/** Where the splines are evaluated; rows beyond the knots are refused where nothing goes on there. */
function placesOf(context: CompileContext, step: SplineStep, x: ValueName): ValueName {
  const { g, refusals } = context;
  const [low, high] = endsOf(context, step);
  switch (step.extrapolation) {
    case 'continue':
      return x;
    case 'constant':
    case 'linear':
      return clipRows(g, x, low, high);
    case 'periodic': {
      const period = g.add('Sub', [high, low]);
      const rest = g.add('Mod', [g.add('Sub', [x, low]), period], { fmod: 1n });
      const isBelow = g.add('Less', [rest, g.float64([0], [])]);
      return g.add('Add', [low, g.add('Where', [isBelow, g.add('Add', [rest, period]), rest])]);
    }
    case 'refused': {
      const beyond = g.add('Or', [g.add('Less', [x, low]), g.add('Greater', [x, high])]);
      const count = g.add('ReduceSum', [g.add('Cast', [beyond], { to: 11n }), g.int64([1], [1])], {
        keepdims: 1n,
      });
      refusals.where(g.add('Greater', [count, g.float64([0], [])]));
      return x;
    }
  }
}

/** The `degree + 1` splines `[N, columns]` that are not zero in each number's piece, by the recurrence of Cox and de Boor. */
function basisOf(
  g: G,
  step: SplineStep,
  table: ColumnTable,
  x: ValueName,
  piece: ValueName,
): readonly ValueName[] {
  const { knots, degree } = step;
  const all = table.of(knots, knots[0]?.length ?? 0, 0);
  const knotAt = (offset: number): ValueName => table.at(all, g.add('Add', [piece, g.int64([offset], [])]));
  const zero = g.float64([0], []);
  const knot = new Map(
    Array.from({ length: 2 * degree }, (_, i) => [i + 1 - degree, knotAt(i + 1 - degree)] as const),
  );
  const at = (offset: number): ValueName => knot.get(offset) ?? zero;
  let basis: readonly ValueName[] = [g.add('Add', [g.add('Sub', [x, x]), g.float64([1], [])])];
  for (let j = 1; j <= degree; j++) {
    const shares = basis.map((value, i) => {
      const width = g.add('Sub', [at(i + 1), at(i + 1 - j)]);
      const isWide = g.add('Greater', [g.add('Abs', [width]), zero]);
      return g.add('Where', [isWide, g.add('Div', [value, width]), zero]);
    });
    basis = Array.from({ length: j + 1 }, (_, n) => {
      const [own, lower] = [shares[n], shares[n - 1]];
      const falling = own === undefined ? null : g.add('Mul', [own, g.add('Sub', [at(n + 1), x])]);
      const rising = lower === undefined ? null : g.add('Mul', [lower, g.add('Sub', [x, at(n - j)])]);
      return falling === null || rising === null
        ? (falling ?? rising ?? zero)
        : g.add('Add', [rising, falling]);
    });
  }
  return basis;
}

/** All splines `[N, columns, splines]`: each of the few that are not zero in its place, the others zero. */
function spread(
  g: G,
  basis: readonly ValueName[],
  piece: ValueName,
  splines: number,
  degree: number,
): ValueName {
  const numbers = g.int64(
    Array.from({ length: splines }, (_, k) => k),
    [1, 1, splines],
  );
  const last = g.int64([-1], [1]);
  const parts = basis.map((value, n) => {
    const place = g.add('Mod', [g.add('Add', [piece, g.int64([n - degree], [])]), g.int64([splines], [])]);
    const isHere = g.add('Equal', [g.add('Unsqueeze', [place, last]), numbers]);
    return g.add('Where', [isHere, g.add('Unsqueeze', [value, last]), g.float64([0], [])]);
  });
  return parts.reduce((sum, part) => g.add('Add', [sum, part]));
}

const spline: StepCompiler<SplineStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const { degree, knots, slopes, bias } = step;
    const columns = knots.length;
    const splines = splineCount(step);
    const place = placesOf(context, step, x);
    const table = new ColumnTable(g, columns);
    // Knots inside of the base interval: those before count from the first piece on.
    const inner = knots.map((own) => own.slice(degree + 1, own.length - degree - 1));
    const piece = g.add('Add', [table.count(inner, place, 'LessOrEqual'), g.int64([degree], [])]);
    let values = spread(g, basisOf(g, step, table, place, piece), piece, splines, degree);
    if (slopes !== null) {
      const away = g.add('Unsqueeze', [g.add('Sub', [x, place]), g.int64([-1], [1])]);
      const slope = (side: typeof slopes.below): ValueName => g.float64(side.data, [1, columns, splines]);
      const isBelow = g.add('Less', [away, g.float64([0], [])]);
      const chosen = g.add('Where', [isBelow, slope(slopes.below), slope(slopes.above)]);
      values = g.add('Add', [values, g.add('Mul', [away, chosen])]);
    }
    const kept = splines - (bias ? 0 : 1);
    const cut = bias
      ? values
      : g.add('Slice', [values, g.int64([0], [1]), g.int64([kept], [1]), g.int64([2], [1])]);
    return { stream: matrix(g.add('Reshape', [cut, g.int64([-1, columns * kept], [2])]), columns * kept) };
  },
  certify: () => bitExact('the recurrence of Cox and de Boor, in the order of scipy'),
};

export const POLYNOMIAL_COMPILERS: StepCompilers<PolynomialFeaturesStep | SplineStep> = {
  'polynomial-features': polynomialFeatures,
  spline,
};
