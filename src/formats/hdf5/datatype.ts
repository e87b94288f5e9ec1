import type { ByteCursor } from '../../bytes/cursor.ts';
import type { DType } from '../../model/tensor.ts';
import { corruptHdf5 } from './file-bytes.ts';

/** Type of the elements of a data set or an attribute. */
export type Hdf5Type =
  | {
      readonly kind: 'number';
      readonly dtype: Exclude<DType, 'string'>;
      readonly size: number;
      readonly little: boolean;
    }
  /** Two bytes that numpy has no type for; a file says so in an attribute. */
  | { readonly kind: 'opaque'; readonly size: number }
  | { readonly kind: 'fixed-string'; readonly size: number }
  | { readonly kind: 'string'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly name: string };

const WHAT = 'a data type';
const CLASSES = [
  'integer',
  'float',
  'time',
  'string',
  'bit field',
  'opaque',
  'compound',
  'reference',
  'enumeration',
  'variable length',
  'array',
]; // prettier-ignore
const FLOATS = new Map([
  [2, 'float16'],
  [4, 'float32'],
  [8, 'float64'],
] as const); // prettier-ignore
const INTEGERS = new Map([
  [1, ['uint8', 'int8']],
  [2, ['uint16', 'int16']],
  [4, ['uint32', 'int32']],
  [8, ['uint64', 'int64']],
] as const);
/** Width of the exponent of IEEE floats by their size: others are no IEEE floats. */
const EXPONENTS = new Map([
  [2, 5],
  [4, 8],
  [8, 11],
]); // prettier-ignore

/** Reads a datatype message (specification, section IV.A.2.d). What is no number and no string is `other`. */
export function readDatatype(cursor: ByteCursor): Hdf5Type {
  const at = cursor.offset;
  const head = cursor.u8(WHAT);
  const bits = cursor.u8(WHAT);
  cursor.advance(2, WHAT);
  const size = cursor.u32(WHAT);
  const name = CLASSES[head & 15];
  if (name === undefined) throw corruptHdf5(WHAT, at, `class ${head & 15}`, 'a class from 0 to 10');
  if (name === 'integer') return integer(size, bits);
  if (name === 'float') return float(cursor, size, bits);
  if (name === 'string') return { kind: 'fixed-string', size };
  if (name === 'opaque') return { kind: 'opaque', size };
  if (name === 'enumeration') return enumeration(cursor, size);
  if (name === 'variable length' && (bits & 15) === 1) return { kind: 'string', size };
  return { kind: 'other', size, name };
}

function integer(size: number, bits: number): Hdf5Type {
  const dtypes = INTEGERS.get(size as 1 | 2 | 4 | 8);
  if (dtypes === undefined) return { kind: 'other', size, name: `integer of ${size} bytes` };
  return { kind: 'number', dtype: dtypes[bits & 8 ? 1 : 0], size, little: (bits & 1) === 0 };
}

function float(cursor: ByteCursor, size: number, bits: number): Hdf5Type {
  cursor.advance(5, WHAT);
  const exponent = cursor.u8(WHAT);
  const dtype = FLOATS.get(size as 2 | 4 | 8);
  if (dtype === undefined || EXPONENTS.get(size) !== exponent)
    return { kind: 'other', size, name: `float of ${size} bytes with an exponent of ${exponent} bits` };
  return { kind: 'number', dtype, size, little: (bits & 1) === 0 };
}

/** h5py writes booleans as an enumeration of one byte. */
function enumeration(cursor: ByteCursor, size: number): Hdf5Type {
  const base = readDatatype(cursor);
  if (base.kind !== 'number' || size !== 1) return { kind: 'other', size, name: 'enumeration' };
  return { ...base, dtype: 'bool' };
}
