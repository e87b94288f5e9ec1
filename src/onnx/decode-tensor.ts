import { BigIntList, ByteList, type ProtoReader } from '../bytes/protobuf.ts';
import { PlimsollError } from '../core/errors.ts';
import { newTensor, TYPED_ARRAYS } from '../model/tensor.ts';
import type { DecodeBudget } from './budget.ts';
import { dtypeOf, elementBits, packedSize } from './dtype.ts';
import type { GraphTensor, SparseTensor } from './graph.ts';

/** Where a tensor's bytes lie outside the model file. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  /** Bytes wanted. */
  readonly length: number;
}

/** Fetches external bytes, or refuses. */
export type ReadExternal = (data: ExternalData) => Uint8Array;

/** What decoding a tensor needs besides its bytes. */
export interface TensorContext {
  readonly budget: DecodeBudget;
  readonly external: ReadExternal;
}

interface RawFields {
  name: string;
  elementType: number;
  shape: number[];
  raw: Uint8Array | null;
  floats: ByteList;
  doubles: ByteList;
  integers: BigIntList;
  strings: string[];
  external: Map<string, string>;
  isExternal: boolean;
}

/** One TensorProto with any of its storage forms; element counts always match the shape. */
export function readTensor(r: ProtoReader, context: TensorContext): { name: string; tensor: GraphTensor } {
  const start = r.offset;
  context.budget.record(start);
  const fields = readFields(r, context.budget);
  const count = elementCount(fields.shape);
  if (!Number.isSafeInteger(count))
    throw r.corrupt(`dimensions [${fields.shape}]`, 'a countable size', start);
  if (fields.elementType === 8) {
    if (fields.strings.length !== count) throw mismatch(r, start, fields, `${fields.strings.length} strings`);
    return { name: fields.name, tensor: { dtype: 'string', shape: fields.shape, data: fields.strings } };
  }
  const size = packedSize(fields.elementType, count);
  if (size === null)
    throw r.corrupt(`element type ${fields.elementType}`, 'a known TensorProto.DataType', start);
  const bytes = fields.isExternal
    ? context.external(externalRange(r, start, fields, size))
    : (fields.raw ?? typedBytes(fields, count));
  if (bytes.length !== size) throw mismatch(r, start, fields, `${bytes.length} bytes`);
  return { name: fields.name, tensor: fromBytes(fields.elementType, fields.shape, bytes) };
}

const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function readFields(r: ProtoReader, budget: DecodeBudget): RawFields {
  const f: RawFields = {
    name: '',
    elementType: 0,
    shape: [],
    raw: null,
    floats: new ByteList(),
    doubles: new ByteList(),
    integers: new BigIntList(),
    strings: [],
    external: new Map(),
    isExternal: false,
  };
  while (r.next()) readField(r, f, budget);
  return f;
}

function readField(r: ProtoReader, f: RawFields, budget: DecodeBudget): void {
  switch (r.field) {
    case 1:
      readDims(r, f.shape, budget);
      break;
    case 2:
      f.elementType = r.int();
      break;
    case 3:
      throw r.corrupt('a tensor segment', 'a whole tensor');
    case 4:
      r.fixed(4, f.floats);
      break;
    case 5:
    case 7:
    case 11:
      r.varints(f.integers, (count) => budget.varints(count, r.offset));
      break;
    case 6:
      budget.record(r.offset);
      f.strings.push(r.string());
      break;
    case 8:
      f.name = r.string();
      break;
    case 9:
      f.raw = r.bytes();
      break;
    case 10:
      r.fixed(8, f.doubles);
      break;
    case 13:
      readExternalEntry(r, f.external);
      break;
    case 14:
      f.isExternal = r.int() === 1;
      break;
    default:
      r.skip();
  }
}

/** Repeated int64 dimensions, each a size. */
function readDims(r: ProtoReader, into: number[], budget: DecodeBudget): void {
  const list = new BigIntList();
  const at = r.offset;
  r.varints(list, (count) => budget.varints(count, at));
  for (const size of list.toArray()) {
    if (size < 0n || size > 0x1fffffffffffffn) throw r.corrupt(`dimension ${size}`, 'a size', at);
    into.push(Number(size));
    if (into.length > budget.limits.onnxRank) throw budget.over('onnxRank', 'dimensions', into.length, at);
  }
}

