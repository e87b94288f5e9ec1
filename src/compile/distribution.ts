import {
  type BinarizerStep,
  BOUND,
  type DiscretizerStep,
  GREATEST_SHARE,
  LEAST_SHARE,
  NORMAL_QUANTILE,
  type PowerTransformerStep,
  type QuantileTransformerStep,
} from '../model/distribution.ts';
import type { ValueName } from '../onnx/graph.ts';
import { ColumnTable } from './column-table.ts';
import {
  bitExact,
  type CompileContext,
  type StepCompiler,
  type StepCompilers,
  withinTolerance,
  withinUlp,
} from './compiler.ts';
import { emitFunction } from './function.ts';
import { clipRows, clipValue, log1p } from './links.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix, streamWidthOf } from './stream.ts';

type G = CompileContext['g'];
const scalar = (g: G, value: number): ValueName => g.float64([value], []);
const rowOf = (g: G, values: ArrayLike<number>): ValueName =>
  g.float64(Float64Array.from(values), [1, values.length]);

const binarizer: StepCompiler<BinarizerStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const above = g.add('Greater', [x, scalar(g, step.threshold)]);
    return { stream: matrix(g.add('Cast', [above], { to: 11n }), streamWidthOf(input)) };
  },
  certify: () => bitExact('numbers are compared, never computed with'),
};

const discretizer: StepCompiler<DiscretizerStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'finite');
    const width = step.edges.length;
    const share = (): ValueName => g.add('Mul', [g.add('Abs', [x]), scalar(g, 1e-5)]);
    const compared = step.tolerant ? g.add('Add', [x, g.add('Add', [share(), scalar(g, 1e-8)])]) : x;
    const bins = new ColumnTable(g, width).count(step.edges, compared, 'LessOrEqual');
    return { stream: matrix(g.add('Cast', [bins], { to: 11n }), width) };
  },
  certify: () => bitExact('edges are compared with numbers'),
};

/** Half of a power transformation, of logarithms `[N, columns]`: expm1(λ·l)/λ, l itself where λ is 0. */
function powerOfLogarithm(
  context: CompileContext,
  step: PowerTransformerStep,
  logarithm: ValueName,
  lambdas: readonly number[],
): ValueName {
  const { g } = context;
  const row = rowOf(g, lambdas);
  const grown = emitFunction(context, step, 'expm1', g.add('Mul', [row, logarithm]));
  return keptWhereZero(g, lambdas, logarithm, g.add('Div', [grown, row]));
}

/** `otherwise` in the columns whose exponent is not 0. */
function keptWhereZero(
  g: G,
  lambdas: readonly number[],
  logarithm: ValueName,
  otherwise: ValueName,
): ValueName {
  if (!lambdas.includes(0)) return otherwise;
  const isZero = rowOf(
    g,
    lambdas.map((lambda) => (lambda === 0 ? 1 : 0)),
  );
  return g.add('Where', [g.add('Cast', [isZero], { to: 9n }), logarithm, otherwise]);
}

/** Yeo-Johnson of x ≥ 0. */
function yeoJohnson(
  context: CompileContext,
  step: PowerTransformerStep,
  x: ValueName,
  exponents: readonly number[],
): ValueName {
  const { g } = context;
  const lambdas = exponents.map((lambda) => (Math.abs(lambda) < 2 ** -52 ? 0 : lambda));
  if (step.method === 'yeo-johnson') return powerOfLogarithm(context, step, log1p(g, x), lambdas);
  const row = rowOf(g, lambdas);
  const power = g.add('Pow', [g.add('Add', [x, scalar(g, 1)]), row]);
  const value = g.add('Div', [g.add('Sub', [power, scalar(g, 1)]), row]);
  return lambdas.includes(0) ? keptWhereZero(g, lambdas, log1p(g, x), value) : value;
}

const powerTransformer: StepCompiler<PowerTransformerStep> = {
  emit(context, step, input) {
    const { g, refusals } = context;
    const x = acceptedMatrix(context, input, step, 'missing');
    const lambdas = Array.from(step.lambdas);
    const width = lambdas.length;
    const zero = scalar(g, 0);
    if (step.method === 'box-cox') {
      const wrong = g.add('Cast', [g.add('LessOrEqual', [x, zero])], { to: 11n });
      const count = g.add('ReduceSum', [wrong, g.int64([1], [1])], { keepdims: 1n });
      refusals.where(g.add('Greater', [count, zero]));
      const exponents = lambdas.map((lambda) => (Math.abs(lambda) < 1e-19 ? 0 : lambda));
      return { stream: matrix(powerOfLogarithm(context, step, g.add('Log', [x]), exponents), width) };
    }
    const isAbove = g.add('GreaterOrEqual', [x, zero]);
    const size = g.add('Abs', [x]);
    const above = yeoJohnson(context, step, size, lambdas);
    const below = yeoJohnson(
      context,
      step,
      size,
      lambdas.map((lambda) => 2 - lambda),
    );
    return { stream: matrix(g.add('Where', [isAbove, above, g.add('Neg', [below])]), width) };
  },
  certify: () => withinTolerance('powers less one, which cancel near zero'),
};

function polynomial(g: G, coefficients: readonly number[], x: ValueName): ValueName {
  const [first = 0, ...rest] = coefficients;
  return rest.reduce(
    (value, coefficient) => g.add('Add', [g.add('Mul', [value, x]), scalar(g, coefficient)]),
    scalar(g, first),
  );
}

