/** Captured columns as those of profiles. Pure. */

import type { CapturedBlock, CapturedColumn, CapturedValues } from '../../capture/block.ts';
import { elementAt } from '../../core/element-at.ts';
import { ATTRIBUTIONS } from '../drift/drawn-attributions.ts';
import { duplicateShare } from '../quality/duplicate-counter.ts';
import { binNames } from '../reference/bin-names.ts';
import { buildProfile, type ProfileOptions } from '../reference/build-profile.ts';
import { columnBinner } from '../reference/column-binner.ts';
import { type NamedColumn, numbersOrNull } from '../reference/named-column.ts';
import type { FeatureProfile, ReferenceProfile, ValueColumn } from '../reference/reference-profile.ts';
import { deseasonalized } from '../reference/season.ts';

const valueColumn = (values: CapturedValues): ValueColumn =>
  values instanceof Float64Array ? numbersOrNull(values) : { kind: 'category', values };

/** The columns of a block in the order of a profile; null where it has none of that name. */
export function blockColumns(
  profile: ReferenceProfile,
  { inputs, outputs }: Pick<CapturedBlock, 'inputs' | 'outputs'>,
): { readonly features: (ValueColumn | null)[]; readonly outputs: (ValueColumn | null)[] } {
  return { features: ordered(profile.features, inputs), outputs: ordered(profile.outputs, outputs) };
}

function ordered(
  features: readonly FeatureProfile[],
  columns: readonly CapturedColumn[],
): (ValueColumn | null)[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return features.map(({ name }) => {
    const column = byName.get(name);
    return column === undefined ? null : valueColumn(column.values);
  });
}

/** A profile with the share of its rows that repeat one before. Throws REFERENCE_INVALID. */
export function learnProfile(
  features: readonly NamedColumn[],
  { drawn = [], ...options }: ProfileOptions & { readonly drawn?: readonly (string | null)[] },
): ReferenceProfile {
  const built = buildProfile(features, options);
  const profile = { ...built, outputs: [...built.outputs, ...drawnProfile(drawn)] };
  const columns = features.map(({ column }) => column);
  return { ...profile, duplicates: duplicateShare(profile.rows, columns) };
}

/** What is watched of attributions: a category, of which a sample of rows is looked at. */
function drawnProfile(values: readonly (string | null)[]): readonly FeatureProfile[] {
  if (values.length === 0) return [];
  const column: ValueColumn = { kind: 'category', values };
  const [feature] = buildProfile([{ name: ATTRIBUTIONS, column }], { source: 'bundle' }).features;
  return feature?.type === 'category' ? [{ ...feature, sampled: true }] : [];
}

/** The names of the bins in which the values of a column are, at these times; null where the profile does not know the column. */
export function columnBinNames(
  profile: ReferenceProfile | null,
  { name, values }: CapturedColumn,
  times: Float64Array,
): readonly (string | null)[] | null {
  const feature = [...(profile?.features ?? []), ...(profile?.outputs ?? [])].find(
    (one) => one.name === name,
  );
  if (feature === undefined) return null;
  const bins = new Uint8Array(values.length);
  columnBinner(feature)(deseasonalized(feature, valueColumn(values), times), 0, values.length, bins);
  const names = binNames(feature);
  return Array.from(bins, (bin) => elementAt(names, bin));
}

/** The columns of several blocks, one after the other, as those of a reference: columns that all of them have. */
export function concatBlockColumns(
  blocks: readonly Pick<CapturedBlock, 'inputs' | 'outputs'>[],
  side: 'inputs' | 'outputs',
): readonly NamedColumn[] {
  const [first] = blocks;
  if (first === undefined) return [];
  return first[side].flatMap(({ name, values }) => {
    const isNumber = values instanceof Float64Array;
    const parts = blocks.map((block) => block[side].find((column) => column.name === name)?.values);
    if (parts.some((part) => part === undefined || part instanceof Float64Array !== isNumber)) return [];
    return [{ name, column: valueColumn(joined(parts as CapturedValues[])) }];
  });
}

function joined(parts: readonly CapturedValues[]): CapturedValues {
  if (!(parts[0] instanceof Float64Array)) return (parts as (readonly (string | null)[])[]).flat();
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts as Float64Array[]) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
