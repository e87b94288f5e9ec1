/** Probabilities of classes from those of their pairs, as libsvm (`sigmoid_predict`, `multiclass_probability`). */

const LEAST = 1e-7;

/** 1 / (1 + e^(a d + b)), kept from 0 and 1. */
export function pairProbability(decision: number, a: number, b: number): number {
  const exponent = decision * a + b;
  const share =
    exponent >= 0 ? Math.exp(-exponent) / (1 + Math.exp(-exponent)) : 1 / (1 + Math.exp(exponent));
  // Of a share that is no number, libsvm's `max` gives the bound.
  return share > LEAST ? Math.min(share, 1 - LEAST) : LEAST;
}

/**
 * Minimises pᵀQp over the simplex, Q[t][t] = Σ r[j][t]² and Q[t][j] = -r[j][t] r[t][j], one coordinate after another,
 * until all agree within 0.005 / classes (T.-F. Wu, C.-J. Lin, R. C. Weng 2004, algorithm 2).
 * pairs: r[i][j] of each i < j; `out` takes one probability a class from `base` on.
 */
export function coupleProbabilities(
  classes: number,
): (pairs: Float64Array, out: Float64Array, base: number) => void {
  const most = Math.max(100, classes);
  const near = 0.005 / classes;
  const r = new Float64Array(classes * classes);
  const Q = new Float64Array(classes * classes);
  const Qp = new Float64Array(classes);
  return (pairs, out, base) => {
    spread(pairs, r, classes);
    fillQ(r, Q, classes);
    const p = out.subarray(base, base + classes).fill(1 / classes);
    for (let round = 0; round < most; round++) {
      const energy = productOf(Q, p, Qp);
      if (!Qp.some((slope) => Math.abs(slope - energy) >= near)) break;
      sweep(Q, p, Qp, energy);
    }
  };
}

function spread(pairs: Float64Array, r: Float64Array, classes: number): void {
  for (let i = 0, pair = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      r[i * classes + j] = pairs[pair]!;
      r[j * classes + i] = 1 - pairs[pair]!;
    }
  }
}

function fillQ(r: Float64Array, Q: Float64Array, classes: number): void {
  for (let t = 0; t < classes; t++) {
    let own = 0;
    for (let j = 0; j < classes; j++) {
      if (j === t) continue;
      const against = r[j * classes + t]!;
      own += against * against;
      Q[t * classes + j] = -against * r[t * classes + j]!;
    }
    Q[t * classes + t] = own;
  }
}

/** Qp and pᵀQp. */
function productOf(Q: Float64Array, p: Float64Array, Qp: Float64Array): number {
  let energy = 0;
  for (let t = 0; t < p.length; t++) {
    let slope = 0;
    for (let j = 0; j < p.length; j++) slope += Q[t * p.length + j]! * p[j]!;
    Qp[t] = slope;
    energy += p[t]! * slope;
  }
  return energy;
}

/** One step along each coordinate, the sum of all kept at 1. */
function sweep(Q: Float64Array, p: Float64Array, Qp: Float64Array, before: number): void {
  const classes = p.length;
  let energy = before;
  for (let t = 0; t < classes; t++) {
    const own = Q[t * classes + t]!;
    const step = (-Qp[t]! + energy) / own;
    const total = 1 + step;
    p[t]! += step;
    energy = (energy + step * (step * own + 2 * Qp[t]!)) / total / total;
    for (let j = 0; j < classes; j++) {
      Qp[j] = (Qp[j]! + step * Q[t * classes + j]!) / total;
      p[j]! /= total;
    }
  }
}
