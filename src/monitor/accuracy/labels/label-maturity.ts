/**
 * Whether the labels of a cohort are there, and what each stands for before. Labels of one kind may take longer than those of
 * another (a purchase is known at once, its absence after a month): where there are enough, each has delays of its own. Pure.
 */
import { valueOfKey } from '../../../core/element-at.ts';
import {
  ageAtShare,
  arrivalProbability,
  type DelayCount,
  type DelayDistribution,
  estimateDelays,
} from './label-delays.ts';

/** A cohort is mature when so much of what will come is expected to have come. */
export const MATURE_SHARE = 0.95;

export interface LabelMaturity {
  readonly all: DelayDistribution;
  /** By label. */
  readonly byLabel: Readonly<Record<string, DelayDistribution>>;
  /** What people have said: the age at which labels are there; null: learnt. */
  readonly given: number | null;
}

/** Labels of which delays are known apart, and how many each needs. */
const LABELS_MAX = 20;
const EACH_MIN = 50;

export function estimateMaturity(
  counts: readonly (DelayCount & { readonly label: string })[],
  given: number | null,
): LabelMaturity {
  const groups = new Map<string, DelayCount[]>();
  for (const count of counts) {
    const group = groups.get(count.label) ?? [];
    group.push(count);
    groups.set(count.label, group);
  }
  const isFew = groups.size > 1 && groups.size <= LABELS_MAX;
  const byLabel = [...groups].flatMap(([label, own]) => {
    const delays = estimateDelays(own);
    return isFew && delays.labels >= EACH_MIN ? [[label, delays] as const] : [];
  });
  return { all: estimateDelays(counts), byLabel: Object.fromEntries(byLabel), given };
}

/** Smallest chance that a label is divided by: a lucky early one must not stand for all. */
const CHANCE_MIN = 0.05;

/** By how much a label of an answer of that age counts: 1 over the chance that it is there already. */
export function arrivalWeight(maturity: LabelMaturity, label: string | null, age: number): number {
  if (maturity.given !== null && age >= maturity.given) return 1;
  const { byLabel } = maturity;
  const isKnown = label !== null && Object.hasOwn(byLabel, label);
  const delays = isKnown ? valueOfKey(byLabel, label) : maturity.all;
  return 1 / Math.max(CHANCE_MIN, arrivalProbability(delays, age));
}

/** Share of the labels that will come which is expected to have come, of answers given evenly over [from, to). */
export function expectedShare(maturity: LabelMaturity, from: number, to: number, now: number): number {
  const points = Array.from({ length: 8 }, (_, i) => now - (from + ((i + 0.5) / 8) * (to - from)));
  const chance = (age: number): number =>
    maturity.given !== null && age >= maturity.given ? 1 : arrivalProbability(maturity.all, age);
  return points.reduce((sum, age) => sum + chance(age), 0) / points.length;
}

/** Null: too little is known of how long labels take. */
export function isMature(maturity: LabelMaturity, from: number, to: number, now: number): boolean | null {
  if (maturity.given !== null) return now - to >= maturity.given;
  const age = ageAtShare(maturity.all, MATURE_SHARE);
  return age === null ? null : now >= to && expectedShare(maturity, from, to, now) >= MATURE_SHARE;
}
