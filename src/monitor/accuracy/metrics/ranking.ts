/** Metrics of ranked lists: one value a request, then their mean. Pure. */
import { type MetricMeasurement, weightedMean } from './metric-measurement.ts';
import type { RankingRows } from './metric-rows.ts';

/** A request's candidates in the order in which they were shown: by falling score. */
interface Ranked {
  readonly relevance: Float64Array;
  readonly score: Float64Array;
}

/** Mean over requests of `metric`; requests weigh as their first candidate does. Influences stand at the first candidate. */
function byRequest(rows: RankingRows, metric: (ranked: Ranked) => number | null): MetricMeasurement {
  const { request, relevance, score, weight } = rows;
  const [values, weights, firsts]: [number[], number[], number[]] = [[], [], []];
  for (let from = 0; from < request.length; ) {
    let to = from + 1;
    while (to < request.length && request[to] === request[from]) to++;
    const order = Array.from({ length: to - from }, (_, i) => from + i).sort((a, b) => score[b]! - score[a]!);
    const value = metric({
      relevance: Float64Array.from(order, (i) => relevance[i]!),
      score: Float64Array.from(order, (i) => score[i]!),
    });
    if (value !== null) {
      values.push(value);
      weights.push(weight[from]!);
      firsts.push(from);
    }
    from = to;
  }
  const { value, influence, size } = weightedMean(Float64Array.from(values), Float64Array.from(weights));
  return {
    value,
    influence: influence === null ? null : spreadOut(influence, firsts, weights, weight),
    size,
  };
}

/** ψ of requests on the candidates' own scale: Σ w ψ / Σ w over candidates is that over requests. */
function spreadOut(
  influence: Float64Array,
  firsts: readonly number[],
  weights: readonly number[],
  weight: Float64Array,
): Float64Array {
  const scale = weight.reduce((a, b) => a + b, 0) / weights.reduce((a, b) => a + b, 0);
  const result = new Float64Array(weight.length);
  firsts.forEach((first, i) => {
    result[first] = scale * influence[i]!;
  });
  return result;
}

/**
 * Normalised discounted cumulative gain of the first k, gains linear, discount log₂(1 + rank); candidates of equal score
 * share the mean of their gains, as in scikit-learn. 0 where nothing is relevant.
 */
export const ndcg =
  (k: number) =>
  (rows: RankingRows): MetricMeasurement =>
    byRequest(rows, ({ relevance, score }) => {
      const ideal = gain(Float64Array.from(relevance).sort().reverse(), k);
      return ideal === 0 ? 0 : gain(tiedMeans(relevance, score), k) / ideal;
    });

function gain(relevance: Float64Array, k: number): number {
  let sum = 0;
  for (let i = 0; i < Math.min(k, relevance.length); i++) sum += relevance[i]! / Math.log2(i + 2);
  return sum;
}

function tiedMeans(relevance: Float64Array, score: Float64Array): Float64Array {
  const result = Float64Array.from(relevance);
  for (let from = 0; from < score.length; ) {
    let to = from + 1;
    while (to < score.length && score[to] === score[from]) to++;
    result.fill(relevance.subarray(from, to).reduce((a, b) => a + b, 0) / (to - from), from, to);
    from = to;
  }
  return result;
}

/** Mean of 1 / rank of the first relevant candidate, 0 where there is none. */
export const reciprocalRank = (rows: RankingRows): MetricMeasurement =>
  byRequest(rows, ({ relevance }) => {
    const first = relevance.findIndex((r) => r > 0);
    return first < 0 ? 0 : 1 / (first + 1);
  });

/** Share of requests with something relevant among the first k. */
export const hitRate =
  (k: number) =>
  (rows: RankingRows): MetricMeasurement =>
    byRequest(rows, ({ relevance }) => (relevance.subarray(0, k).some((r) => r > 0) ? 1 : 0));
