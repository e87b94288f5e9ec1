/** The source whose rows lie in files on this machine. */
import { elementAt } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { inputError } from '../../../duckdb/errors.ts';
import type { Chunk, FrozenInput } from '../../chunk.ts';
import type { FileFormat, SourceSpec } from '../../spec/spec.ts';
import type { ChunkReader, FreezeOptions, JobSource, OpenSource } from '../source.ts';
import { wantedColumn } from '../wanted.ts';
import { ColumnUnion } from './columns.ts';
import { digestInput } from './digest.ts';
import type { FileShape, FrozenFile, InputColumn, TableFormat, WantedColumns } from './format.ts';
import { assertUnchanged, type FileState, stateOf } from './input-file.ts';
import { chunksOf, countRows } from './layouts.ts';
import { formatOfName, type InputListing, listFiles, onlyThese, partitionOf } from './listing.ts';

const FORMATS: Readonly<Record<FileFormat, () => Promise<TableFormat>>> = {
  parquet: async () => (await import('./parquet.ts')).parquet,
  csv: async () => (await import('./csv/csv.ts')).csv,
  jsonl: async () => (await import('./jsonl/jsonl.ts')).jsonl,
  arrow: async () => (await import('./arrow/arrow.ts')).arrow,
};

/** Reads a format of files, wherever they come from: their bytes must lie on this machine when they are read. */
export const formatOfFiles = (format: FileFormat): Promise<TableFormat> => FORMATS[format]();

/** Opens files by path, pattern or folder; nothing is looked at before it is asked for. */
export const openFiles: OpenSource = async ({ source }) => new FilesSource(source);

const itemOf = async (path: string): Promise<FrozenFile> => {
  const { size, mtimeMs } = await stateOf(path);
  return { kind: 'file', path, size, mtimeMs, digest: '', partition: partitionOf(path) };
};

class FilesSource implements JobSource {
  readonly #source: SourceSpec;

  constructor(source: SourceSpec) {
    this.#source = source;
  }

  async items(): Promise<readonly FrozenFile[]> {
    const { paths } = await this.#files();
    return Promise.all(paths.map(itemOf));
  }

  /** Throws FILE_NOT_FOUND, SOURCE_INVALID (formats that are mixed or unknown), INPUT_INVALID about the first file. */
  async list(): Promise<FrozenInput> {
    const { format, paths } = await this.#files();
    const [items, reader] = [await Promise.all(paths.map(itemOf)), await formatOfFiles(format)];
    const union = new ColumnUnion();
    union.add(
      elementAt(paths, 0),
      columnsOf((await reader.inspect(elementAt(paths, 0))).columns, elementAt(items, 0)),
    );
    return { items, columns: union.columns, rows: null };
  }

  async freeze({ pieces, onProgress, signal }: FreezeOptions): Promise<FrozenInput> {
    const { format, paths } = await this.#files();
    const reader = await formatOfFiles(format);
    // What is wrong with a header or footer is said before hours are spent on hashing.
    const { columns, found, bytes } = await inspectAll(reader, paths, signal);
    const items: FrozenFile[] = [];
    let done = 0;
    for (const { file, state, shape } of found) {
      const scanner = shape.scanner?.() ?? null;
      const onBytes = (more: number): void => {
        done += more;
        onProgress(done, bytes);
      };
      const digest = await digestInput(file.path, state, { pieces, scanner, onBytes, signal });
      items.push({ ...file, digest, layout: scanner ? scanner.finish() : shape.layout });
    }
    return { items, columns, rows: countRows(reader, items, this.#source.uri) };
  }

  async chunks(frozen: FrozenInput, rows: number): Promise<readonly Chunk[]> {
    return chunksOf(await this.#format(frozen), frozen, rows);
  }

  reader(
    frozen: FrozenInput,
    names: readonly string[],
    types: WantedColumns['types'],
    kept: WantedColumns['kept'] = new Set(),
  ): ChunkReader {
    const wanted: WantedColumns = {
      columns: names.map((name) => wantedColumn(frozen, name, this.#source.uri)),
      types,
      kept,
    };
    return {
      open: async (chunk, db) => {
        const item = frozen.items[chunk.item];
        if (item?.kind !== 'file') throw notAFile(chunk.item);
        await assertUnchanged(item.path, item);
        try {
          return await (await this.#format(frozen)).open(item.path, item, chunk, wanted, db);
        } catch (error) {
          throw inputError(item.path, error);
        }
      },
    };
  }

  async close(): Promise<void> {
    // Nothing is held open between two calls.
  }

  async #files(): Promise<InputListing> {
    const { uri, format, only } = this.#source;
    const listing = await listFiles(uri, format);
    return { ...listing, paths: onlyThese(listing.paths, only) };
  }

  #format(frozen: FrozenInput): Promise<TableFormat> {
    const format = this.#source.format ?? formatOfName(frozen.items[0]?.path ?? '');
    if (format === null) throw notAFile(0);
    return formatOfFiles(format);
  }
}

interface Inspected {
  readonly file: FrozenFile;
  readonly state: FileState;
  readonly shape: FileShape;
}

/** Looks at header or footer of each file. Throws INPUT_INVALID where one is damaged or their columns do not go together. */
async function inspectAll(
  format: TableFormat,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ columns: InputColumn[]; found: Inspected[]; bytes: number }> {
  const union = new ColumnUnion(format.rowsNameColumns);
  const found: Inspected[] = [];
  let bytes = 0;
  for (const path of paths) {
    signal.throwIfAborted();
    const state = await stateOf(path);
    if (state.size === 0) throw new PlimsollError('INPUT_EMPTY', { path });
    const { size, mtimeMs } = state;
    const file: FrozenFile = { kind: 'file', path, size, mtimeMs, digest: '', partition: partitionOf(path) };
    const shape = await format.inspect(path);
    union.add(path, columnsOf(shape.columns, file));
    found.push({ file, state, shape });
    bytes += size;
  }
  return { columns: union.columns, found, bytes };
}

/** Columns of a file and of the folders it lies in. */
export const columnsOf = (columns: readonly InputColumn[], { partition }: FrozenFile): InputColumn[] => [
  ...columns,
  ...Object.keys(partition).map((name) => ({ name, type: 'VARCHAR' })),
];

const notAFile = (item: number): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: 'reading a chunk',
    reason: `item ${item} of the input is no file`,
  });
