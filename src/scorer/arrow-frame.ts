/** Columns of an Arrow record batch as a frame. */
import { Vector as ArrowVector, type Data, DataType, type RecordBatch } from 'apache-arrow';
import { PlimsollError } from '../core/errors.ts';
import { halfToNumber } from '../core/float.ts';
import type { ColumnFrame, ColumnVector, NumberArray } from './frame.ts';

/** Depth of lists in lists that a cell may have. */
const LIST_DEPTH_MAX = 16;
/** Elements of all lists of a column in one batch: their bounds are the host's word. */
const LIST_ELEMENTS_MAX = 2 ** 26;

/**
 * The columns `names` of a batch; numbers are views of it, not copies. Throws INPUT_COLUMNS where one is missing, or of a
 * type that no cell of a model can be.
 */
export function frameOfBatch(batch: RecordBatch, names: readonly string[]): ColumnFrame {
  const { fields } = batch.schema;
  const columns = names.map((name) => {
    const at = fields.findIndex((field) => field.name === name);
    const data = batch.data.children[at];
    if (data === undefined)
      throw columnAbsent(
        name,
        fields.map((field) => field.name),
      );
    if (data.length !== batch.numRows)
      throw foreign(name, `of ${data.length} rows in a batch of ${batch.numRows}`);
    return vectorOf(data, name);
  });
  return { rows: batch.numRows, columns };
}

/** INPUT_COLUMNS for a column that is not among those that are there. */
export function columnAbsent(name: string, there: readonly string[]): PlimsollError {
  const problem = `missing ${JSON.stringify(name)}; there is ${there.map((one) => JSON.stringify(one)).join(', ')}`;
  return new PlimsollError('INPUT_COLUMNS', { problem });
}

function vectorOf(data: Data, name: string): ColumnVector {
  const { type, values, length } = data;
  if (DataType.isInt(type) && type.bitWidth === 64)
    return { kind: 'bigints', values: values as BigInt64Array, valid: validOf(data) };
  if (DataType.isInt(type)) return { kind: 'numbers', values: values as NumberArray, valid: validOf(data) };
  if (DataType.isFloat(type)) {
    const numbers = type.precision === 0 ? Float64Array.from(values as Uint16Array, halfToNumber) : values;
    return { kind: 'numbers', values: numbers as NumberArray, valid: validOf(data) };
  }
  if (DataType.isBool(type))
    return { kind: 'bools', values: bytesOf(values as Uint8Array, length), valid: validOf(data) };
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return { kind: 'texts', values: textsOf(data) };
  if (DataType.isDecimal(type)) return { kind: 'numbers', values: decimalsOf(data), valid: validOf(data) };
  if (DataType.isNull(type)) return { kind: 'texts', values: new Array<null>(length).fill(null) };
  if (DataType.isDictionary(type)) return dictionaryOf(data, name);
  if (isList(type)) return { kind: 'lists', values: listsOf(data, name) };
  throw foreign(name, type);
}

function foreign(name: string, type: DataType | string): PlimsollError {
  const problem = `${JSON.stringify(name)} is ${type}; numbers, texts, booleans or lists of them were wanted: cast it in the source`;
  return new PlimsollError('INPUT_COLUMNS', { problem });
}

/** One byte a row, 1 where there is a value; null where there is one in each. */
const validOf = ({ nullCount, nullBitmap, length }: Data): Uint8Array | null =>
  nullCount === 0 ? null : bytesOf(nullBitmap, length);

/** Bits, least significant first, as bytes. */
function bytesOf(bits: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (bits[i >> 3]! >> (i & 7)) & 1;
  return bytes;
}

function textsOf(data: Data): (string | null)[] {
  const { values, valueOffsets, length } = data;
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const valid = validOf(data);
  return Array.from({ length }, (_, i) =>
    valid?.[i] === 0 ? null : bytes.toString('utf8', Number(valueOffsets[i]), Number(valueOffsets[i + 1])),
  );
}

/** Powers of ten that float64 holds. */
const EXACT_POWERS_MAX = 22;

/** Correctly rounded: by one division where both sides are exact, else from the digits. */
function decimalsOf({ type, values, length }: Data): Float64Array {
  const { scale, bitWidth } = type as DataType & { scale: number; bitWidth: number };
  const words = bitWidth / 64;
  const parts = new BigUint64Array(values.buffer, values.byteOffset, length * words);
  return Float64Array.from({ length }, (_, i) => {
    let unscaled = 0n;
    for (let word = words - 1; word >= 0; word--) unscaled = (unscaled << 64n) | parts[i * words + word]!;
    const signed = BigInt.asIntN(bitWidth, unscaled);
    const number = Number(signed);
    return Number.isSafeInteger(number) && scale >= 0 && scale <= EXACT_POWERS_MAX
      ? number / 10 ** scale
      : Number(`${signed}e${-scale}`);
  });
}

/** The words of a dictionary are read once, then taken for each row. */
function dictionaryOf(data: Data, name: string): ColumnVector {
  const words = data.dictionary?.data ?? [];
  const cells = words.flatMap((chunk) => {
    const vector = vectorOf(chunk, name);
    if (vector.kind !== 'texts') throw foreign(name, data.type);
    return vector.values.slice(0, chunk.length);
  });
  const valid = validOf(data);
  const { length, values } = data;
  const texts = Array.from({ length }, (_, i) =>
    valid?.[i] === 0 ? null : (cells[Number(values[i])] ?? null),
  );
  return { kind: 'texts', values: texts };
}

const isList = (type: DataType): boolean =>
  DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);

function listsOf(data: Data, name: string): unknown[] {
  let leaf: DataType = data.type;
  let depth = 0;
  for (; isList(leaf); leaf = leaf.children[0]!.type) depth++;
  if (depth > LIST_DEPTH_MAX || !isLeaf(leaf)) throw foreign(name, data.type);
  let left = LIST_ELEMENTS_MAX;
  const nested = (value: unknown): unknown => {
    if (!(value instanceof ArrowVector)) return value;
    left -= value.length;
    if (left < 0) throw foreign(name, `lists of more than ${LIST_ELEMENTS_MAX} elements in one batch`);
    return Array.from(value, nested);
  };
  const vector = new ArrowVector([data]);
  return Array.from({ length: data.length }, (_, i) => nested(vector.get(i)));
}

const isLeaf = (type: DataType): boolean =>
  DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type) || DataType.isUtf8(type);
