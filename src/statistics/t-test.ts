/** Student's and Welch's tests of two means. Pure. */
import type { TestResult } from './kolmogorov-smirnov.ts';
import { studentCdf } from './student-t.ts';
import { mean, squaredDeviations } from './sum.ts';

/** Two-sided; `equal`: Student's pooled variance, else Welch's. NaN where neither sample varies. */
export function tTest(x: ArrayLike<number>, y: ArrayLike<number>, equal: boolean): TestResult {
  const [m, n] = [x.length, y.length];
  const [squaresX, squaresY] = [squaredDeviations(x), squaredDeviations(y)];
  const [inX, inY] = [squaresX / (m - 1) / m, squaresY / (n - 1) / n];
  const pooled = ((squaresX + squaresY) / (m + n - 2)) * (1 / m + 1 / n);
  const degrees = equal ? m + n - 2 : (inX + inY) ** 2 / (inX ** 2 / (m - 1) + inY ** 2 / (n - 1));
  const statistic = (mean(x) - mean(y)) / Math.sqrt(equal ? pooled : inX + inY);
  return {
    statistic,
    p: Number.isFinite(statistic) ? 2 * studentCdf(-Math.abs(statistic), degrees) : tail(statistic),
  };
}

const tail = (statistic: number): number => (Number.isNaN(statistic) ? Number.NaN : 0);
