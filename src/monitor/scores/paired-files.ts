/** Two files as pairs of columns, with the types that the reference has. */
import type { ValueColumn } from '../reference/reference-profile.ts';
import { collectColumns, nameGroups } from '../tables/collect-columns.ts';
import type { FileColumn } from '../tables/table-cells.ts';
import { openTable, type TabularFile } from '../tables/tabular-file.ts';
import type { SampleColumn } from './sample-column.ts';

export interface NamedPair {
  readonly name: string;
  readonly reference: SampleColumn;
  /** Null where the current file has no column of the name. */
  readonly current: SampleColumn | null;
}

export interface PairedFiles {
  /** Columns of the reference that have a score: not lists, structures and the like. */
  readonly columns: readonly string[];
  /** As many columns at once as fit into memory. Errors: INPUT_INVALID. */
  pairs(names: readonly string[]): AsyncIterable<NamedPair>;
  close(): void;
}

/** Errors: FILE_NOT_FOUND, FILE_UNREADABLE, INPUT_INVALID. Call `close` at the end. */
export async function openColumnPairs(referencePath: string, currentPath: string): Promise<PairedFiles> {
  const reference = await openTable(referencePath, await typesOf(referencePath));
  try {
    const own = await typesOf(currentPath);
    const current = await openTable(currentPath, reference.columns);
    return twoFiles(reference, current, own);
  } catch (error) {
    reference.close();
    throw error;
  }
}

function twoFiles(reference: TabularFile, current: TabularFile, own: readonly FileColumn[]): PairedFiles {
  const columns = reference.columns.map(({ name }) => name);
  return {
    columns,
    pairs: async function* (names) {
      const [m, n] = [await reference.rows(), await current.rows()];
      for (const group of nameGroups(names, m + n)) {
        const there = group.filter((name) => !current.missing.includes(name));
        const others = new Map(
          (await collectColumns(current, there, n)).map(({ name, column }) => [name, column]),
        );
        for (const { name, column } of await collectColumns(reference, group, m)) {
          const other = others.get(name);
          yield {
            name,
            reference: sampleOf(name, column, reference.columns),
            current: other === undefined ? null : sampleOf(name, other, own),
          };
        }
      }
    },
    close: () => {
      reference.close();
      current.close();
    },
  };
}

/** Times are compared as the texts that they are in a file: no library here scores them as numbers. */
async function typesOf(path: string): Promise<readonly FileColumn[]> {
  const table = await openTable(path);
  table.close();
  return table.columns
    .filter(({ type }) => type !== 'other')
    .map((column) => (column.type === 'time' ? { ...column, type: 'text' } : column));
}

function sampleOf(name: string, column: ValueColumn, types: readonly FileColumn[]): SampleColumn {
  if (column.kind === 'category') return column;
  const integers = types.find((type) => type.name === name)?.integer ?? false;
  return { kind: 'number', values: column.values, integers };
}
