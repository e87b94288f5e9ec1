/** Whole columns of a table in memory, for what needs all rows of a column at once. */
import type { NamedColumn } from '../reference/named-column.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';
import type { TabularFile } from './tabular-file.ts';

/** Values of numbers and texts that are held at once. */
const CELLS_MAX = 24_000_000;

/** Columns in groups of which all rows fit into memory: the file is read once for each group. Missing columns are left out. */
export async function* columnGroups(
  table: TabularFile,
  names: readonly string[] = table.columns.map(({ name }) => name),
): AsyncIterable<readonly NamedColumn[]> {
  const rows = await table.rows();
  const there = names.filter((name) => !table.missing.includes(name));
  for (const group of nameGroups(there, rows)) yield await collectColumns(table, group, rows);
}

/** Names of columns of so many rows, as many at once as fit into memory. */
export function* nameGroups(names: readonly string[], rows: number): Iterable<readonly string[]> {
  const width = Math.max(1, Math.floor(CELLS_MAX / Math.max(1, rows)));
  for (let at = 0; at < names.length; at += width) yield names.slice(at, at + width);
}

/** The first `rows` rows of these columns; the table has as many. */
export async function collectColumns(
  table: TabularFile,
  names: readonly string[],
  rows: number,
): Promise<readonly NamedColumn[]> {
  const parts = names.map(() => null as Growing | null);
  for await (const block of table.blocks(names)) {
    block.columns.forEach((column, j) => {
      if (column === null) return;
      parts[j] ??= new Growing(column.kind, rows);
      parts[j].add(column, block.from);
    });
    if (block.from + block.rows >= rows) break;
  }
  return names.map((name, j) => ({ name, column: (parts[j] ?? new Growing('category', 0)).column() }));
}

/** A column of which the parts come one after the other. */
class Growing {
  #numbers: Float64Array | null;
  readonly #texts: (string | null)[] = [];
  #nulls: Uint8Array | null = null;
  /** Texts that were met, each once: categories come again and again, from block to block. */
  readonly #known = new Map<string, string>();

  readonly #rows: number;

  constructor(kind: ValueColumn['kind'], rows: number) {
    this.#rows = rows;
    this.#numbers = kind === 'number' ? new Float64Array(rows) : null;
  }

  add(column: ValueColumn, from: number): void {
    if (column.kind === 'category') {
      for (const text of column.values.slice(0, this.#rows - from))
        this.#texts.push(text === null ? null : this.#one(text));
      return;
    }
    this.#numbers ??= new Float64Array(this.#rows);
    this.#numbers.set(column.values.subarray(0, this.#rows - from), from);
    if (column.nulls === null) return;
    this.#nulls ??= new Uint8Array(this.#rows);
    this.#nulls.set(column.nulls.subarray(0, this.#rows - from), from);
  }

  #one(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size < 100_000) this.#known.set(text, text);
    return text;
  }

  column(): ValueColumn {
    return this.#numbers === null
      ? { kind: 'category', values: this.#texts }
      : { kind: 'number', values: this.#numbers, nulls: this.#nulls };
  }
}
