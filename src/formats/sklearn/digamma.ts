/**
 * The logarithmic derivative of the gamma function, of x > 0: ψ(x) = ψ(x + 1) - 1/x up to where the asymptotic series
 * ln x - 1/(2x) - Σ B₂ₙ / (2n·x²ⁿ) has 16 digits (M. Abramowitz, I. Stegun: Handbook of Mathematical Functions, 6.3.18).
 */
export function digamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 12; at++) shift += 1 / at;
  const w = 1 / (at * at);
  const series =
    w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132 - (w * 691) / 32760)))));
  return Math.log(at) - 0.5 / at - series - shift;
}
