/** What was counted → violations, with a sentence each. Pure. */
import { elementAt } from '../../core/element-at.ts';

import { numberText } from '../../text/numbers.ts';
import { percent } from '../../text/percent.ts';
import { binCount, columnBinner } from '../reference/column-binner.ts';
import {
  BIN,
  type FeatureProfile,
  FIRST_REGULAR_BIN,
  type ReferenceProfile,
} from '../reference/reference-profile.ts';
import type { FeatureQuality, QualityState } from './quality-state.ts';
import type { QualityKind, QualityLimits, QualityViolation } from './quality-violation.ts';

/** Standard deviations by which a share must be beyond what is tolerated: it may be asked about at any time. */
const CHANCE = 4;
/** Chance of a run so long in rows like those of the reference, below which the column is frozen. */
const RUN_CHANCE = 1e-9;

export function qualityViolations(
  profile: ReferenceProfile,
  state: QualityState,
  limits: QualityLimits,
): readonly QualityViolation[] {
  if (state.rows === 0) return [];
  const features = profile.features.flatMap((feature, j) =>
    ofFeature(feature, elementAt(state.features, j), state.rows, limits),
  );
  return [...features, ...ofRepeats(profile, state, limits), ...ofClock(state)];
}

/** Columns that are missing, and those that the reference has not. */
export function schemaViolations(
  missing: readonly string[],
  extra: readonly string[],
  rows: number,
): readonly QualityViolation[] {
  const all = (feature: string, sentence: string): QualityViolation => ({
    kind: 'quality.schema',
    feature,
    row: rows > 0 ? 0 : null,
    rows,
    share: 1,
    sentence,
  });
  return [
    ...missing.map((name) => all(name, `${name} is missing: the reference has a column of that name`)),
    ...extra.map((name) => all(name, `${name} is a column that the reference has not`)),
  ];
}

function ofFeature(
  feature: FeatureProfile,
  found: FeatureQuality,
  rows: number,
  limits: QualityLimits,
): QualityViolation[] {
  const { name } = feature;
  const said = (kind: QualityKind, row: number, count: number, what: string): QualityViolation => {
    // A run may have begun before the rows that are looked at.
    const of = Math.max(rows, count);
    const share = count / of;
    const sentence = `${name}: ${numberText(count)} of ${numberText(of)} rows (${percent(share, 2)}) ${what}${rowText('first at', row)}`;
    return { kind, feature: name, row: known(row), rows: count, share, sentence };
  };
  const violations: QualityViolation[] = [];
  if (found.misfits > 0)
    violations.push(said('quality.type', found.misfit, found.misfits, `are no ${typeName(feature)}`));
  const range = ofRange(feature, found, rows, limits);
  if (range !== null) violations.push(said('quality.range', range.row, range.rows, range.what));
  const before = shareOf(feature, [BIN.null, BIN.nan]);
  if (isBeyond(found.missing, rows, before, feature, limits)) {
    const what = `have no value (${percent(before, 2)} in the reference)`;
    violations.push(said('quality.missing', -1, found.missing, what));
  }
  if (isBeyond(found.unseen, rows, expectedUnseen(feature), feature, limits)) {
    const what = 'have a value that the reference has not';
    violations.push(said('quality.unseen', found.firstUnseen, found.unseen, what));
  }
  if (isFrozen(feature, found, limits)) {
    const { longest, since, of } = found.run;
    const what = `in a row have the same value, ${typeof of === 'number' ? numberText(of) : JSON.stringify(of)}`;
    violations.push(said('quality.frozen', since, longest, what));
  }
  return violations;
}

const typeName = ({ type }: FeatureProfile): string => (type === 'number' ? 'number' : 'value of its type');

/** A single row that is far out counts; others when they are more than the next few extremes. */
function ofRange(feature: FeatureProfile, found: FeatureQuality, rows: number, limits: QualityLimits) {
  const { bins } = feature;
  if (found.beyond === 0 || (bins.kind !== 'quantiles' && bins.kind !== 'values')) return null;
  const [low, high] =
    bins.kind === 'quantiles'
      ? [bins.low, bins.high]
      : [elementAt(bins.values, 0), elementAt(bins.values, bins.values.length - 1)];
  const span = `${numberText(low)} to ${numberText(high)}`;
  const range = feature.season === undefined ? span : `${span} beside what is usual at the hour of the week`;
  // The next row is a new extreme with a chance of 2 in n + 1.
  const expected = Math.min(1, 2 / (sum(feature.counts) + 1)) + shareOf(feature, BEYOND);
  if (isBeyond(found.beyond, rows, expected, feature, limits))
    return { row: found.firstBeyond, rows: found.beyond, what: `are out of the reference's range, ${range}` };
  if (found.far === 0 || shareOf(feature, BEYOND) > 0) return null;
  return { row: found.firstFar, rows: found.far, what: `are far out of the reference's range, ${range}` };
}

