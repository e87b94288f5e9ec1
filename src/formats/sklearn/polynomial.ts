import type { PolynomialDegree, PolynomialFeaturesStep } from '../../model/polynomial.ts';
import { arrayItemsOf, toNumber } from './arrays.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Products of all degrees, also of those that do not come out: numbers in a tiny file must not size anything. */
const MAX_PRODUCTS = 2 ** 21;
/** Of one column a degree makes one product: powers beyond are too many steps for an answer. */
const MAX_DEGREE = 256;

/**
 * PolynomialFeatures. Each product of a degree is one of the degree below times a column before it: the order in which
 * `transform` multiplies. `degree` is also (least, greatest) from 1.0 on.
 */
function readPolynomialFeatures(view: EstimatorView): PolynomialFeaturesStep {
  const base = view.base(view.has('n_input_features_') ? view.count('n_input_features_') : null);
  const { features } = base;
  if (features === null) throw view.invalid('n_features_in_', 'missing', 'a count');
  const [least, greatest] = degreesOf(view);
  const bias = view.flag('include_bias', true);
  const degrees = greatest < 2 ? [] : productsOf(view, features, greatest);
  const from = greatest === 0 ? 2 : Math.max(1, least);
  const step: PolynomialFeaturesStep = {
    kind: 'polynomial-features',
    ...base,
    features,
    bias,
    from,
    degrees,
  };
  const width = degrees.reduce(
    (sum, { factors }, i) => sum + (i + 2 >= from ? factors.length : 0),
    (bias ? 1 : 0) + (from === 1 ? features : 0),
  );
  const stated = view.count('n_output_features_');
  if (stated !== width)
    throw view.invalid('n_output_features_', String(stated), `${width}, as its degrees say`);
  return step;
}

function degreesOf(view: EstimatorView): readonly [number, number] {
  const value = view.get('degree') ?? null;
  const [least, greatest] = arrayItemsOf(value)?.map(toNumber) ?? [0, toNumber(value)];
  const isDegree = (degree: number | null | undefined): degree is number =>
    typeof degree === 'number' && Number.isSafeInteger(degree) && degree >= 0;
  if (!isDegree(least) || !isDegree(greatest) || least > greatest)
    throw view.invalid('degree', show(value), 'a count, or two in rising order');
  if (greatest > MAX_DEGREE) throw view.unsupported('degree', String(greatest), `up to ${MAX_DEGREE} are`);
  return [least, greatest];
}

/** Products of degrees 2 to `greatest`; with `interaction_only` no column comes twice. */
function productsOf(view: EstimatorView, features: number, greatest: number): readonly PolynomialDegree[] {
  const distinct = view.flag('interaction_only', false);
  const degrees: PolynomialDegree[] = [];
  let total = features;
  // Where the products of the degree below that begin with each column do so, and where all of them end.
  let starts = Array.from({ length: features + 1 }, (_, column) => column);
  for (let degree = 2; degree <= greatest; degree++) {
    const count = countOf(starts, distinct);
    total += count;
    if (total > MAX_PRODUCTS)
      throw view.unsupported(
        'degree',
        `${greatest} of ${features} columns`,
        `up to ${MAX_PRODUCTS} products are`,
      );
    if (count === 0) break;
    const parents = new Int32Array(count);
    const factors = new Int32Array(count);
    const next: number[] = [];
    const end = starts[features]!;
    let at = 0;
    for (let column = 0; column < features; column++) {
      next.push(at);
      for (let parent = starts[column + (distinct ? 1 : 0)]!; parent < end; parent++) {
        parents[at] = parent;
        factors[at++] = column;
      }
    }
    starts = [...next, at];
    degrees.push({ parents, factors });
  }
  return degrees;
}

/** Products of the next degree. */
function countOf(starts: readonly number[], distinct: boolean): number {
  const end = starts.at(-1)!;
  let count = 0;
  for (let column = 0; column + 1 < starts.length; column++)
    count += end - starts[column + (distinct ? 1 : 0)]!;
  return count;
}

export const POLYNOMIAL_FAMILIES: readonly Family[] = [
  family('preprocessing', readPolynomialFeatures, 'PolynomialFeatures'),
];
