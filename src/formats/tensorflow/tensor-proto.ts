import { BigIntList, ByteList, type ProtoReader } from '../../bytes/protobuf.ts';
import type { PlimsollError } from '../../core/errors.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import type { GraphBudget } from './graph-budget.ts';
import { readShape, type TensorShape } from './shape-proto.ts';

/** TensorProto as it is stored: raw bytes, or values of its type, the last of which fills what is missing (tensor.proto). */
export interface TensorProto {
  /** DataType. */
  readonly type: number;
  readonly shape: TensorShape;
  readonly content: Uint8Array | null;
  readonly floats: Uint8Array;
  readonly doubles: Uint8Array;
  readonly ints: BigInt64Array;
  readonly texts: readonly string[];
}

/** DataType (types.proto) → dtype here; those that are absent have no kernel or no JSON. */
const DTYPE_OF: ReadonlyMap<number, DType> = new Map([
  [1, 'float32'],
  [2, 'float64'],
  [3, 'int32'],
  [4, 'uint8'],
  [5, 'int16'],
  [6, 'int8'],
  [7, 'string'],
  [9, 'int64'],
  [10, 'bool'],
  [17, 'uint16'],
  [19, 'float16'],
  [22, 'uint32'],
  [23, 'uint64'],
]);

/** bfloat16 is widened to float32 where it is read: no kernel here computes in it. */
const BFLOAT16 = 14;

/** Names of the other types, for messages. */
const OTHER_TYPES: ReadonlyMap<number, string> = new Map([
  [8, 'complex64'],
  [11, 'qint8'],
  [12, 'quint8'],
  [13, 'qint32'],
  [18, 'complex128'],
  [20, 'resource'],
  [21, 'variant'],
]);

export const dataTypeName = (type: number): string =>
  DTYPE_OF.get(type) ?? OTHER_TYPES.get(type) ?? (type === BFLOAT16 ? 'bfloat16' : `DataType ${type}`);

/** The dtype in which values of a type are computed here, or null. */
export const dtypeOfType = (type: number): DType | null =>
  type === BFLOAT16 ? 'float32' : (DTYPE_OF.get(type % 100) ?? null);

const VALUE_FIELDS: ReadonlySet<number> = new Set([7, 10, 11, 13, 16, 17]);

export function readTensorProto(r: ProtoReader, budget: GraphBudget): TensorProto {
  budget.record(r.offset);
  const floats = new ByteList();
  const doubles = new ByteList();
  const ints = new BigIntList();
  const texts: string[] = [];
  let type = 0;
  let shape: TensorShape = [];
  let content: Uint8Array | null = null;
  while (r.next()) {
    if (r.field === 1) type = r.int();
    else if (r.field === 2) shape = readShape(r.message('a TensorShapeProto'), budget);
    else if (r.field === 4) content = r.bytes();
    else if (r.field === 5) r.fixed(4, floats);
    else if (r.field === 6) r.fixed(8, doubles);
    else if (VALUE_FIELDS.has(r.field)) r.varints(ints, (count) => budget.numbers(count, r.offset));
    else if (r.field === 8) {
      budget.record(r.offset);
      texts.push(textOf(r.bytes()));
    } else r.skip();
  }
  const empty = content !== null && content.length === 0;
  return {
    type,
    shape,
    content: empty ? null : content,
    floats: floats.toArray(),
    doubles: doubles.toArray(),
    ints: ints.toArray(),
    texts,
  };
}

const utf8 = new TextDecoder('utf-8');
const textOf = (bytes: Uint8Array): string => utf8.decode(bytes);

/** Largest tensor that repeats one value: `np.zeros` of any size takes a few bytes in a file. */
const MAX_REPEATED = 2 ** 24;

/**
 * The tensor that a TensorProto stands for.
 *
 * @throws MODEL_INVALID where sizes contradict each other, MODEL_UNSUPPORTED for a type that nothing here computes
 */
export function tensorOfProto(proto: TensorProto, refuse: TensorRefusals, budget: GraphBudget): Tensor {
  const { type, shape } = proto;
  const dtype = dtypeOfType(type);
  if (dtype === null) throw refuse.unsupported(`a tensor of ${dataTypeName(type)}`);
  if (shape === null || shape.some((size) => size < 0)) throw refuse.invalid('a tensor of unknown shape');
  const count = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(count)) throw refuse.invalid(`a tensor of shape [${shape}]`);
  if (proto.content !== null) return fromBytes(type, shape, count, proto.content, refuse);
  if (count > MAX_REPEATED) throw refuse.invalid(`${count} elements without their bytes`);
  budget.bytes(8 * count, 'a constant', 0);
  return newTensor(dtype, shape, repeated(proto, dtype, count, refuse));
}

/** How a tensor is refused, by whoever knows where it stands. */
export interface TensorRefusals {
  readonly invalid: (found: string) => PlimsollError;
  readonly unsupported: (found: string) => PlimsollError;
}

/** Little-endian elements as a tensor; a view of the bytes where they lie as the array wants them. */
export function fromBytes(
  type: number,
  shape: readonly number[],
  count: number,
  bytes: Uint8Array,
  refuse: TensorRefusals,
): Tensor {
  const dtype = dtypeOfType(type);
  if (dtype === null || dtype === 'string') throw refuse.unsupported(`bytes of ${dataTypeName(type)}`);
  if (type === BFLOAT16) return { dtype: 'float32', shape, data: widened(bytes, count, refuse) };
  const ArrayType = TYPED_ARRAYS[dtype];
  if (bytes.length !== count * ArrayType.BYTES_PER_ELEMENT)
    throw refuse.invalid(`${bytes.length} bytes for ${count} elements of ${dtype}`);
  const aligned = bytes.byteOffset % ArrayType.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
  return newTensor(dtype, shape, new ArrayType(aligned.buffer as ArrayBuffer, aligned.byteOffset, count));
}

/** bfloat16 holds the upper half of a float32. */
function widened(bytes: Uint8Array, count: number, refuse: TensorRefusals): Float32Array {
  if (bytes.length !== 2 * count)
    throw refuse.invalid(`${bytes.length} bytes for ${count} elements of bfloat16`);
  const bits = new Uint32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i += 1) bits[i] = view.getUint16(2 * i, true) << 16;
  return new Float32Array(bits.buffer);
}

function repeated(proto: TensorProto, dtype: DType, count: number, refuse: TensorRefusals): Tensor['data'] {
  const given: ArrayLike<number | bigint | string> = valuesOf(proto, dtype);
  if (given.length > count) throw refuse.invalid(`${given.length} values for ${count} elements`);
  const fill = given.length > 0 ? given[given.length - 1] : undefined;
  const at = (i: number): number | bigint | string | undefined => (i < given.length ? given[i] : fill);
  if (dtype === 'string') return Array.from({ length: count }, (_, i) => String(at(i) ?? ''));
  const data = new TYPED_ARRAYS[dtype](count);
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < count; i += 1) {
    const value = at(i) ?? 0;
    if (wide) data[i] = BigInt(value);
    else data[i] = Number(value);
  }
  return data;
}

function valuesOf(proto: TensorProto, dtype: DType): ArrayLike<number | bigint | string> {
  if (dtype === 'string') return proto.texts;
  if (proto.type === BFLOAT16) {
    const bits = Uint32Array.from(proto.ints, (half) => Number(half & 0xffffn) << 16);
    return new Float32Array(bits.buffer);
  }
  if (dtype === 'float32') return new Float32Array(proto.floats.slice().buffer);
  if (dtype === 'float64') return new Float64Array(proto.doubles.slice().buffer);
  return proto.ints;
}
