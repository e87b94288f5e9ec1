/** Metrics of ranked lists: one value a request, then their mean. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { take } from '../../../core/vector.ts';
import { type MetricMeasurement, weightedMean } from './metric-measurement.ts';
import type { RankingRows } from './metric-rows.ts';
import { byFallingScore } from './score-curves.ts';

/** A request's candidates in the order in which they were shown: by falling score. */
interface Ranked {
  readonly relevance: Float64Array;
  readonly score: Float64Array;
}

interface RankedRequest {
  /** Its first candidate. */
  readonly first: number;
  readonly value: number;
  readonly weight: number;
}

/** Mean over requests of `metric`; requests weigh as their first candidate does. Influences stand at the first candidate. */
function byRequest(rows: RankingRows, metric: (ranked: Ranked) => number | null): MetricMeasurement {
  const { request, relevance, score, weight } = rows;
  const requests: RankedRequest[] = [];
  for (let from = 0; from < request.length; ) {
    let to = from + 1;
    while (to < request.length && request[to] === request[from]) to++;
    const order = byFallingScore(score.subarray(from, to));
    const value = metric({
      relevance: take(relevance.subarray(from, to), order),
      score: take(score.subarray(from, to), order),
    });
    if (value !== null) requests.push({ first: from, value, weight: elementAt(weight, from) });
    from = to;
  }
  const values = Float64Array.from(requests, ({ value }) => value);
  const weights = Float64Array.from(requests, (one) => one.weight);
  const { value, influence, size } = weightedMean(values, weights);
  return { value, influence: influence && spreadOut(requests, influence, weight), size };
}

/** ψ of requests on the candidates' own scale: Σ w ψ / Σ w over candidates is that over requests. */
function spreadOut(
  requests: readonly RankedRequest[],
  influence: Float64Array,
  weight: Float64Array,
): Float64Array {
  const scale = weight.reduce((a, b) => a + b, 0) / requests.reduce((sum, one) => sum + one.weight, 0);
  const result = new Float64Array(weight.length);
  for (const [i, { first }] of requests.entries()) result[first] = scale * elementAt(influence, i);
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
  return relevance.subarray(0, k).reduce((sum, value, i) => sum + value / Math.log2(i + 2), 0);
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
