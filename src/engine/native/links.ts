/** Links from scores to probabilities, in the order of operations of scipy and scikit-learn. */

/** `scipy.special.expit`: 1 / (1 + e^-x). */
export const expit = (x: number): number => 1 / (1 + Math.exp(-x));

/** `scipy.special.logit`: near 1/2 by log1p, where log(x / (1 - x)) cancels. */
export function logit(x: number): number {
  if (x < 0.3 || x > 0.65) return Math.log(x / (1 - x));
  const s = 2 * (x - 0.5);
  return Math.log1p(s) - Math.log1p(-s);
}

/** Rows `[1 - σ, σ]` of σ(factor · score). */
export function binaryProbabilities(scores: Float64Array, rows: number, factor: number): Float64Array {
  const out = new Float64Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const positive = expit(factor * scores[row]!);
    out[row * 2] = 1 - positive;
    out[row * 2 + 1] = positive;
  }
  return out;
}

/** `sklearn.utils.extmath.softmax` of each row: subtract the maximum, exponentiate, divide by the sum. */
export function softmaxRows(scores: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let base = 0; base < rows * cols; base += cols) {
    exponentiate(out, scores, base, cols, rowMax(scores, base, cols));
    divideRow(out, base, cols, numpyRowSum(out, base, cols));
  }
  return out;
}

/** exp(s - shift) of a row. */
function exponentiate(
  out: Float64Array,
  scores: Float64Array,
  base: number,
  cols: number,
  shift: number,
): void {
  for (let k = base; k < base + cols; k++) out[k] = Math.exp(scores[k]! - shift);
}

export function divideRow(out: Float64Array, base: number, cols: number, divisor: number): void {
  for (let k = base; k < base + cols; k++) out[k]! /= divisor;
}

/** exp(s - logsumexp(s)) of each row, with scipy's logsumexp: log Σ e^(s - max) + max. */
export function logSumExpRows(scores: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let base = 0; base < rows * cols; base += cols) {
    const max = rowMax(scores, base, cols);
    const shift = Number.isFinite(max) ? max : 0;
    exponentiate(out, scores, base, cols, shift);
    exponentiate(out, scores, base, cols, Math.log(numpyRowSum(out, base, cols)) + shift);
  }
  return out;
}

/** σ of each score, each row divided by its sum: one-vs-rest probabilities. */
export function ovrRows(scores: Float64Array, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let base = 0; base < rows * cols; base += cols) {
    for (let k = base; k < base + cols; k++) out[k] = expit(scores[k]!);
    divideRow(out, base, cols, numpyRowSum(out, base, cols));
  }
  return out;
}

/** As `ovrRows`, but uniform where σ of every score is 0. */
export function ovrUniformRows(scores: Float64Array, rows: number, cols: number): Float64Array {
  const out = ovrRows(scores, rows, cols);
  for (let base = 0; base < rows * cols; base += cols) {
    const underflow = scores.subarray(base, base + cols).every((score) => expit(score) === 0);
    if (underflow) out.fill(1 / cols, base, base + cols);
  }
  return out;
}

/** Index of the largest of each row, the lowest on ties, as numpy's argmax. */
export function argmaxRows(
  scores: Float64Array,
  rows: number,
  cols: number,
  stride = cols,
  from = 0,
): Int32Array {
  const out = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const base = row * stride + from;
    let best = 0;
    for (let k = 1; k < cols; k++) if (scores[base + k]! > scores[base + best]!) best = k;
    out[row] = best;
  }
  return out;
}

/** Score of the second class over that of the first, of rows of two. */
export function differenceRows(scores: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows);
  for (let row = 0; row < rows; row++) out[row] = scores[2 * row + 1]! - scores[2 * row]!;
  return out;
}

function rowMax(values: Float64Array, base: number, cols: number): number {
  let max = values[base]!;
  for (let k = base + 1; k < base + cols; k++) {
    const value = values[k]!;
    if (value > max) max = value;
  }
  return max;
}

/** Sum in numpy's order: plain under eight terms, else eight running sums joined pairwise (blocks of 128). */
export function numpyRowSum(values: Float64Array, base: number, cols: number): number {
  if (cols > 128) {
    const half = Math.floor(cols / 2) - (Math.floor(cols / 2) % 8);
    return numpyRowSum(values, base, half) + numpyRowSum(values, base + half, cols - half);
  }
  if (cols >= 8) return eightSums(values, base, cols);
  let sum = values[base]!;
  for (let k = base + 1; k < base + cols; k++) sum += values[k]!;
  return sum;
}

function eightSums(values: Float64Array, base: number, cols: number): number {
  const whole = base + cols - (cols % 8);
  const front = laneSum(values, base, whole) + laneSum(values, base + 1, whole);
  const second = laneSum(values, base + 2, whole) + laneSum(values, base + 3, whole);
  const third = laneSum(values, base + 4, whole) + laneSum(values, base + 5, whole);
  let sum = front + second + (third + (laneSum(values, base + 6, whole) + laneSum(values, base + 7, whole)));
  for (let k = whole; k < base + cols; k++) sum += values[k]!;
  return sum;
}

/** Sum of every eighth value from `from` on, before `end`. */
function laneSum(values: Float64Array, from: number, end: number): number {
  let sum = values[from]!;
  for (let k = from + 8; k < end; k += 8) sum += values[k]!;
  return sum;
}
