/** Sums and moments that keep their digits. Pure. */

/** Σ values, with Neumaier's compensation: the error does not grow with the number of values. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + lost : total;
}

/** NaN of no values. */
export const mean = (values: ArrayLike<number>): number => sum(values) / values.length;

/** Σ (x − mean)² */
export function squaredDeviations(values: ArrayLike<number>): number {
  const center = mean(values);
  const squares = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) squares[i] = (values[i]! - center) ** 2;
  return sum(squares);
}

/** Standard deviation of a population (divided by n): what numpy calls `std`. */
export const populationStandardDeviation = (values: ArrayLike<number>): number =>
  Math.sqrt(squaredDeviations(values) / values.length);