/** Keys of the specification only: others once became attributes of the reader's own object (CVE-2026-34445). */
const EXTERNAL_KEYS = new Set(['location', 'offset', 'length', 'checksum']);

function readExternalEntry(r: ProtoReader, into: Map<string, string>): void {
  const m = r.message('an external data entry');
  let key = '';
  let value = '';
  while (m.next()) {
    if (m.field === 1) key = m.string();
    else if (m.field === 2) value = m.string();
    else m.skip();
  }
  if (!EXTERNAL_KEYS.has(key) || into.has(key)) {
    throw r.corrupt(`external data key "${key}"`, `each of ${[...EXTERNAL_KEYS].join(', ')} at most once`);
  }
  into.set(key, value);
}

function externalRange(r: ProtoReader, at: number, f: RawFields, size: number): ExternalData {
  const number = (key: string, fallback: number): number => {
    const text = f.external.get(key);
    if (text === undefined) return fallback;
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value))
      throw r.corrupt(`external data ${key} "${text}"`, 'a number of bytes', at);
    return value;
  };
  const length = number('length', size);
  if (length !== size)
    throw r.corrupt(`external data of ${length} bytes`, `${size} bytes for [${f.shape}]`, at);
  return { location: f.external.get('location') ?? '', offset: number('offset', 0), length };
}

/** Bytes of a tensor stored in the typed field that belongs to its element type (onnx.proto3, TensorProto). */
function typedBytes(f: RawFields, count: number): Uint8Array {
  if (f.elementType === 1 || f.elementType === 14) return f.floats.toArray();
  if (f.elementType === 11 || f.elementType === 15) return f.doubles.toArray();
  const bits = elementBits(f.elementType) ?? 8;
  const values = f.integers.toArray();
  // Elements below a byte are packed in the low byte of each entry.
  const width = Math.max(bits, 8) / 8;
  const wanted = bits < 8 ? Math.ceil((count * bits) / 8) : count;
  if (width === 8) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const out = new Uint8Array(values.length * width);
  if (values.length !== wanted) return out;
  const view = new DataView(out.buffer);
  for (let i = 0; i < values.length; i += 1) {
    const low = Number(BigInt.asIntN(32, values[i]!));
    if (width === 4) view.setInt32(i * 4, low, true);
    else if (width === 2) view.setInt16(i * 2, low, true);
    else view.setInt8(i, low);
  }
  return out;
}

function fromBytes(elementType: number, shape: readonly number[], bytes: Uint8Array): GraphTensor {
  const dtype = dtypeOf(elementType);
  if (dtype === null || dtype === 'string') return { dtype: 'packed', elementType, shape, data: bytes };
  const array = TYPED_ARRAYS[dtype];
  const width = array.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  const data = new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / width);
  return newTensor(dtype, shape, data);
}

function mismatch(r: ProtoReader, at: number, f: RawFields, found: string): PlimsollError {
  return r.corrupt(
    `${found} in tensor "${f.name}"`,
    `what type ${f.elementType} of shape [${f.shape}] takes`,
    at,
  );
}

/** SparseTensorProto; ONNX Runtime makes it dense, so its shape counts in full. */
export function readSparse(r: ProtoReader, context: TensorContext): SparseTensor {
  const at = r.offset;
  let values: { name: string; tensor: GraphTensor } | null = null;
  let indices: GraphTensor | null = null;
  const shape: number[] = [];
  while (r.next()) {
    if (r.field === 1) values = readTensor(r.message('sparse values'), context);
    else if (r.field === 2) indices = readTensor(r.message('sparse indices'), context).tensor;
    else if (r.field === 3) readDims(r, shape, context.budget);
    else r.skip();
  }
  if (values === null || indices === null) throw r.corrupt('a sparse tensor', 'values and indices', at);
  return { name: values.name, values: values.tensor, indices, shape };
}

/** Refuses every tensor that lies outside the file. */
export const noExternalData: ReadExternal = ({ location }) => {
  throw new PlimsollError('READ_UNSAFE', {
    what: 'an ONNX tensor',
    offset: 0,
    found: `its data lies in the file "${location}", and this reader is given one file`,
  });
};
