import { PlimsollError } from '../../core/errors.ts';
import type { ByteSource, ReadContext } from '../format.ts';
import type { ObjectFile } from '../object-file.ts';
import { notesOf, type PickleReading, readPickleValue, startReading } from '../pickle/read.ts';
import type { PyValue } from '../pickle/value.ts';
import { wholeFile } from '../whole-file.ts';
import { decompress, detectCompression } from './compression.ts';
import { type SideFiles, unwrapArray } from './wrappers.ts';

/** Longest name of a side file. */
const MAX_NAME = 255;

/** A plain file name: nothing that leads out of the folder. */
const isPlainName = (name: string): boolean =>
  name.length <= MAX_NAME && !/[/\\\0:]/.test(name) && name !== '.' && name !== '..' && name !== '';

/** One file being read: its pickle, its side files, and the pickles in those. */
class JoblibReader implements SideFiles {
  readonly reading: PickleReading;
  readonly #source: ByteSource;
  readonly #context: ReadContext;
  /** Whether any array of joblib's was met. */
  wrapped = false;

  constructor(source: ByteSource, context: ReadContext) {
    this.#source = source;
    this.#context = context;
    this.reading = startReading(context);
  }

  whole(source: ByteSource): Uint8Array {
    return wholeFile(source, this.reading.budget);
  }

  unpack(bytes: Uint8Array): { bytes: Uint8Array; compression: ObjectFile['compression'] } {
    const compression = detectCompression(bytes.subarray(0, 16));
    if (compression === null) return { bytes, compression };
    return { bytes: decompress(bytes, compression, this.#context.codecs, this.reading.budget), compression };
  }

  pickle(bytes: Uint8Array): PyValue {
    return readPickleValue(bytes, this.reading, (object, machine) => {
      const array = unwrapArray(object, machine, this);
      if (array !== undefined) this.wrapped = true;
      return array;
    });
  }

  #sibling(name: string, offset: number): Uint8Array {
    this.reading.budget.count('sideFiles', 'a side file', offset);
    const details = { what: 'a side file', offset, found: JSON.stringify(name.slice(0, 80)) };
    if (!isPlainName(name))
      throw new PlimsollError('READ_UNSAFE', { ...details, found: `the file name ${details.found}` });
    const source = this.#source.sibling(name);
    if (source === null)
      throw new PlimsollError('READ_CORRUPT', {
        ...details,
        found: `no file ${details.found}`,
        wanted: 'that file beside this one',
      });
    return this.whole(source);
  }

  npy(name: string, offset: number): Uint8Array {
    return this.#sibling(name, offset);
  }

  zipped(name: string, offset: number): Uint8Array {
    return this.unpack(this.#sibling(name, offset)).bytes;
  }
}

/**
 * Reads a pickle or a joblib file, compressed or not, with the files that old joblib wrote beside it. Nothing is
 * imported or called.
 * Errors: READ_TRUNCATED, READ_CORRUPT, READ_LIMIT, READ_UNSAFE, each with the byte offset in the unpacked stream.
 */
export function readObjectFile(source: ByteSource, context: ReadContext): ObjectFile {
  const reader = new JoblibReader(source, context);
  const { bytes, compression } = reader.unpack(reader.whole(source));
  const root = reader.pickle(bytes);
  const { budget, globals: named } = reader.reading;
  const { iterations } = context;
  const globals = named.list;
  const format = reader.wrapped || compression !== null ? 'joblib' : 'pickle';
  return { format, compression, root, globals, notes: notesOf(globals), budget, iterations };
}
