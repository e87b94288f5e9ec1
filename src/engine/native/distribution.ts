import {
  type BinarizerStep,
  BOUND,
  type DiscretizerStep,
  GREATEST_SHARE,
  LEAST_SHARE,
  NORMAL_QUANTILE,
  type PowerTransformerStep,
  type QuantileTransformerStep,
} from '../../model/distribution.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  type RowBlock,
  refuseCell,
  toDense,
} from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';

/** A function of the numbers of one column. */
type CellFunction = (x: number) => number;

/** Each column through its function, or all of them through the only one. */
function prepareCells(
  functions: readonly CellFunction[],
  width: number | null,
  missing: 'refused' | 'allowed',
  { names }: EvaluatorContext,
): (input: RowBlock) => DenseBlock {
  const scratch = createScratch();
  const only = width === null ? functions[0] : undefined;
  return (input) => {
    if (width !== null) checkWidth(input, width);
    const block = toDense(input, names, scratch);
    checkNumbers(block, names, missing);
    const { rows, cols, data } = block;
    const out = allocateCells(rows * cols);
    for (let col = 0; col < cols; col++) {
      const of = only ?? functions[col]!;
      for (let k = col; k < rows * cols; k += cols) out[k] = of(data[k]!);
    }
    return { kind: 'dense', rows, cols, data: out };
  };
}

function prepareBinarizer(step: BinarizerStep, context: EvaluatorContext): StepEvaluator {
  const { threshold, features } = step;
  const above: CellFunction = (x) => (x > threshold ? 1 : 0);
  const transform = prepareCells([above], null, 'refused', context);
  return {
    transform: (input) => {
      if (features !== null) checkWidth(input, features);
      return transform(input);
    },
  };
}

