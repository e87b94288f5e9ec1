/** A rule that integrates every polynomial of degree `2 * points.length - 1` over [0, 1] without an error of its own. */
export interface QuadratureRule {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

const STEPS = 100;

/**
 * Gauss's rule of so many points, by Newton's iteration on the Legendre polynomial from the usual first guess
 * (Abramowitz & Stegun 22.16.6, 25.4.29).
 */
export function gaussLegendre(count: number): QuadratureRule {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < STEPS; step++) {
      const [value, derivative] = legendre(count, x);
      slope = derivative;
      const next = x - value / derivative;
      if (next === x) break;
      x = next;
    }
    points[i] = (1 + x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points, weights };
}

/** The Legendre polynomial of a degree at x, and its derivative there. */
function legendre(degree: number, x: number): readonly [value: number, derivative: number] {
  let [before, value] = [0, 1];
  for (let k = 1; k <= degree; k++)
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  return [value, (degree * (x * value - before)) / (x * x - 1)];
}
