/** Distances between two rows of shares (or counts) over the same bins. Pure. */
import { elementAt } from '../core/element-at.ts';
import { sum } from './sum.ts';

/** What `combine` gives of each bin's two shares, which both rows have. */
const byBin = (
  p: readonly number[],
  q: readonly number[],
  combine: (share: number, other: number) => number,
): readonly number[] => p.map((share, i) => combine(share, elementAt(q, i)));

const normalised = (values: readonly number[]): readonly number[] => {
  const total = sum(values);
  return values.map((value) => value / total);
};

/** p log(p / q): 0 where p is, infinite where only q is 0. */
const relativeEntropy = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));

/** Kullback and Leibler's divergence Σ p log(p / q) in nats, both rows brought to the sum 1. */
export function kullbackLeibler(p: readonly number[], q: readonly number[]): number {
  const [a, b] = [normalised(p), normalised(q)];
  return sum(byBin(a, b, relativeEntropy));
}

/** Jensen and Shannon's *distance*: the root of the divergence, both rows brought to the sum 1. `base` of the logarithm. */
export function jensenShannon(p: readonly number[], q: readonly number[], base = Math.E): number {
  const [a, b] = [normalised(p), normalised(q)];
  const middle = byBin(a, b, (share, other) => (share + other) / 2);
  const divergence = sum(byBin(a, middle, relativeEntropy)) + sum(byBin(b, middle, relativeEntropy));
  return Math.sqrt(Math.max(0, base === Math.E ? divergence : divergence / Math.log(base)) / 2);
}

/** Population stability index Σ (p − q) log(p / q); no share may be 0. */
export const populationStabilityIndex = (p: readonly number[], q: readonly number[]): number =>
  sum(byBin(p, q, (share, other) => (share - other) * Math.log(share / other)));

/** √Σ (√p − √q)² / √2 */
export const hellinger = (p: readonly number[], q: readonly number[]): number =>
  Math.sqrt(sum(byBin(p, q, (share, other) => (Math.sqrt(share) - Math.sqrt(other)) ** 2))) / Math.SQRT2;

/** Σ √(p q): how much two laws have in common, 1 where they are equal. */
export const bhattacharyya = (p: readonly number[], q: readonly number[]): number =>
  sum(byBin(p, q, (share, other) => Math.sqrt(share * other)));

/** The greatest difference of a share. */
export const lInfinityDistance = (p: readonly number[], q: readonly number[]): number =>
  byBin(p, q, (share, other) => Math.abs(share - other)).reduce((a, b) => Math.max(a, b), 0);

/** Half the sum of the differences: how much mass must move. */
export const totalVariation = (p: readonly number[], q: readonly number[]): number =>
  sum(byBin(p, q, (share, other) => Math.abs(share - other))) / 2;