/** How many of the rising `edges` are at or below x. */
function countAtOrBelow(edges: Float64Array, x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function prepareDiscretizer(step: DiscretizerStep, context: EvaluatorContext): StepEvaluator {
  const functions = step.edges.map((edges): CellFunction => {
    if (step.tolerant) return (x) => countAtOrBelow(edges, x + (1e-8 + 1e-5 * Math.abs(x)));
    return (x) => countAtOrBelow(edges, x);
  });
  return { transform: prepareCells(functions, functions.length, 'refused', context) };
}

/** (e^(λ·l) - 1)/λ of a logarithm l, which is l itself at λ = 0. */
const powerOfLogarithm = (logarithm: number, lambda: number): number =>
  lambda === 0 ? logarithm : Math.expm1(lambda * logarithm) / lambda;

/** Half of Yeo-Johnson, of x ≥ 0. */
function yeoJohnson(lambda: number, powers: boolean): CellFunction {
  if (Math.abs(lambda) < 2 ** -52) return Math.log1p;
  if (powers) return (x) => ((x + 1) ** lambda - 1) / lambda;
  return (x) => powerOfLogarithm(Math.log1p(x), lambda);
}

function powerFunction(method: PowerTransformerStep['method'], lambda: number): CellFunction {
  if (method === 'box-cox') {
    const exponent = Math.abs(lambda) < 1e-19 ? 0 : lambda;
    return (x) => powerOfLogarithm(Math.log(x), exponent);
  }
  const powers = method === 'yeo-johnson-powers';
  const [above, below] = [yeoJohnson(lambda, powers), yeoJohnson(2 - lambda, powers)];
  return (x) => (x >= 0 ? above(x) : -below(-x));
}

function preparePower(step: PowerTransformerStep, context: EvaluatorContext): StepEvaluator {
  const { method, lambdas } = step;
  const functions = Array.from(lambdas, (lambda) => powerFunction(method, lambda));
  const transform = prepareCells(functions, functions.length, 'allowed', context);
  if (method !== 'box-cox') return { transform };
  const scratch = createScratch();
  return {
    transform: (input) => {
      checkWidth(input, functions.length);
      checkPositive(toDense(input, context.names, scratch), context.names);
      return transform(input);
    },
  };
}

function checkPositive({ rows, cols, data }: DenseBlock, names: readonly string[]): void {
  const at = data.subarray(0, rows * cols).findIndex((x) => x <= 0);
  if (at < 0) return;
  const col = at % cols;
  refuseCell((at - col) / cols, names[col] ?? `x${col}`, `expected a number above 0, got ${data[at]}`);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let value = 0;
  for (const coefficient of coefficients) value = value * x + coefficient;
  return value;
}

/** Φ⁻¹ of a share between the least and the greatest one. */
function normalQuantile(share: number): number {
  const { tail, scale, centre, tails } = NORMAL_QUANTILE;
  const upper = share > 1 - tail;
  const p = upper ? 1 - share : share;
  if (p > tail) {
    const y = p - 0.5;
    const square = y * y;
    const ratio = polynomial(centre.numerator, square) / polynomial(centre.denominator, square);
    return (y + y * (square * ratio)) * scale;
  }
  const x = Math.sqrt(-2 * Math.log(p));
  const z = 1 / x;
  const size = x - Math.log(x) / x - (z * polynomial(tails.numerator, z)) / polynomial(tails.denominator, z);
  return upper ? size : -size;
}

/** The mean of the interpolations from below and from above, of numbers within the quantiles (`numpy.interp`). */
function rankOf(quantiles: Float64Array, references: Float64Array): CellFunction {
  const last = quantiles.length - 1;
  const [least, most] = [quantiles[0]!, quantiles[last]!];
  const slope = (k: number): number =>
    (references[k + 1]! - references[k]!) / (quantiles[k + 1]! - quantiles[k]!);
  const ascending = (x: number): number => {
    if (x >= most) return references[last]!;
    const k = countAtOrBelow(quantiles, x) - 1;
    return quantiles[k] === x ? references[k]! : slope(k) * (x - quantiles[k]!) + references[k]!;
  };
  const descending = (x: number): number => {
    if (x <= least) return references[0]!;
    const k = countBelow(quantiles, x);
    return quantiles[k] === x ? references[k]! : references[k]! - slope(k - 1) * (quantiles[k]! - x);
  };
  return (x) => {
    if (x < least) return references[0]!;
    return x > most ? references[last]! : 0.5 * (ascending(x) + descending(x));
  };
}

/** How many of the rising `edges` are below x. */
function countBelow(edges: Float64Array, x: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

function quantileFunction(
  quantiles: Float64Array,
  { references, distribution }: QuantileTransformerStep,
): CellFunction {
  const [least, most] = [quantiles[0]!, quantiles.at(-1)!];
  const rank = rankOf(quantiles, references);
  if (distribution === 'uniform')
    return (x) => {
      if (Number.isNaN(x)) return x;
      if (x <= least) return 0;
      return x >= most ? 1 : rank(x);
    };
  const [low, high] = [normalQuantile(LEAST_SHARE), normalQuantile(GREATEST_SHARE)];
  return (x) => {
    if (Number.isNaN(x)) return x;
    if (x - BOUND < least) return low;
    if (x + BOUND > most) return high;
    const share = rank(x);
    if (share <= LEAST_SHARE) return low;
    return share >= GREATEST_SHARE ? high : normalQuantile(share);
  };
}

function prepareQuantiles(step: QuantileTransformerStep, context: EvaluatorContext): StepEvaluator {
  const functions = step.quantiles.map((quantiles) => {
    if (quantiles.length !== step.references.length)
      refuseShape(step, 'quantiles_', quantiles.length, step.references.length);
    return quantileFunction(quantiles, step);
  });
  return { transform: prepareCells(functions, functions.length, 'allowed', context) };
}

export const DISTRIBUTION_PREPARERS: StepPreparers<
  BinarizerStep | DiscretizerStep | PowerTransformerStep | QuantileTransformerStep
> = {
  binarizer: prepareBinarizer,
  discretizer: prepareDiscretizer,
  'power-transformer': preparePower,
  'quantile-transformer': prepareQuantiles,
};
