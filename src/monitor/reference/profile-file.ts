/** The profile of a file of reference data, made column by column: what is in memory does not grow with the columns. */

import { elementAt, valueInMap } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { DuplicateCounter } from '../quality/duplicate-counter.ts';
import { hashRows } from '../quality/row-hash.ts';
import { columnGroups } from '../tables/collect-columns.ts';
import { sourceColumn } from '../tables/list-measures.ts';
import type { FileColumn } from '../tables/table-cells.ts';
import { openTable, type TabularFile } from '../tables/tabular-file.ts';
import {
  checkReference,
  measuredTexts,
  profileFeature,
  sampleStretches,
  withTexts,
} from './build-profile.ts';
import { columnBinner } from './column-binner.ts';
import { buildJointProfile } from './joint-profile.ts';
import type { FeatureProfile, ReferenceProfile } from './reference-profile.ts';
import { deseasonalized, spannedWeeks, WEEKS_MIN } from './season.ts';

export interface FileProfileOptions {
  /** Columns that are no features: the time, a key. */
  readonly without?: readonly string[];
  /** Columns of answers. */
  readonly outputs?: readonly string[];
  readonly source?: string;
  /** Column of the times of rows, by which the hours of the week are told apart; null: they are not. */
  readonly season?: string | null;
  /** Called with the share that is done. */
  readonly progress?: (share: number) => void;
}

export interface FileProfile {
  readonly profile: ReferenceProfile;
  /** Of the file, with their types. */
  readonly columns: readonly FileColumn[];
}

/** Errors: REFERENCE_INVALID, and those of `openTable`. */
export async function profileFile(path: string, options: FileProfileOptions = {}): Promise<FileProfile> {
  const table = await openTable(path, 'measured');
  try {
    return { profile: await profileTable(table, options), columns: table.columns };
  } finally {
    table.close();
  }
}

async function profileTable(table: TabularFile, options: FileProfileOptions): Promise<ReferenceProfile> {
  const { without = [], season = null, progress } = options;
  const isNamed = (column: FileColumn, names: readonly string[]): boolean =>
    names.includes(column.name) || names.includes(sourceColumn(column));
  const names = table.columns.filter((column) => !isNamed(column, without)).map(({ name }) => name);
  const answers = table.columns.filter((column) => isNamed(column, options.outputs ?? []));
  const outputs = answers.map(({ name }) => name);
  const rows = await table.rows();
  checkReference(table.path, names.length, rows);
  const times = season === null ? null : await timesOf(table, season, rows);
  const inputs = names.filter((name) => !outputs.includes(name));
  const texts: ReturnType<typeof measuredTexts>[number][] = [];
  const profiles = new Map<string, FeatureProfile>();
  for await (const group of columnGroups(table, names)) {
    for (const { name, column } of group) {
      const profile = profileFeature(name, column, null, outputs.includes(name) ? null : times);
      profiles.set(name, profile);
      const place = inputs.indexOf(name);
      if (place >= 0) texts.push(...measuredTexts(profile, place, column));
      progress?.(profiles.size / names.length);
    }
  }
  const side = (isOutput: boolean): FeatureProfile[] =>
    names.filter((name) => outputs.includes(name) === isOutput).map((name) => valueInMap(profiles, name));
  const features = side(false);
  const { bins, duplicates } = await together(table, features, rows, times);
  return {
    schema: 1,
    rows,
    source: options.source ?? 'file',
    features,
    outputs: side(true),
    joint: withTexts(
      buildJointProfile(features, bins, profileFeature),
      texts.toSorted((a, b) => a.measures.feature - b.measures.feature),
    ),
    duplicates,
    ...(times === null ? {} : { season: 'week' }),
  };
}

/** Throws REFERENCE_INVALID where the times do not span enough weeks to compare their hours. */
async function timesOf(table: TabularFile, column: string, rows: number): Promise<Float64Array> {
  const times = new Float64Array(rows).fill(Number.NaN);
  for await (const { from, columns } of table.blocks([column])) {
    const [found] = columns;
    if (found?.kind === 'number') times.set(found.values, from);
  }
  const weeks = spannedWeeks(times);
  if (weeks >= WEEKS_MIN) return times;
  const problem = `the times of "${column}" span ${weeks === 0 ? 'no' : weeks.toFixed(1)} weeks, and hours of the week are compared from ${WEEKS_MIN} weeks on`;
  throw new PlimsollError('REFERENCE_INVALID', { source: table.path, problem });
}

/** What takes whole rows: bins of features beside each other, and how many rows come again. */
async function together(
  table: TabularFile,
  features: readonly FeatureProfile[],
  rows: number,
  times: Float64Array | null,
): Promise<{ readonly bins: Uint8Array[]; readonly duplicates: number }> {
  const binners = features.map(columnBinner);
  const parts: Uint8Array[][] = features.map(() => []);
  const repeats = new DuplicateCounter();
  const wanted = sampleStretches(rows);
  for await (const block of table.blocks(features.map(({ name }) => name))) {
    if (block.from < DUPLICATES_ROWS) repeats.add(hashRows(block.rows, block.columns));
    if (!wanted.some(({ from, to }) => block.from < to && block.from + block.rows > from)) continue;
    block.columns.forEach((column, j) => {
      const bins = new Uint8Array(block.rows);
      const hours = times?.subarray(block.from, block.from + block.rows) ?? null;
      const own = deseasonalized(elementAt(features, j), column, hours);
      if (own !== null) elementAt(binners, j)(own, 0, block.rows, bins);
      elementAt(parts, j).push(bins);
    });
  }
  return { bins: parts.map(joined), duplicates: repeats.share };
}

/** Rows among which repetitions are looked for. */
const DUPLICATES_ROWS = 100_000;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
