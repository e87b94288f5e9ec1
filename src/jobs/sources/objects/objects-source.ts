/** Files that lie elsewhere, as a source: listed and read by ranges, in the formats of files. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../../core/errors.ts';
import { inputError } from '../../../duckdb/errors.ts';
import type { Chunk, FrozenInput } from '../../chunk.ts';
import type { FileFormat, SourceSpec } from '../../spec/spec.ts';
import { ColumnUnion } from '../files/columns.ts';
import { PIECE_BYTES } from '../files/digest.ts';
import { columnsOf, formatOfFiles } from '../files/files.ts';
import type { FileShape, FrozenFile, LayoutScanner, WantedColumns } from '../files/format.ts';
import { chunksOf, countRows } from '../files/layouts.ts';
import { formatOfName, onlyThese, partitionOf } from '../files/listing.ts';
import type { ChunkReader, ChunkRelation, FreezeOptions, JobSource } from '../source.ts';
import { wantedColumn } from '../wanted.ts';
import { fetchChunk, fetchHead } from './spans.ts';
import type { ObjectStore, StoredObject } from './store.ts';
import { ObjectWindow } from './window.ts';

export interface ObjectsOptions {
  readonly store: ObjectStore;
  readonly spec: SourceSpec;
  /** Where windows lie; a temporary one where there is none. */
  readonly folder: string | undefined;
  /** The source as a person would name it, without secrets. */
  readonly shown: string;
}

export class ObjectsSource implements JobSource {
  readonly #store: ObjectStore;
  readonly #spec: SourceSpec;
  readonly #shown: string;
  readonly #folder: string;
  #windows = 0;

  constructor({ store, spec, folder, shown }: ObjectsOptions) {
    this.#store = store;
    this.#spec = spec;
    this.#shown = shown;
    if (folder !== undefined) mkdirSync(folder, { recursive: true });
    this.#folder = mkdtempSync(join(folder ?? tmpdir(), 'objects-'));
  }

