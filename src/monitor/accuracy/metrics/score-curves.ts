/** Metrics of scores in their order: area under the ROC curve, average precision. Ties count half, or together. Pure. */
import { take, zipWith } from '../../../core/vector.ts';
import { effectiveSize, type MetricMeasurement, UNKNOWN_MEASUREMENT } from './metric-measurement.ts';

/** Indices by falling score. */
export function byFallingScore(score: Float64Array): Uint32Array {
  const order = Uint32Array.from(score, (_, i) => i);
  return order.sort((a, b) => score[b]! - score[a]! || a - b);
}

/** Calls `group` with the indices of each run of equal scores, by falling score. */
export function eachTie(score: Float64Array, group: (tied: Uint32Array) => void): void {
  const order = byFallingScore(score);
  const falling = take(score, order);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && falling[to] === falling[from]) to++;
    group(order.subarray(from, to));
    from = to;
  }
}

/**
 * Area under the ROC curve: the weight of pairs (positive, negative) that are in the right order, ties half (Mann and
 * Whitney). `truth` may hold chances of being positive instead of 0 and 1: then it is the area that is to be expected.
 * Influences by DeLong, DeLong and Clarke-Pearson (1988), with weights: a row that is positive with chance t ranks above
 * a share V of the negatives, and below a share U of the positives; ψ = t (V − A)/π + (1 − t)(1 − U' − A)/(1 − π).
 */
export function rocAuc(truth: Float64Array, score: Float64Array, weight: Float64Array): MetricMeasurement {
  const ofPositives = zipWith(truth, weight, (t, w) => w * t);
  const ofNegatives = zipWith(truth, weight, (t, w) => w * (1 - t));
  const positive = ofPositives.reduce((sum, mass) => sum + mass, 0);
  const negative = ofNegatives.reduce((sum, mass) => sum + mass, 0);
  if (!(positive > 0) || !(negative > 0)) return UNKNOWN_MEASUREMENT;
  const below = new Float64Array(truth.length);
  const above = new Float64Array(truth.length);
  let [seenPositive, seenNegative, pairs] = [0, 0, 0];
  eachTie(score, (tied) => {
    let [tiedPositive, tiedNegative] = [0, 0];
    for (const i of tied) {
      tiedPositive += ofPositives[i]!;
      tiedNegative += ofNegatives[i]!;
    }
    const under = negative - seenNegative - tiedNegative / 2;
    for (const i of tied) {
      below[i] = under / negative;
      above[i] = (seenPositive + tiedPositive / 2) / positive;
    }
    pairs += tiedPositive * under;
    seenPositive += tiedPositive;
    seenNegative += tiedNegative;
  });
  const value = pairs / (positive * negative);
  const share = positive / (positive + negative);
  const influence = truth.map(
    (t, i) => (t * (below[i]! - value)) / share + ((1 - t) * (above[i]! - value)) / (1 - share),
  );
  const size = Math.min(effectiveSize(ofPositives), effectiveSize(ofNegatives));
  return { value, influence, size };
}

/** Average precision, Σ (R_k − R_{k−1}) P_k over distinct scores: scikit-learn's, without interpolation. */
export function averagePrecision(
  truth: Float64Array,
  score: Float64Array,
  weight: Float64Array,
): MetricMeasurement {
  let [hits, mass, area] = [0, 0, 0];
  eachTie(score, (tied) => {
    let found = 0;
    for (const i of tied) {
      found += weight[i]! * truth[i]!;
      mass += weight[i]!;
    }
    hits += found;
    area += found * (hits / mass);
  });
  return hits > 0 ? { value: area / hits, influence: null, size: null } : UNKNOWN_MEASUREMENT;
}
