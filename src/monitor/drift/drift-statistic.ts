/** What of a feature can drift, each with bins and a law of its own: its values, how many are missing, how many unseen. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { BIN, type FeatureProfile, FIRST_REGULAR_BIN } from '../reference/reference-profile.ts';
import {
  type DirichletMultinomial,
  type DriftAlternatives,
  dirichletMultinomial,
} from './dirichlet-multinomial.ts';
import { orderedAlternatives, shareAlternatives, unorderedAlternatives } from './drift-alternatives.ts';
import type { DriftEffect, DriftKind } from './drift-finding.ts';

export interface DriftStatistic {
  readonly kind: DriftKind;
  /** For each of its own bins, the bins of the profile that it puts together; null: all rows that the others have not. */
  readonly bins: readonly (readonly number[] | null)[];
  readonly multinomial: DirichletMultinomial;
  readonly alternatives: DriftAlternatives;
  readonly unit: DriftEffect['unit'];
  /** Part of the feature's budget of false alarms. */
  readonly part: number;
}

const LOW_END = [BIN.negativeInfinity, BIN.below];
const HIGH_END = [BIN.above, BIN.positiveInfinity];
/** Rows of the reference that a bin without any is worth: as many as the gap beyond the last row. */
const BEYOND = 1;
const UNKNOWN = 0.5;

/** The statistics of a feature; `joint` where it is derived of several. */
export function driftStatistics(feature: FeatureProfile, joint = false): readonly DriftStatistic[] {
  const missing = missingAspect(feature);
  if (joint) return [{ ...valuesAspect(feature), kind: 'drift.multivariate', part: 1 }];
  if (feature.bins.kind === 'presence') return [{ ...missing, part: 1 }];
  if (feature.bins.kind === 'categories')
    return [
      { ...categoriesAspect(feature), part: 0.6 },
      { ...missing, part: 0.2 },
      { ...unseenAspect(feature), part: 0.2 },
    ];
  return [
    { ...valuesAspect(feature), part: 0.8 },
    { ...missing, part: 0.2 },
  ];
}

type Unbudgeted = Omit<DriftStatistic, 'part'>;

const regularOf = ({ counts }: FeatureProfile): number[] =>
  Array.from({ length: counts.length - FIRST_REGULAR_BIN }, (_, k) => FIRST_REGULAR_BIN + k);

const rowsIn = ({ counts }: FeatureProfile, bins: readonly number[]): number =>
  bins.reduce((sum, bin) => sum + elementAt(counts, bin), 0);

function valuesAspect(feature: FeatureProfile): Unbudgeted {
  const ordered: number[] = [...LOW_END, ...regularOf(feature), ...HIGH_END];
  // A sentinel, or a value between the known ones, has no place in the order: the middle is as good as any.
  ordered.splice(Math.floor(ordered.length / 2), 0, BIN.sentinel, BIN.unseen);
  const alpha = ordered.map((bin) => {
    const rows = elementAt(feature.counts, bin);
    const isEnd = bin === BIN.below || bin === BIN.above;
    return Math.max(rows, isEnd ? BEYOND : UNKNOWN);
  });
  const multinomial = dirichletMultinomial(Float64Array.from(alpha));
  return {
    kind: 'drift.numeric',
    bins: ordered.map((bin) => [bin]),
    multinomial,
    alternatives: orderedAlternatives(multinomial),
    unit: 'psi',
  };
}

/**
 * The categories of the reference alone. Those that it has once are as many as come unseen (Good and Turing): so many of its
 * rows of rare categories will not come again as such.
 */
function categoriesAspect(feature: FeatureProfile): Unbudgeted {
  const regular = regularOf(feature);
  const bins = regular.map((bin) => [bin]);
  const rare = feature.bins.kind === 'categories' && feature.bins.rest !== null ? regular.at(-1) : undefined;
  const alpha = regular.map((bin) => {
    const rows = elementAt(feature.counts, bin) - (bin === rare ? feature.singletons : 0);
    return Math.max(rows, UNKNOWN);
  });
  // One category alone has nothing to change to but unseen ones.
  const multinomial = dirichletMultinomial(Float64Array.from(alpha.length > 0 ? alpha : [UNKNOWN]));
  return {
    kind: 'drift.categorical',
    bins: bins.length > 0 ? bins : [[]],
    multinomial,
    alternatives: unorderedAlternatives(multinomial),
    unit: 'psi',
  };
}

function shareAspect(
  kind: DriftKind,
  bins: readonly [readonly number[], readonly number[] | null],
  [yes, no]: readonly [number, number],
): Unbudgeted {
  const multinomial = dirichletMultinomial(Float64Array.of(Math.max(yes, UNKNOWN), Math.max(no, UNKNOWN)));
  return { kind, bins, multinomial, alternatives: shareAlternatives(multinomial), unit: 'share' };
}

function missingAspect(feature: FeatureProfile): Unbudgeted {
  const missing = [BIN.null, BIN.nan];
  const rows = feature.counts.reduce((sum, count) => sum + count, 0);
  const without = rowsIn(feature, missing);
  return shareAspect('drift.null', [missing, null], [without + UNKNOWN, rows - without + UNKNOWN]);
}

/**
 * How many rows to come will have a category that the reference has not is estimated by how many of its rows have one that no
 * other has (Good, Biometrika 40, 1953). Of very many categories it counts those that it does not remember as unseen itself.
 */
function unseenAspect(feature: FeatureProfile): Unbudgeted {
  const seen = regularOf(feature);
  const { singletons } = feature;
  const unseen = singletons + elementAt(feature.counts, BIN.unseen);
  return shareAspect(
    'drift.unseen',
    [[BIN.unseen], seen],
    [unseen + UNKNOWN, rowsIn(feature, seen) - singletons + UNKNOWN],
  );
}

/** Puts rows in the bins of the profile together to those of the statistic, in `into`. */
export function gatherBins(
  { bins }: Pick<DriftStatistic, 'bins'>,
  counts: Float64Array,
  rows: number,
  into: Float64Array,
): void {
  let left = rows;
  for (const [k, group] of bins.entries()) {
    let sum = 0;
    if (group === null) sum = left;
    else for (const bin of group) sum += counts[bin]!;
    into[k] = sum;
    left -= sum;
  }
}
