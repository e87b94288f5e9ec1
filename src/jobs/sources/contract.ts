/** What every source must do, as tests. */

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { required } from '../../core/element-at.ts';
import type { CellType } from '../../scorer/scorer.ts';
import type { FrozenInput } from '../chunk.ts';
import type { FreezeOptions, JobSource, PieceStore, UnreadableCell } from './source.ts';

export interface SourceCase {
  readonly open: () => Promise<JobSource>;
  /** Columns wanted, and what the model takes in them. */
  readonly columns: readonly string[];
  readonly types?: ReadonlyMap<string, CellType>;
  /** All rows that can be read, in any order, as DuckDB gives them as JSON values. */
  readonly rows: readonly (readonly unknown[])[];
  /** Rows that cannot. */
  readonly unreadable?: number;
  /** Changes what is read, so that it is no longer what was frozen; the case is not used after it. */
  readonly change: () => Promise<void>;
}

/** Rows of a chunk in these tests, unless a test says otherwise. */
const CHUNK_ROWS = 7;

/** Keeps pieces for as long as the test runs. */
export function memoryPieces(): PieceStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: (file, piece) => kept.get(`${file} ${piece}`),
    put: async (file, piece, found) => void kept.set(`${file} ${piece}`, found),
  };
}

export const freezeOptions = (options: Partial<FreezeOptions> = {}): FreezeOptions => ({
  pieces: memoryPieces(),
  onProgress: () => undefined,
  signal: new AbortController().signal,
  ...options,
});

export interface ReadBack {
  readonly rows: unknown[][];
  readonly unreadable: UnreadableCell[];
}

/** Reads all chunks of a frozen input, each twice, and asserts that it is the same both times. */
export async function readAll(
  source: JobSource,
  frozen: FrozenInput,
  { columns, types = new Map() }: Pick<SourceCase, 'columns' | 'types'>,
  chunkRows = CHUNK_ROWS,
): Promise<ReadBack> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '300MB' });
  const db = await instance.connect();
  const reader = source.reader(frozen, columns, types);
  const back: ReadBack = { rows: [], unreadable: [] };
  try {
    for (const chunk of await source.chunks(frozen, chunkRows)) {
      const relation = await reader.open(chunk, db);
      const read = async (): Promise<unknown[][]> =>
        (await db.runAndReadAll(`SELECT * FROM ${relation.from}`)).getRowsJson() as unknown[][];
      const rows = await read();
      expect(rows).toHaveLength(relation.rows);
      expect(await read()).toEqual(rows);
      if (chunk.rows !== null) expect(relation.rows + relation.unreadable.length).toBe(chunk.rows);
      back.rows.push(...rows);
      back.unreadable.push(...relation.unreadable);
      await relation.close();
    }
  } finally {
    db.closeSync();
    instance.closeSync();
  }
  return back;
}

const sorted = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

/** Runs the suite over a source that `make` puts somewhere. */
export function sourceContract(name: string, make: () => Promise<SourceCase>): void {
  let here: SourceCase;
  let source: JobSource;
  let frozen: FrozenInput;
  beforeAll(async () => {
    here = await make();
    source = await here.open();
    frozen = await source.freeze(freezeOptions());
  });
  afterAll(() => source.close());

  test(`${name}: the rows of all chunks are the rows of the input, each once`, async () => {
    for (const chunkRows of [1, CHUNK_ROWS, 1_000_000]) {
      const { rows, unreadable } = await readAll(source, frozen, here, chunkRows);
      expect(sorted(rows)).toEqual(sorted(here.rows));
      expect(unreadable).toHaveLength(here.unreadable ?? 0);
      if (frozen.rows !== null) expect(rows.length + unreadable.length).toBe(frozen.rows);
    }
  });

  test(`${name}: freezing again gives the same input, and chunks are the same wherever they are asked for`, async () => {
    const other = await here.open();
    const again = await other.freeze(freezeOptions());
    expect(again).toEqual(frozen);
    const stored = JSON.parse(JSON.stringify(frozen)) as FrozenInput;
    const chunks = await source.chunks(frozen, CHUNK_ROWS);
    expect(await other.chunks(stored, CHUNK_ROWS)).toEqual(chunks);
    expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, i) => i));
    for (const { rows } of chunks) if (rows !== null) expect(rows).toBeGreaterThan(0);
    await other.close();
  });

  test(`${name}: wanted columns come in the order in which they are wanted`, async () => {
    const columns = here.columns.toReversed();
    const { rows } = await readAll(source, frozen, { ...here, columns });
    expect(sorted(rows)).toEqual(sorted(here.rows.map((row) => row.toReversed())));
  });

  test(`${name}: rows are found again, in the order asked`, async () => {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const db = await instance.connect();
    const [chunk] = await source.chunks(frozen, 1_000_000);
    const relation = await source
      .reader(frozen, here.columns, here.types ?? new Map())
      .open(required(chunk, 'a chunk'), db);
    const places = await relation.locate(
      Array.from({ length: relation.rows }, (_, i) => relation.rows - 1 - i),
    );
    expect(places).toHaveLength(relation.rows);
    const order = places.map(({ row }) => row);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    expect(new Set(places.map(({ row }) => row)).size).toBe(relation.rows);
    expect(await relation.locate([0])).toEqual([places.at(-1)]);
    expect(await relation.locate([])).toEqual([]);
    await relation.close();
    db.closeSync();
    instance.closeSync();
  });

  test(`${name}: a column that is not there is refused by name`, () => {
    expect(() => source.reader(frozen, ['no such column'], new Map())).toThrow(/"no such column"/);
  });

  test(`${name}: freezing stops when it is told to`, async () => {
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(source.freeze(freezeOptions({ signal }))).rejects.toThrow('stopped');
  });

  test(`${name}: what changed after it was frozen is not read`, async () => {
    const changing = await make();
    const opened = await changing.open();
    const then = await opened.freeze(freezeOptions());
    await changing.change();
    await expect(readAll(opened, then, changing)).rejects.toMatchObject({ code: 'INPUT_CHANGED' });
    await opened.close();
  });
}
