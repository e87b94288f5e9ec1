import { keysOf } from '../core/record.ts';
import type { DType } from '../model/tensor.ts';

/** TensorProto.DataType of every dtype (onnx.proto3, enum TensorProto.DataType). */
export const ELEMENT_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const satisfies Record<DType, number>;

const DTYPES = new Map<number, DType>(keysOf(ELEMENT_TYPE).map((dtype) => [ELEMENT_TYPE[dtype], dtype]));

/** dtype of an element type, or null where only graphs hold it (bfloat16, float8, int4, complex). */
export const dtypeOf = (elementType: number): DType | null => DTYPES.get(elementType) ?? null;

/** What an element type that only graphs hold is called (onnx.proto3, enum TensorProto.DataType, in lower case). */
const PACKED_NAMES = new Map([
  [14, 'complex64'],
  [15, 'complex128'],
  [16, 'bfloat16'],
  [17, 'float8e4m3fn'],
  [18, 'float8e4m3fnuz'],
  [19, 'float8e5m2'],
  [20, 'float8e5m2fnuz'],
  [21, 'uint4'],
  [22, 'int4'],
  [23, 'float4e2m1'],
  [24, 'float8e8m0'],
  [25, 'uint2'],
  [26, 'int2'],
]);

/** The name of an element type, for people. */
export const elementName = (elementType: number): string =>
  DTYPES.get(elementType) ?? PACKED_NAMES.get(elementType) ?? `element type ${elementType}`;

/** Bits an element of every type takes in `raw_data`; strings have none. 4-bit and 2-bit elements are packed. */
const BITS = new Map<number, number>([
  [1, 32],
  [2, 8],
  [3, 8],
  [4, 16],
  [5, 16],
  [6, 32],
  [7, 64],
  [9, 8],
  [10, 16],
  [11, 64],
  [12, 32],
  [13, 64],
  [14, 64],
  [15, 128],
  [16, 16],
  [17, 8],
  [18, 8],
  [19, 8],
  [20, 8],
  [21, 4],
  [22, 4],
  [23, 4],
  [24, 8],
  [25, 2],
  [26, 2],
]);

/** Bits of one element, or null for strings and for types nobody knows. */
export const elementBits = (elementType: number): number | null => BITS.get(elementType) ?? null;

/** Bytes that `count` elements take, or null as in `elementBits`. */
export function packedSize(elementType: number, count: number): number | null {
  const bits = BITS.get(elementType);
  return bits === undefined ? null : Math.ceil((count * bits) / 8);
}
