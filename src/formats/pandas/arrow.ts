import { PlimsollError } from '../../core/errors.ts';
import { decodeUtf8 } from '../pickle/text.ts';
import { describeValue, isType, type PyObject, type PyValue } from '../pickle/value.ts';

/**
 * Arrow string arrays as pyarrow pickles them: `_restore_array((type, length, nulls, offset, buffers, children,
 * dictionary))`, alone or in a `chunked_array` (pyarrow/array.pxi; the buffers are those of
 * https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout).
 */

const WHAT = 'an Arrow string array';
/** Strings of one array: column names and categories are far fewer. */
const MAX_STRINGS = 2 ** 21;
/** Bytes of an offset, by type name. */
const OFFSET_BYTES = new Map([
  ['string', 4],
  ['utf8', 4],
  ['large_string', 8],
  ['large_utf8', 8],
]);

const corrupt = (object: PyObject, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset: object.offset, found, wanted });

/** Strings of an Arrow array (null where missing), or null where the value is no Arrow string array. */
export function arrowStrings(value: PyValue | undefined): (string | null)[] | null {
  if (!isType(value, 'object') || !value.cls.module.startsWith('pyarrow.')) return null;
  if (value.cls.name === '_restore_array') return restoreArray(value);
  if (value.cls.name !== 'chunked_array' || !isType(value.args[0], 'list')) return null;
  return chunkedStrings(value, value.args[0].items);
}

/** Chunks are plain arrays; a file may list one of them any number of times. */
function chunkedStrings(object: PyObject, chunks: readonly PyValue[]): (string | null)[] | null {
  const strings: (string | null)[] = [];
  for (const chunk of chunks) {
    if (!isType(chunk, 'object') || chunk.cls.name !== '_restore_array') return null;
    const found = restoreArray(chunk);
    if (found === null) return null;
    if (strings.length + found.length > MAX_STRINGS)
      throw corrupt(object, `more than ${MAX_STRINGS} strings`, 'names or categories');
    for (const text of found) strings.push(text);
  }
  return strings;
}

function restoreArray(object: PyObject): (string | null)[] | null {
  const [data] = object.args;
  const [type, length, , offset, buffers] = isType(data, 'tuple') ? data.items : [];
  const alias = isType(type, 'object') ? type.args[0] : undefined;
  const width = typeof alias === 'string' ? OFFSET_BYTES.get(alias) : undefined;
  if (width === undefined) return null;
  if (!isType(length, 'int') || !isType(offset, 'int') || !isType(buffers, 'list')) {
    throw corrupt(object, describeValue(data), 'a length, an offset and buffers');
  }
  if (length.value < 0 || length.value > MAX_STRINGS || offset.value < 0)
    throw corrupt(object, `${length.value} strings from ${offset.value}`, `zero to ${MAX_STRINGS}`);
  const [validity = null, offsets = null, text] = buffers.items.map(bufferBytes);
  return decode(object, {
    width,
    length: length.value,
    first: offset.value,
    validity,
    offsets,
    text: text ?? new Uint8Array(0),
  });
}

/** The bytes of `py_buffer(bytes)`; null for an absent buffer. */
function bufferBytes(value: PyValue): Uint8Array | null {
  const bytes = isType(value, 'object') ? value.args[0] : value;
  return bytes instanceof Uint8Array ? bytes : null;
}

interface Layout {
  readonly width: number;
  readonly length: number;
  readonly first: number;
  readonly validity: Uint8Array | null;
  readonly offsets: Uint8Array | null;
  readonly text: Uint8Array;
}

function decode(
  object: PyObject,
  { width, length, first, validity, offsets, text }: Layout,
): (string | null)[] {
  if (length === 0) return [];
  const wanted = (first + length + 1) * width;
  if (offsets === null || offsets.length < wanted)
    throw corrupt(object, `${offsets?.length ?? 0} bytes of offsets`, `${wanted} bytes`);
  if (validity !== null && validity.length * 8 < first + length)
    throw corrupt(object, `${validity.length} bytes of validity`, `a bit a string`);
  const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.byteLength);
  const at = (i: number): number =>
    width === 4 ? view.getInt32(4 * i, true) : Number(view.getBigInt64(8 * i, true));
  return Array.from({ length }, (_, index) => {
    const i = first + index;
    const [start, end] = [at(i), at(i + 1)];
    // Of missing strings too: offsets that went back there would let every other string be the whole text.
    if (start < 0 || end < start || end > text.length)
      throw corrupt(object, `a string from byte ${start} to ${end}`, `bytes below ${text.length}`);
    if (validity !== null && ((validity[i >> 3]! >> (i & 7)) & 1) === 0) return null;
    return decodeUtf8(text.subarray(start, end), WHAT, object.offset);
  });
}
