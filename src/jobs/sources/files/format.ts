/** What a format of files must know: one port, an implementation a format. Pure. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { CellType } from '../../../scorer/scorer.ts';
import type { Chunk, FrozenInput, FrozenItem } from '../../chunk.ts';
import type { ChunkRelation } from '../source.ts';

export type FrozenFile = Extract<FrozenItem, { readonly kind: 'file' }>;
export type InputColumn = FrozenInput['columns'][number];

/** Bounds of a chunk of one file. */
export type ChunkBounds = Pick<Chunk, 'from' | 'to' | 'rows' | 'line'>;

/** What a look at header or footer tells. */
export interface FileShape {
  readonly columns: readonly InputColumn[];
  /** Where the file can be cut, where this tells it. */
  readonly layout: unknown;
  /** Makes what looks at every byte in the pass that hashes the file, where the layout takes that. */
  readonly scanner: (() => LayoutScanner) | null;
}

/** Finds a layout while bytes pass by. What was found is kept a piece at a time, so that a killed pass goes on. */
export interface LayoutScanner {
  update(bytes: Buffer): void;
  /** Ends a piece: answers what was found in it, as text. */
  endPiece(): string;
  /** Takes a piece as read that was ended before. */
  restore(found: string): void;
  /** The layout. Throws INPUT_INVALID where there is none, with the line. */
  finish(): unknown;
}

/** What a worker wants of a file. */
export interface WantedColumns {
  /** In order, with the types that the whole input has for them. */
  readonly columns: readonly InputColumn[];
  /** Of columns that the model reads. */
  readonly types: ReadonlyMap<string, CellType>;
  /** Those whose text is wanted as it is written, whether or not the model reads them. */
  readonly kept?: ReadonlySet<string>;
}

export interface TableFormat {
  /** Whether each row says which columns it has, so that files need not have the same. */
  readonly rowsNameColumns?: true;
  /** Reads header or footer. Throws INPUT_INVALID for a damaged file. */
  inspect(path: string): Promise<FileShape>;
  /** Rows, from its layout; null where it does not tell. */
  rows(layout: unknown): number | null;
  /** Cuts of at most `rows` rows, in order: the same for the same layout. */
  cut(layout: unknown, rows: number): ChunkBounds[];
  /** Makes a chunk a relation; `path` is where the file lies on this machine. */
  open(
    path: string,
    file: FrozenFile,
    chunk: Chunk,
    wanted: WantedColumns,
    db: DuckDBConnection,
  ): Promise<ChunkRelation>;
}
