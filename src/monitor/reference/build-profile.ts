/** Reference data → profile. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { binCounts } from '../../core/vector.ts';
import { categoryBins } from './category-bins.ts';
import { binCount, columnBinner } from './column-binner.ts';
import { estimateDependence } from './dependence.ts';
import { buildJointProfile } from './joint-profile.ts';
import { columnLength, type NamedColumn } from './named-column.ts';
import { numericBins } from './numeric-bins.ts';
import { FEATURES_MAX } from './profile-limits.ts';
import type { FeatureProfile, JointProfile, ReferenceProfile, ValueColumn } from './reference-profile.ts';
import { deseasonalized, estimateSeason, subtractSeason } from './season.ts';
import { profileTextMeasures } from './text-measures.ts';

export interface ProfileOptions {
  /** What the reference is called in errors, and where it comes from: `file`, `bundle`, `traffic`. */
  readonly source: string;
  /** Columns of answers. */
  readonly outputs?: readonly NamedColumn[];
  /** Values that stand for missing, by column. Looked for in columns that are not named. */
  readonly sentinels?: Readonly<Record<string, readonly number[]>>;
  /** Times of the rows, to compare features with the same hours of the week; null: they are not. */
  readonly times?: Float64Array | null;
}

/** Columns are as long as each other. Throws REFERENCE_INVALID. */
export function buildProfile(columns: readonly NamedColumn[], options: ProfileOptions): ReferenceProfile {
  const { outputs = [], times = null } = options;
  const all = [...columns, ...outputs];
  const rows = all.length === 0 ? 0 : columnLength(elementAt(all, 0).column);
  checkReference(options.source, all.length, rows);
  const profile = ({ name, column }: NamedColumn, hours: Float64Array | null): FeatureProfile =>
    profileFeature(name, column, options.sentinels?.[name] ?? null, hours);
  const features = columns.map((column) => profile(column, times));
  const own = columns.map(({ name, column }, j) => ({
    name,
    column: deseasonalized(elementAt(features, j), column, times),
  }));
  return {
    schema: 1,
    rows,
    source: options.source,
    features,
    outputs: outputs.map((column) => profile(column, null)),
    joint: withTexts(
      buildJointProfile(features, jointBins(features, own, rows), profileFeature),
      columns.flatMap(({ column }, j) => measuredTexts(elementAt(features, j), j, column)),
    ),
    ...(times === null ? {} : { season: 'week' }),
  };
}

/** Rows that are looked at together, in so many stretches spread over the reference. */
const JOINT_ROWS = 32_768;
const STRETCH = 2048;

/** First rows of the stretches. */
export function sampleStretches(rows: number): readonly { readonly from: number; readonly to: number }[] {
  if (rows <= JOINT_ROWS) return [{ from: 0, to: rows }];
  const count = JOINT_ROWS / STRETCH;
  return Array.from({ length: count }, (_, k) => {
    const from = Math.floor((k * (rows - STRETCH)) / (count - 1) / STRETCH) * STRETCH;
    return { from, to: from + STRETCH };
  });
}

function jointBins(
  features: readonly FeatureProfile[],
  columns: readonly NamedColumn[],
  rows: number,
): Uint8Array[] {
  const stretches = sampleStretches(rows);
  return features.map((feature, j) => {
    const bin = columnBinner(feature);
    const bins = new Uint8Array(stretches.reduce((sum, { from, to }) => sum + to - from, 0));
    let at = 0;
    for (const { from, to } of stretches) {
      bin(elementAt(columns, j).column, from, to, bins.subarray(at));
      at += to - from;
    }
    return bins;
  });
}

type MeasuredText = ReturnType<typeof profileTextMeasures>;

/** The measures of a feature that is text. */
export const measuredTexts = (
  feature: FeatureProfile,
  place: number,
  column: ValueColumn,
): readonly MeasuredText[] =>
  feature.type === 'text' && column.kind === 'category'
    ? [profileTextMeasures(feature, place, column, profileFeature)]
    : [];

/** What is derived of several features, and of texts; null of none. */
export function withTexts(joint: JointProfile | null, texts: readonly MeasuredText[]): JointProfile | null {
  if (texts.length === 0) return joint;
  return {
    projection: joint?.projection ?? null,
    texts: texts.map(({ measures }) => measures),
    features: [...(joint?.features ?? []), ...texts.flatMap(({ features }) => features)],
  };
}

/** Throws REFERENCE_INVALID where there is nothing to compare with. */
export function checkReference(source: string, columns: number, rows: number): void {
  const refuse = (problem: string): never => {
    throw new PlimsollError('REFERENCE_INVALID', { source, problem });
  };
  if (columns === 0) refuse('it has no columns');
  if (columns > FEATURES_MAX) refuse(`it has ${columns} columns, at most ${FEATURES_MAX} are supported`);
  if (rows === 0) refuse('it has no rows');
}

/** The profile of one column; with the times of its rows, of its values without their season. */
export function profileFeature(
  name: string,
  column: ValueColumn,
  sentinels: readonly number[] | null = null,
  times: Float64Array | null = null,
): FeatureProfile {
  if (times !== null && column.kind === 'number') {
    const season = estimateSeason(column, times);
    if (season !== null)
      return { ...profileFeature(name, subtractSeason(column, season, times), sentinels), season };
  }
  const { type, bins, ...more } =
    column.kind === 'number'
      ? { ...numericBins(column.values, column.nulls, sentinels), singletons: 0 }
      : { ...categoryBins(column.values), sentinels: [] };
  const rows = columnLength(column);
  const found = new Uint8Array(rows);
  columnBinner({ bins, sentinels: more.sentinels })(column, 0, rows, found);
  const counts = Array.from(binCounts(found, binCount(bins)));
  const dependence = estimateDependence({ bins, counts }, found);
  return { name, type, bins, sentinels: more.sentinels, counts, dependence, singletons: more.singletons };
}
