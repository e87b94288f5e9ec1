/** Where rows come from. One port, one contract suite (`contract.ts`), an implementation a kind of source. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CellType } from '../../scorer/scorer.ts';
import type { Chunk, FrozenInput, FrozenItem } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';

/**
 * What was found in the pieces of files before, and a place to keep more: freezing goes on where a killed process left
 * off. `file` names a file in one state (path, size, times), so that nothing of a changed file is taken for it; `found`
 * is a short text: the digest, of text files with where their records begin (up to 1 MiB).
 */
export interface PieceStore {
  get(file: string, piece: number): string | undefined;
  put(file: string, piece: number, found: string): Promise<void>;
}

export interface FreezeOptions {
  readonly pieces: PieceStore;
  readonly onProgress: (bytes: number, of: number) => void;
  readonly signal: AbortSignal;
}

export interface JobSource {
  /** The items there are now, by what their names and their store say alone. */
  items(): Promise<readonly FrozenItem[]>;
  /** What there is now, cheap: no content is read beyond metadata. `digest` is '' where only reading would tell. */
  list(): Promise<FrozenInput>;
  /**
   * Reads what must be read to freeze it; text files are looked through for record bounds on the way. Throws
   * FILE_NOT_FOUND, INPUT_EMPTY, INPUT_INVALID (a damaged file, named), SOURCE_UNAVAILABLE.
   */
  freeze(options: FreezeOptions): Promise<FrozenInput>;
  /** The chunks of a frozen input: the same for the same input, wherever and whenever it is asked. */
  chunks(frozen: FrozenInput, rows: number): Promise<readonly Chunk[]>;
  /**
   * Reader for workers; `columns` are those wanted, in order. `types` are the scorer's, for columns that
   * the model reads: text is parsed by them, and a row with a cell that is no such value is unreadable. All others keep
   * the type they have in the source: text exactly as it is written, in CSV. So do those in `kept` (key, carried columns):
   * what is parsed of them stands beside, under a name that `Relation.parsed` tells.
   */
  reader(
    frozen: FrozenInput,
    columns: readonly string[],
    types: ReadonlyMap<string, CellType>,
    kept?: ReadonlySet<string>,
  ): ChunkReader;
  close(): Promise<void>;
}

export interface ChunkReader {
  /**
   * Makes the rows of a chunk a relation of `db`. Throws INPUT_CHANGED where the item is no longer what was frozen,
   * SOURCE_UNAVAILABLE (tried again by the caller), INPUT_INVALID where nothing of the chunk can be read.
   */
  open(chunk: Chunk, db: DuckDBConnection): Promise<ChunkRelation>;
}

export interface ChunkRelation {
  /** What can follow FROM, with the wanted columns in their own types; the same order of rows each time it is read. */
  readonly from: string;
  /** Columns that hold what was parsed of columns that are kept as they are written, by the names of those. */
  readonly parsed?: ReadonlyMap<string, string>;
  readonly rows: number;
  /** Rows that could not even be read, beside `rows`. */
  readonly unreadable: readonly UnreadableCell[];
  /** Where rows of the relation are, and their text. */
  locate(rows: readonly number[]): Promise<readonly RowPlace[]>;
  close(): Promise<void>;
}

export interface RowPlace {
  readonly path: string;
  /** From 1 in text files (the header is line 1), else null. */
  readonly line: number | null;
  /** Byte offset of the record in text files, else null. */
  readonly offset: number | null;
  /** Row of the file or chunk, from 0. */
  readonly row: number;
  /** The record as it stands there; a JSON object of the row where the source is no text. At most 64 KiB. */
  readonly raw: string;
}

export interface UnreadableCell extends RowPlace {
  readonly column: string | null;
  /** `encoding`, `number_type`, `row_length` … */
  readonly code: string;
  readonly reason: string;
}

/**
 * Opens the source of a spec. `secrets` fills what the spec leaves out of URIs; what must lie on this machine to be read
 * lies in `folder`, or in a temporary one, for as long as it is read. Throws USAGE, SOURCE_INVALID, SOURCE_UNAVAILABLE.
 */
export type OpenSource = (
  spec: Pick<JobSpec, 'source' | 'key'>,
  secrets: Readonly<Record<string, string>>,
  folder?: string,
) => Promise<JobSource>;
