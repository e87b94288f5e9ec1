/** The profile of a file of reference data, made column by column: what is in memory does not grow with the columns. */
import type { TableColumn } from '../tables/cells.ts';
import { columnGroups } from '../tables/collect.ts';
import { openTable, type Table } from '../tables/table.ts';
import { checkReference, profileFeature } from './build.ts';
import type { FeatureProfile, ReferenceProfile } from './profile.ts';

export interface FileProfileOptions {
  /** Columns that are no features: the time, a key. */
  readonly without?: readonly string[];
  /** Columns of answers. */
  readonly outputs?: readonly string[];
  readonly source?: string;
  /** Called with the share that is done. */
  readonly progress?: (share: number) => void;
}

export interface FileProfile {
  readonly profile: ReferenceProfile;
  /** Of the file, with their types. */
  readonly columns: readonly TableColumn[];
}

/** Errors: REFERENCE_INVALID, and those of `openTable`. */
export async function profileFile(path: string, options: FileProfileOptions = {}): Promise<FileProfile> {
  const table = await openTable(path);
  try {
    return { profile: await profileTable(table, options), columns: table.columns };
  } finally {
    table.close();
  }
}

async function profileTable(table: Table, options: FileProfileOptions): Promise<ReferenceProfile> {
  const { without = [], outputs = [], progress } = options;
  const names = table.columns.map(({ name }) => name).filter((name) => !without.includes(name));
  const rows = await table.rows();
  checkReference(table.path, names.length, rows);
  const profiles = new Map<string, FeatureProfile>();
  for await (const group of columnGroups(table, names)) {
    for (const { name, column } of group) {
      profiles.set(name, profileFeature(name, column));
      progress?.(profiles.size / names.length);
    }
  }
  const side = (isOutput: boolean): FeatureProfile[] =>
    names.filter((name) => outputs.includes(name) === isOutput).map((name) => profiles.get(name)!);
  return {
    schema: 1,
    rows,
    source: options.source ?? 'file',
    features: side(false),
    outputs: side(true),
    joint: null,
  };
}