const BEYOND = [BIN.negativeInfinity, BIN.positiveInfinity, BIN.below, BIN.above];

/** A share is more than expected by what is tolerated, and not by chance: neither of these rows nor of the reference's. */
function isBeyond(
  count: number,
  rows: number,
  expected: number,
  { dependence, counts }: FeatureProfile,
  { violations }: QualityLimits,
): boolean {
  if (count === 0) return false;
  const limit = expected + violations;
  // Nearly all rows of the reference are so: that all are is something only where that is no chance.
  if (limit >= 1) return count === rows && rows * Math.log(expected) < dependence * Math.log(RUN_CHANCE);
  const chance = 1 / rows + 1 / Math.max(1, sum(counts));
  return count / rows > limit + CHANCE * Math.sqrt(limit * (1 - limit) * dependence * chance);
}

/** By Good and Turing: as many as there are rows with a category that came once. */
const expectedUnseen = (feature: FeatureProfile): number =>
  shareOf(feature, [BIN.unseen]) + feature.singletons / Math.max(1, sum(feature.counts));

/** Whether the longest run of one value is longer than rows like those of the reference have by chance. */
export function isFrozen(
  feature: FeatureProfile,
  { run }: Pick<FeatureQuality, 'run'>,
  { frozenRows }: Pick<QualityLimits, 'frozenRows'>,
): boolean {
  if (run.longest < frozenRows || feature.bins.kind === 'presence') return false;
  const share = shareOfValue(feature, run.of);
  const rows = sum(feature.counts);
  // A value that nearly all rows have makes long runs by itself; how many others there are is known as well as they are many.
  const others = rows * (1 - share);
  const least = others - CHANCE * Math.sqrt(others);
  if (least <= 0) return false;
  const natural = share <= 0 ? 1 : Math.log(RUN_CHANCE) / Math.log1p(-least / rows);
  return run.longest >= natural * feature.dependence;
}

/** What a value is worth changes with the hours of a season: then it is in the fullest of bins. */
function shareOfValue(feature: FeatureProfile, value: number | string | null): number {
  if (feature.season !== undefined) return Math.max(...feature.counts.map((_, k) => shareOf(feature, [k])));
  const bin = new Uint8Array(1);
  const column =
    typeof value === 'number'
      ? ({ kind: 'number', values: Float64Array.of(value), nulls: null } as const)
      : ({ kind: 'category', values: [value] } as const);
  columnBinner(feature)(column, 0, 1, bin);
  return shareOf(feature, [elementAt(bin, 0)]);
}

function ofRepeats(
  { duplicates: before, features }: ReferenceProfile,
  { repeated }: QualityState,
  limits: QualityLimits,
): QualityViolation[] {
  // Rows of few features, or of few values, repeat by themselves; without the reference's share nothing is known.
  if (before === undefined || features.every(({ bins }) => binCount(bins) === FIRST_REGULAR_BIN + 1))
    return [];
  const limit = Math.min(1, before + limits.duplicates);
  const spread = Math.sqrt((limit * (1 - limit)) / Math.max(1, repeated.rows));
  if (repeated.share <= limit + CHANCE * spread) return [];
  const sentence = `${percent(repeated.share, 2)} of rows are exact repetitions of one before (${percent(before, 2)} in the reference)${rowText('since', repeated.since)}`;
  const rows = Math.round(repeated.share * repeated.rows);
  return [
    {
      kind: 'quality.duplicates',
      feature: null,
      row: known(repeated.since),
      rows,
      share: repeated.share,
      sentence,
    },
  ];
}

function ofClock({ clock }: QualityState): QualityViolation[] {
  const said = (row: number, rows: number, what: string): QualityViolation => ({
    kind: 'quality.clock',
    feature: null,
    row: known(row),
    rows,
    share: rows / clock.rows,
    sentence: `${numberText(rows)} of ${numberText(clock.rows)} rows (${percent(rows / clock.rows, 2)}) ${what}${rowText('first at', row)}`,
  });
  const found: QualityViolation[] = [];
  if (clock.backwards > 0)
    found.push(said(clock.firstBackwards, clock.backwards, 'have a time before that of a row before them'));
  if (clock.future > 0) found.push(said(clock.firstFuture, clock.future, 'have a time that is yet to come'));
  return found;
}

/** Which rows it were is not known where counts of many processes were added. */
const known = (row: number): number | null => (row < 0 ? null : row);
const rowText = (words: string, row: number): string => (row < 0 ? '' : `, ${words} row ${numberText(row)}`);

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const shareOf = ({ counts }: FeatureProfile, bins: readonly number[]): number =>
  bins.reduce((total, bin) => total + elementAt(counts, bin), 0) / Math.max(1, sum(counts));
