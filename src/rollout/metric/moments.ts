/** Sums that a mean, its variance and the lift between two arms are made of. Pure. */

export interface SampleMoments {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

export const NO_MOMENTS: SampleMoments = { n: 0, sum: 0, squares: 0 };

/** Successes of trials; their variance is p(1 − p). */
export const proportion = (successes: number, n: number): ArmMean => {
  const mean = successes / n;
  return { n, mean, variance: mean * (1 - mean) };
};

export const addValue = ({ n, sum, squares }: SampleMoments, value: number): SampleMoments => ({
  n: n + 1,
  sum: sum + value,
  squares: squares + value * value,
});

export const addMoments = (a: SampleMoments, b: SampleMoments): SampleMoments => ({
  n: a.n + b.n,
  sum: a.sum + b.sum,
  squares: a.squares + b.squares,
});

export interface ArmMean {
  readonly n: number;
  readonly mean: number;
  /** Of one unit, not of the mean. */
  readonly variance: number;
}

/** Mean and unbiased variance; the variance of fewer than two units is NaN. */
export function armMean({ n, sum, squares }: SampleMoments): ArmMean {
  const variance = n < 2 ? Number.NaN : Math.max(0, squares - (sum * sum) / n) / (n - 1);
  return { n, mean: sum / n, variance };
}

/** An estimated difference between candidate and stable. */
export interface LiftEstimate {
  readonly estimate: number;
  /** Of the estimate. */
  readonly variance: number;
  /** Units of both arms. */
  readonly n: number;
}

export const absoluteLift = (candidate: ArmMean, stable: ArmMean): LiftEstimate => ({
  estimate: candidate.mean - stable.mean,
  variance: candidate.variance / candidate.n + stable.variance / stable.n,
  n: candidate.n + stable.n,
});

/** (m_c − m_s)/m_s with the variance of a ratio by the delta method. */
export const relativeLift = (candidate: ArmMean, stable: ArmMean): LiftEstimate => ({
  estimate: (candidate.mean - stable.mean) / stable.mean,
  variance:
    candidate.variance / candidate.n / stable.mean ** 2 +
    (stable.variance / stable.n) * (candidate.mean ** 2 / stable.mean ** 4),
  n: candidate.n + stable.n,
});