/** Φ⁻¹ of shares within the bounds: both approximations, of which one is chosen. */
function normalQuantile(g: G, share: ValueName): ValueName {
  const { tail, scale, centre, tails } = NORMAL_QUANTILE;
  const upper = g.add('Greater', [share, scalar(g, 1 - tail)]);
  const p = g.add('Where', [upper, g.add('Sub', [scalar(g, 1), share]), share]);
  const y = g.add('Sub', [p, scalar(g, 0.5)]);
  const square = g.add('Mul', [y, y]);
  const ratio = g.add('Div', [
    polynomial(g, centre.numerator, square),
    polynomial(g, centre.denominator, square),
  ]);
  const bent = g.add('Mul', [y, g.add('Mul', [square, ratio])]);
  const middle = g.add('Mul', [g.add('Add', [y, bent]), scalar(g, scale)]);
  const x = g.add('Sqrt', [g.add('Mul', [g.add('Log', [p]), scalar(g, -2)])]);
  const z = g.add('Reciprocal', [x]);
  const correction = g.add('Div', [
    g.add('Mul', [z, polynomial(g, tails.numerator, z)]),
    polynomial(g, tails.denominator, z),
  ]);
  const size = g.add('Sub', [g.add('Sub', [x, g.add('Div', [g.add('Log', [x]), x])]), correction]);
  const outer = g.add('Where', [upper, size, g.add('Neg', [size])]);
  return g.add('Where', [g.add('Greater', [p, scalar(g, tail)]), middle, outer]);
}

/** The mean of the interpolations from below and from above, of numbers within the quantiles. */
function ranks(g: G, { quantiles, references }: QuantileTransformerStep, x: ValueName): ValueName {
  const { length } = references;
  const table = new ColumnTable(g, quantiles.length);
  const slopes = quantiles.map((list) =>
    Array.from(
      { length: length - 1 },
      (_, k) => (references[k + 1]! - references[k]!) / (list[k + 1]! - list[k]!),
    ),
  );
  const [q, slope] = [table.of(quantiles, length, 0), table.of(slopes, length - 1, 0)];
  const reference = g.float64(references, [length]);
  const line = (from: ValueName, piece: ValueName): readonly [ValueName, ValueName] => {
    const distance = g.add('Sub', [x, table.at(q, from)]);
    const rise = g.add('Mul', [table.at(slope, piece), distance]);
    const base = g.add('Gather', [reference, from], { axis: 0n });
    // A slope between equal quantiles is none: at a quantile there is nothing to interpolate.
    const away = g.add('Greater', [g.add('Abs', [distance]), scalar(g, 0)]);
    return [g.add('Where', [away, g.add('Add', [base, rise]), base]), base];
  };
  const one = g.int64([1], []);
  const bound = (places: ValueName, low: number, high: number): ValueName =>
    g.add('Min', [g.add('Max', [places, g.int64([low], [])]), g.int64([high], [])]);
  const below = bound(g.add('Sub', [table.count(quantiles, x, 'LessOrEqual'), one]), 0, length - 1);
  const [ascending] = line(below, bound(below, 0, length - 2));
  const above = bound(table.count(quantiles, x, 'Less'), 0, length - 1);
  const [descending] = line(above, bound(g.add('Sub', [above, one]), 0, length - 2));
  return g.add('Mul', [g.add('Add', [ascending, descending]), scalar(g, 0.5)]);
}

const quantileTransformer: StepCompiler<QuantileTransformerStep> = {
  emit(context, step, input) {
    const { g } = context;
    const x = acceptedMatrix(context, input, step, 'missing');
    const least = rowOf(
      g,
      step.quantiles.map((list) => list[0]!),
    );
    const most = rowOf(
      g,
      step.quantiles.map((list) => list.at(-1)!),
    );
    const share = ranks(g, step, clipRows(g, x, least, most));
    const normal = step.distribution === 'normal';
    const isLow = normal
      ? g.add('Less', [g.add('Sub', [x, scalar(g, BOUND)]), least])
      : g.add('LessOrEqual', [x, least]);
    const isHigh = normal
      ? g.add('Greater', [g.add('Add', [x, scalar(g, BOUND)]), most])
      : g.add('GreaterOrEqual', [x, most]);
    const bounded = g.add('Where', [isLow, scalar(g, 0), g.add('Where', [isHigh, scalar(g, 1), share])]);
    const value = normal
      ? normalQuantile(g, clipValue(context, bounded, LEAST_SHARE, GREATEST_SHARE))
      : bounded;
    return { stream: matrix(g.add('Where', [g.add('IsNaN', [x]), x, value]), step.quantiles.length) };
  },
  certify: ({ distribution }) =>
    distribution === 'uniform'
      ? bitExact('linear between quantiles, each operation as in numpy')
      : withinUlp(64, 'rational approximations of the normal quantile, as scipy'),
};

export const DISTRIBUTION_COMPILERS: StepCompilers<
  BinarizerStep | DiscretizerStep | PowerTransformerStep | QuantileTransformerStep
> = {
  binarizer,
  discretizer,
  'power-transformer': powerTransformer,
  'quantile-transformer': quantileTransformer,
};
