/** From times of requests of a few sizes to lines of costs. Pure. */
import type { CostLine } from '../model-cost.ts';

/** Microseconds of requests of so many rows. */
export interface SizedTime {
  readonly rows: number;
  readonly micros: number;
  /** What an error counts as a share of: all that such a request takes, where `micros` is a small part of it. @default {micros} */
  readonly of?: number;
}

/**
 * The line through the times of two or more sizes that has the least relative error, none of its parts below 0; through one time it has
 * the slope `row`.
 */
export function lineThrough(times: readonly SizedTime[], row = 0): CostLine {
  const [first] = times;
  if (first === undefined) return { request: 0, row };
  if (times.every(({ rows }) => rows === first.rows)) {
    const micros = meanOf(times.map((time) => time.micros));
    const slope = Math.min(row, micros / first.rows);
    return { request: micros - slope * first.rows, row: slope };
  }
  return leastSquares(times);
}

/**
 * Weighted by the inverse of the squared time: errors of small requests count as much as those of large ones. The time is the mean of
 * its size: by their own times, the fastest of equals would count most, and the line would lie below their mean.
 */
function leastSquares(times: readonly SizedTime[]): CostLine {
  let [weights, x, y, xx, xy] = [0, 0, 0, 0, 0];
  for (const [rows, alike] of Map.groupBy(times, (time) => time.rows)) {
    const micros = meanOf(alike.map((time) => time.micros));
    const whole = meanOf(alike.map((time) => time.of ?? time.micros));
    const weight = alike.length / Math.max(1, whole) ** 2;
    weights += weight;
    x += weight * rows;
    y += weight * micros;
    xx += weight * rows * rows;
    xy += weight * rows * micros;
  }
  const row = (weights * xy - x * y) / (weights * xx - x * x);
  const request = (y - row * x) / weights;
  if (row < 0) return { request: y / weights, row: 0 };
  return request < 0 ? { request: 0, row: xy / xx } : { request, row };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const LEAST_PART = 0.05;

/**
 * Times of single requests as multiples of their mean: from latencies in milliseconds of requests that nobody was ahead of, at even steps of
 * probability, without the part of `pause` microseconds that no processor works for.
 */
export function spreadOf(parts: readonly number[], pause: number): number[] {
  if (parts.length === 0) return [1];
  const mean = meanOf(parts);
  const work = parts.map((part) => Math.max(LEAST_PART * mean, part - pause / 1000));
  const workMean = meanOf(work);
  return workMean > 0 ? work.map((part) => part / workMean) : [1];
}
