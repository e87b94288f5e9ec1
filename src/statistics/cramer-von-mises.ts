/** The two-sample test of Cramér and von Mises. Pure. */
import { elementAt } from '../core/element-at.ts';
import type { TestResult } from './kolmogorov-smirnov.ts';
import { pooledValues } from './sample-distances.ts';

/** Largest sample for which all orders are counted. */
const EXACT_MAX = 20;

/** T and its p-value for two sorted samples of at least two values each, as scipy's `cramervonmises_2samp`. */
export function cramerVonMises(x: Float64Array, y: Float64Array): TestResult {
  const [m, n] = [x.length, y.length];
  const product = m * n;
  const u = rankDeviations(x, y);
  const statistic = u / (product * (m + n)) - (4 * product - 1) / (6 * (m + n));
  const p = Math.max(m, n) > EXACT_MAX ? asymptotic(statistic, m, n) : exact(u, m, n);
  return { statistic, p };
}

/** U = m Σ (rᵢ − i)² + n Σ (sⱼ − j)², r and s the mid-ranks in the pooled sample (Anderson, 1962, eq. 10). */
function rankDeviations(x: Float64Array, y: Float64Array): number {
  let [inX, inY] = [0, 0];
  for (const step of pooledValues(x, y)) {
    const rank = step.belowX + step.belowY - (step.inX + step.inY - 1) / 2;
    for (let i = step.belowX - step.inX + 1; i <= step.belowX; i++) inX += (rank - i) ** 2;
    for (let j = step.belowY - step.inY + 1; j <= step.belowY; j++) inY += (rank - j) ** 2;
  }
  return x.length * inX + y.length * inY;
}

/** The share of orders of the pooled sample that are at least as extreme (Xiao, Gordon and Yakovlev, 2006). */
function exact(u: number, m: number, n: number): number {
  const least = (m * n) / divisor(m, n);
  const [a, b] = [least / m, least / n];
  const product = m * n;
  const bound = Math.floor(
    (least ** 2 * (m + n) * (6 * u - product * (4 * product - 1))) / (6 * product ** 2),
  );
  // For each prefix of `v` values of x and `row` of y: how many orders have which sum of squares.
  let counts: Map<number, number>[] = Array.from({ length: m + 1 }, () => new Map());
  for (let row = 0; row <= n; row++) {
    const next: Map<number, number>[] = [];
    for (const [v, above] of counts.entries()) {
      const merged = new Map<number, number>();
      const add = (a * v - b * row) ** 2;
      const before = row === 0 && v === 0 ? [new Map([[0, 1]])] : [above, next[v - 1] ?? new Map()];
      for (const source of before) {
        for (const [value, count] of source) merged.set(value + add, (merged.get(value + add) ?? 0) + count);
      }
      next.push(merged);
    }
    counts = next;
  }
  let [extreme, all] = [0, 0];
  for (const [value, count] of elementAt(counts, m)) {
    all += count;
    if (value >= bound) extreme += count;
  }
  return extreme / all;
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** The limit law, of the statistic brought to the limit's mean and variance (Anderson, 1962, eq. 11, 14, 15). */
function asymptotic(statistic: number, m: number, n: number): number {
  const [product, total] = [m * n, m + n];
  const expected = (1 + 1 / total) / 6;
  const spread = (total + 1) * (4 * product * total - 3 * (m ** 2 + n ** 2) - 2 * product);
  const variance = spread / (45 * total ** 2 * 4 * product);
  const scaled = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance);
  return scaled < 0.003 ? 1 : Math.max(0, 1 - limitCdf(scaled));
}

/** Terms smaller than this end the sum; scipy's choice, kept because it can be seen where p is small. */
const TERM_MIN = 1e-7;

/** Csörgő and Faraway (1996), eq. 1.3: a series over Bessel functions of order 1/4. */
function limitCdf(x: number): number {
  let total = 0;
  let ratio = Math.sqrt(Math.PI); // Γ(k + 1/2) / k!
  for (let k = 0; ; k++) {
    if (k > 0) ratio *= (k - 0.5) / k;
    const y = 4 * k + 1;
    const q = y ** 2 / (16 * x);
    const term =
      ((ratio * Math.sqrt(y)) / (Math.PI ** 1.5 * Math.sqrt(x))) * Math.exp(-2 * q) * scaledBessel(q);
    total += term;
    if (!(Math.abs(term) >= TERM_MIN)) return total;
  }
}

/** e^q K₁⸝₄(q) = ∫₀^∞ e^(−q (cosh t − 1)) cosh(t/4) dt; the trapezoid rule converges like e^(−π²/step). */
function scaledBessel(q: number): number {
  const step = 0.125;
  let sum = 0.5;
  for (let i = 1; ; i++) {
    const t = i * step;
    const term = Math.exp(-q * (Math.cosh(t) - 1)) * Math.cosh(t / 4);
    sum += term;
    if (term < 1e-18 * sum) return sum * step;
  }
}