  async items(): Promise<readonly FrozenFile[]> {
    return (await this.#objects()).map((object) => ({ ...fileOf(object), digest: '' }));
  }

  async list(): Promise<FrozenInput> {
    const objects = await this.#objects();
    const union = new ColumnUnion((await this.#format(elementAt(objects, 0).uri)).rowsNameColumns);
    const { columns } = await this.#inspect(elementAt(objects, 0));
    union.add(elementAt(objects, 0).uri, columnsOf(columns, fileOf(elementAt(objects, 0))));
    return {
      items: objects.map((object) => ({ ...fileOf(object), digest: '' })),
      columns: union.columns,
      rows: null,
    };
  }

  /** What their store says of objects is what freezes them; only texts are read, for where their records are. */
  async freeze(options: FreezeOptions): Promise<FrozenInput> {
    const objects = await this.#objects();
    const format = await this.#format(elementAt(objects, 0).uri);
    const union = new ColumnUnion(format.rowsNameColumns);
    const shapes: FileShape[] = [];
    for (const object of objects) {
      options.signal.throwIfAborted();
      if (object.size === 0) throw new PlimsollError('INPUT_EMPTY', { path: object.uri });
      const shape = await this.#inspect(object);
      union.add(object.uri, columnsOf(shape.columns, fileOf(object)));
      shapes.push(shape);
    }
    const progress = progressOf(objects, options);
    const items: FrozenFile[] = [];
    for (const [index, object] of objects.entries()) {
      const scanner = elementAt(shapes, index).scanner?.() ?? null;
      if (scanner !== null) await this.#scan(object, scanner, options, progress);
      items.push({ ...fileOf(object), layout: scanner ? scanner.finish() : elementAt(shapes, index).layout });
    }
    return { items, columns: union.columns, rows: countRows(format, items, this.#shown) };
  }

  async chunks(frozen: FrozenInput, rows: number): Promise<readonly Chunk[]> {
    return chunksOf(await this.#format(frozen.items[0]?.path ?? ''), frozen, rows);
  }

  reader(
    frozen: FrozenInput,
    names: readonly string[],
    types: WantedColumns['types'],
    kept: WantedColumns['kept'] = new Set(),
  ): ChunkReader {
    const columns = names.map((name) => wantedColumn(frozen, name, this.#shown));
    return {
      open: (chunk, db) => this.#open(frozen, chunk, { columns, types, kept }, db),
    };
  }

  async close(): Promise<void> {
    this.#store.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #objects(): Promise<readonly StoredObject[]> {
    const objects = await this.#store.list();
    const uris = onlyThese(
      objects.map(({ uri }) => uri),
      this.#spec.only,
    );
    const wanted = new Set(uris);
    return objects.filter(({ uri }) => wanted.has(uri));
  }

  async #open(
    frozen: FrozenInput,
    chunk: Chunk,
    wanted: WantedColumns,
    db: DuckDBConnection,
  ): Promise<ChunkRelation> {
    const item = frozen.items[chunk.item];
    if (item?.kind !== 'file')
      throw new PlimsollError('INTERNAL', {
        action: 'reading a chunk',
        reason: `item ${chunk.item} is no object`,
      });
    const window = await this.#window(objectOf(item));
    try {
      const kind = this.#formatName(item.path);
      await fetchHead(window, item.size, kind, item.path);
      await fetchChunk(window, kind, chunk);
      const relation = await (await formatOfFiles(kind)).open(window.path, item, chunk, wanted, db);
      return { ...relation, close: () => relation.close().finally(() => window.close()) };
    } catch (error) {
      await window.close();
      throw named(error, window.path, item.path);
    }
  }

  async #inspect(object: StoredObject): Promise<FileShape> {
    const window = await this.#window(object);
    try {
      await fetchHead(window, object.size, this.#formatName(object.uri), object.uri);
      return await (await this.#format(object.uri)).inspect(window.path);
    } catch (error) {
      throw named(error, window.path, object.uri);
    } finally {
      await window.close();
    }
  }

  /** Shows all bytes to the scanner, a piece at a time; pieces that are known are not read again. */
  async #scan(
    object: StoredObject,
    scanner: LayoutScanner,
    { pieces, signal }: FreezeOptions,
    progress: (bytes: number) => void,
  ): Promise<void> {
    const id = `${object.uri}\n${object.version}`;
    for (let piece = 0; piece * PIECE_BYTES < object.size; piece += 1) {
      signal.throwIfAborted();
      const from = piece * PIECE_BYTES;
      const to = Math.min(from + PIECE_BYTES, object.size);
      const known = pieces.get(id, piece);
      if (known !== undefined) scanner.restore(known);
      else {
        for await (const bytes of this.#store.read(object, from, to))
          scanner.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
        await pieces.put(id, piece, scanner.endPiece());
      }
      progress(to - from);
    }
  }

  #window(object: StoredObject): Promise<ObjectWindow> {
    this.#windows += 1;
    return ObjectWindow.open(join(this.#folder, `window-${this.#windows}`), this.#store, object);
  }

  #format(uri: string): ReturnType<typeof formatOfFiles> {
    return formatOfFiles(this.#formatName(uri));
  }

  #formatName(uri: string): FileFormat {
    const format = this.#spec.format ?? formatOfName(URL.parse(uri)?.pathname ?? uri);
    if (format !== null) return format;
    const reason = `the name of ${uri} does not say a format: give --input-format`;
    throw new PlimsollError('SOURCE_INVALID', { where: `"${this.#shown}"`, reason });
  }
}

/** Reports bytes that were looked at, of those of all objects. */
function progressOf(
  objects: readonly StoredObject[],
  { onProgress }: FreezeOptions,
): (bytes: number) => void {
  const all = objects.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  return (bytes) => {
    done += bytes;
    onProgress(done, all);
  };
}

const fileOf = ({ uri, size, mtimeMs, version }: StoredObject): FrozenFile => ({
  kind: 'file',
  path: uri,
  size,
  mtimeMs,
  digest: version,
  partition: partitionOf(uri.replace(/[?#].*$/, '')),
});

const objectOf = ({ path, size, mtimeMs, digest }: FrozenFile): StoredObject => ({
  uri: path,
  size,
  mtimeMs,
  version: digest,
});

/** Formats name the file that they read; people know the object. */
function named(error: unknown, path: string, uri: string): unknown {
  const coded = inputError(path, error);
  if (!isPlimsollError(coded)) return coded;
  const details = Object.entries(coded.details).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll(path, uri) : value,
  ]);
  return new PlimsollError(coded.code, Object.fromEntries(details), { cause: error });
}
