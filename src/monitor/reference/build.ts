/** Reference data → profile. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import { binCount, binnerOf } from './bin.ts';
import { categoryBins } from './categories.ts';
import { lengthOf, type NamedColumn } from './column.ts';
import { dependenceOf } from './dependence.ts';
import { FEATURES_MAX } from './limits.ts';
import { numericBins } from './numeric.ts';
import type { FeatureProfile, ReferenceProfile, ValueColumn } from './profile.ts';

export interface ProfileOptions {
  /** What the reference is called in errors, and where it comes from: `file`, `bundle`, `traffic`. */
  readonly source: string;
  /** Columns of answers. */
  readonly outputs?: readonly NamedColumn[];
  /** Values that stand for missing, by column. Looked for in columns that are not named. */
  readonly sentinels?: Readonly<Record<string, readonly number[]>>;
}

/** Columns are as long as each other. Throws REFERENCE_INVALID. */
export function buildProfile(columns: readonly NamedColumn[], options: ProfileOptions): ReferenceProfile {
  const outputs = options.outputs ?? [];
  const all = [...columns, ...outputs];
  const rows = all.length === 0 ? 0 : lengthOf(all[0]!.column);
  checkReference(options.source, all.length, rows);
  const profile = ({ name, column }: NamedColumn): FeatureProfile =>
    profileFeature(name, column, options.sentinels?.[name] ?? null);
  return {
    schema: 1,
    rows,
    source: options.source,
    features: columns.map(profile),
    outputs: outputs.map(profile),
    joint: null,
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

/** The profile of one column. */
export function profileFeature(
  name: string,
  column: ValueColumn,
  sentinels: readonly number[] | null = null,
): FeatureProfile {
  const { type, bins, ...more } =
    column.kind === 'number'
      ? { ...numericBins(column.values, column.nulls, sentinels), singletons: 0 }
      : { ...categoryBins(column.values), sentinels: [] };
  const rows = lengthOf(column);
  const found = new Uint8Array(rows);
  binnerOf({ bins, sentinels: more.sentinels })(column, 0, rows, found);
  const counts = new Array<number>(binCount(bins)).fill(0);
  for (let i = 0; i < rows; i++) counts[found[i]!]!++;
  const dependence = dependenceOf({ bins, counts }, found);
  return { name, type, bins, sentinels: more.sentinels, counts, dependence, singletons: more.singletons };
}
