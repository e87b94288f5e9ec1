/**
 * How much more the shares of consecutive rows vary than those of independent ones, by batch means: with blocks of b rows
 * b·Var(mean of a block)/Var(row) tends to 1 + 2 Σ autocorrelations (Flegal and Jones, Annals of Statistics 38, 2010).
 * Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import { binCounts } from '../../core/vector.ts';
import { normalQuantile } from '../../statistics/normal.ts';
import { DEPENDENCE_MAX, DEPENDENCE_ROWS } from './profile-limits.ts';
import { BIN, type FeatureProfile, FIRST_REGULAR_BIN } from './reference-profile.ts';

/** Rows of the smallest blocks, and blocks there must be. */
const BLOCK_MIN = 4;
const BLOCKS_MIN = 16;
/** Standard deviations beyond which a ratio is no chance; below them it is taken for 1. */
const CHANCE = 4;
/** Categories that are looked at by themselves. */
const OWN_MAX = 8;

/** Of the bins of the reference in its order. */
export function estimateDependence(
  feature: Pick<FeatureProfile, 'bins' | 'counts'>,
  bins: Uint8Array,
): number {
  const rows = bins.subarray(0, DEPENDENCE_ROWS);
  const ratios = scoresOf(feature).map((scores) => batchMeans(rows, scores));
  return Math.min(DEPENDENCE_MAX, Math.max(1, ...ratios));
}

/** Numbers for bins, of which means of blocks are taken. */
function scoresOf({ bins, counts }: Pick<FeatureProfile, 'bins' | 'counts'>): Float64Array[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const indicator = (bin: number) => Float64Array.from(counts, (_, k) => (k === bin ? 1 : 0));
  const varies = (bin: number): boolean => {
    const rows = elementAt(counts, bin);
    return rows > 0 && rows < total;
  };
  const indicators = [BIN.null, BIN.nan, BIN.sentinel].filter(varies).map(indicator);
  if (bins.kind === 'quantiles' || bins.kind === 'values') {
    const scores = normalScores(counts);
    return [...indicators, scores, scores.map((z) => z * z)];
  }
  const regular = counts.map((_, k) => k).slice(FIRST_REGULAR_BIN, FIRST_REGULAR_BIN + OWN_MAX);
  return [...indicators, ...regular.filter(varies).map(indicator)];
}

/** Φ⁻¹ of the middle of each bin's mass, in the order of numbers; 0 where there is no number. Variance is about 1. */
export function normalScores(counts: readonly number[]): Float64Array {
  const regular = counts.map((_, k) => k).slice(FIRST_REGULAR_BIN);
  const order = [BIN.negativeInfinity, BIN.below, ...regular, BIN.above, BIN.positiveInfinity];
  const total = order.reduce((sum, k) => sum + elementAt(counts, k), 0);
  const scores = new Float64Array(counts.length);
  let before = 0;
  for (const k of order) {
    const rows = elementAt(counts, k);
    // Bins without a row of the reference are as far out as half a row.
    const middle = (before + rows / 2) / Math.max(1, total);
    scores[k] = normalQuantile(Math.min(1 - 0.5 / (total + 1), Math.max(0.5 / (total + 1), middle)));
    before += rows;
  }
  return scores;
}

/** The greatest ratio over blocks of 4, 8, 16 … rows that is no chance, or 1. */
function batchMeans(bins: Uint8Array, scores: Float64Array): number {
  const rows = bins.length;
  const { mean, variance, kurtosis } = moments(bins, scores);
  if (variance === 0) return 1;
  let sums = new Float64Array(Math.floor(rows / BLOCK_MIN));
  for (let j = 0; j < sums.length; j++) {
    let sum = 0;
    for (let i = j * BLOCK_MIN; i < (j + 1) * BLOCK_MIN; i++) sum += scores[bins[i]!]! - mean;
    sums[j] = sum;
  }
  let worst = 1;
  for (let block = BLOCK_MIN; sums.length >= BLOCKS_MIN; block *= 2) {
    const ratio = sums.reduce((sum, x) => sum + x * x, 0) / (sums.length * block * variance);
    if (ratio > limitOf(sums.length, rows, kurtosis)) worst = Math.max(worst, ratio);
    const half = new Float64Array(sums.length >> 1);
    for (let j = 0; j < half.length; j++) half[j] = sums[2 * j]! + sums[2 * j + 1]!;
    sums = half;
  }
  return worst;
}

function moments(bins: Uint8Array, scores: Float64Array) {
  const counts = binCounts(bins, scores.length);
  const average = (of: (z: number) => number): number =>
    counts.reduce((sum, count, k) => sum + count * of(elementAt(scores, k)), 0) / Math.max(1, bins.length);
  const mean = average((z) => z);
  const variance = average((z) => (z - mean) ** 2);
  const kurtosis = variance === 0 ? 0 : average((z) => (z - mean) ** 4) / variance ** 2 - 3;
  return { mean, variance, kurtosis };
}

/**
 * What the ratio of independent rows exceeds only by chance: it is χ²/d (Wilson and Hilferty's cube root), with d made less
 * where the tails of rows are heavy: Var = 2/(blocks − 1) + kurtosis/rows.
 */
function limitOf(blocks: number, rows: number, kurtosis: number): number {
  const variance = 2 / (blocks - 1) + Math.max(0, kurtosis) / rows;
  const spread = variance / 9;
  return (1 - spread + CHANCE * Math.sqrt(spread)) ** 3;
}
