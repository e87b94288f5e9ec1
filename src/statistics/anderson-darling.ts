/** The Anderson–Darling test that two samples are of one law (Scholz and Stephens, 1987). Pure. */
import { elementAt } from '../core/element-at.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import { pooledValues } from './sample-distances.ts';

/** Levels, and the coefficients of their critical values (table 2); of two samples the values are b₀ + b₁ + b₂. */
const LEVELS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const;
const B0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085] as const;
const B1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615] as const;
const B2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154] as const;
const CRITICAL = B0.map((b0, i) => b0 + elementAt(B1, i) + elementAt(B2, i));

/**
 * The standardised statistic with mid-ranks, of two sorted samples with more than one value between them, and p by a
 * parabola through the logarithms of the tabulated levels; p is never told above 0.25 or below 0.001 (as in scipy).
 */
export function andersonDarling(x: Float64Array, y: Float64Array): TestResult {
  const total = x.length + y.length;
  const raw = midRankStatistic(x, y);
  const statistic = (raw - 1) / Math.sqrt(variance(x.length, y.length, total));
  if (statistic < elementAt(CRITICAL, 0)) return { statistic, p: 0.25 };
  if (statistic > elementAt(CRITICAL, 6)) return { statistic, p: 0.001 };
  const [c0, c1, c2] = PARABOLA;
  return { statistic, p: Math.exp(c0 + statistic * (c1 + statistic * c2)) };
}

/** Equation 7. */
function midRankStatistic(x: Float64Array, y: Float64Array): number {
  const total = x.length + y.length;
  let [sumX, sumY] = [0, 0];
  for (const { inX, inY, belowX, belowY } of pooledValues(x, y)) {
    const ties = inX + inY;
    const pooled = belowX + belowY - ties / 2;
    const weight = ties / total / (pooled * (total - pooled) - (total * ties) / 4);
    sumX += weight * (total * (belowX - inX / 2) - pooled * x.length) ** 2;
    sumY += weight * (total * (belowY - inY / 2) - pooled * y.length) ** 2;
  }
  return ((sumX / x.length + sumY / y.length) * (total - 1)) / total;
}

/** Equation 4, of two samples. */
function variance(m: number, n: number, total: number): number {
  const inverse = 1 / m + 1 / n;
  let h = 0;
  let g = 0;
  for (let i = 1; i < total - 1; i++) {
    h += 1 / (total - i);
    g += h / (i + 1);
  }
  h += 1;
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return (a * total ** 3 + b * total ** 2 + c * total + d) / ((total - 1) * (total - 2) * (total - 3));
}

/** Least squares of log level over critical value: coefficients of 1, x and x². */
const PARABOLA = parabola(
  CRITICAL,
  LEVELS.map((level) => Math.log(level)),
);

function parabola(x: readonly number[], y: readonly number[]): readonly [number, number, number] {
  const moment = (power: number): number => x.reduce((sum, value) => sum + value ** power, 0);
  const against = (power: number): number =>
    x.reduce((sum, value, i) => sum + elementAt(y, i) * value ** power, 0);
  // Each row: its three coefficients, then the other side of its equation.
  const equation = (i: number): Equation => [moment(i), moment(i + 1), moment(i + 2), against(i)];
  let [p, q, r] = [equation(0), equation(1), equation(2)];
  [q, r] = [without(q, p, 0), without(r, p, 0)];
  [p, r] = [without(p, q, 1), without(r, q, 1)];
  [p, q] = [without(p, r, 2), without(q, r, 2)];
  return [p[3] / p[0], q[3] / q[1], r[3] / r[2]];
}

type Equation = readonly [number, number, number, number];

/** An equation less so much of the pivot's that its coefficient there is 0 (Gauss and Jordan). */
function without(row: Equation, pivot: Equation, at: 0 | 1 | 2): Equation {
  const factor = row[at] / pivot[at];
  // What earlier pivots have left before its place is 0 but for rounding.
  const less = (k: 0 | 1 | 2 | 3): number => (k < at ? row[k] : row[k] - factor * pivot[k]);
  return [less(0), less(1), less(2), less(3)];
}
