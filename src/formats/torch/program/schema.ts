import { PlimsollError } from '../../../core/errors.ts';
import type { DType } from '../../../model/tensor.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { DocumentPlace, DocumentView } from '../../json/document-view.ts';
import type { TensorSize } from '../aten/value.ts';
import type { StorageView } from '../storage.ts';

/**
 * The document of an exported program: schema 8 of torch/_export/serde/schema.py, by the names of its fields. A union
 * is an object of one field.
 */

export const PROGRAM = 'the exported program';

const BFLOAT16 = 13;

/** ScalarType of the schema. */
const SCALAR_TYPES = new Map<number, Exclude<DType, 'string'>>([
  [1, 'uint8'],
  [2, 'int8'],
  [3, 'int16'],
  [4, 'int32'],
  [5, 'int64'],
  [6, 'float16'],
  [7, 'float32'],
  [8, 'float64'],
  [12, 'bool'],
  // What is computed in bfloat16 is computed in float32 here, which holds all its numbers.
  [BFLOAT16, 'float32'],
]);

/** Types that no graph here computes with, by the names that people know. */
const OTHER_TYPES = new Map<number, string>([
  [9, 'complex32'],
  [10, 'complex64'],
  [11, 'complex128'],
  [28, 'uint16'],
]);

export const documentRefusal = (place: DocumentPlace, field: string, found: string, wanted: string): Error =>
  new PlimsollError('READ_CORRUPT', {
    what: `${PROGRAM}, ${place.path === '' ? field : `${place.path}.${field}`}`,
    offset: place.offset,
    found,
    wanted,
  });

/** The one field of a union that is set. */
export function setField(union: DocumentView): string {
  const set = union.names().filter((name) => union.get(name) !== null || name === 'as_none');
  const [only] = set.length > 1 ? set.filter((name) => union.get(name) !== null) : set;
  if (only === undefined) throw union.wrong('', 'a union with one field');
  return only;
}

/** A type by its number. Throws MODEL_UNSUPPORTED for those that are not computed with. */
export function scalarType(number: number, where: string): Exclude<DType, 'string'> {
  const dtype = SCALAR_TYPES.get(number);
  if (dtype !== undefined) return dtype;
  const found = OTHER_TYPES.get(number) ?? `the type ${number}`;
  throw modelUnsupported({
    path: where,
    class: 'torch.Tensor',
    offset: 0,
    field: 'dtype',
    found,
    wanted: `${[...SCALAR_TYPES.values()].join(', ')} are`,
  });
}

/** What a program says of a tensor. */
export interface TensorMeta {
  readonly dtype: Exclude<DType, 'string'>;
  readonly shape: readonly TensorSize[];
}

/** Symbols as sympy writes them, and as people do. */
const normalized = (text: string): string =>
  text
    .replaceAll(/Symbol\('(\w+)'[^)]*\)/g, '$1')
    .replaceAll(/Integer\((-?\d+)\)/g, '$1')
    .replaceAll(' ', '');

/** A size: a number, or an expression of symbols. */
export function symbolicSize(size: DocumentView): TensorSize {
  const variant = setField(size);
  if (variant === 'as_int') return size.integer('as_int');
  const text = normalized(size.child(variant).text('expr_str'));
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** The type of a tensor as torch calls it, of types that are not computed with as well. */
export function torchTypeName(meta: DocumentView): string {
  const number = meta.integer('dtype');
  if (number === BFLOAT16) return 'bfloat16';
  return SCALAR_TYPES.get(number) ?? OTHER_TYPES.get(number) ?? `type ${number}`;
}

export function tensorMeta(meta: DocumentView, where: string): TensorMeta {
  return {
    dtype: scalarType(meta.integer('dtype'), where),
    shape: meta.children('sizes').map(symbolicSize),
  };
}

/** A tensor of a storage: every number of it stated. */
export function storageView(meta: DocumentView, where: string): StorageView {
  const plain = (size: DocumentView): number => size.integer('as_int');
  const dtype = meta.integer('dtype');
  return {
    dtype: dtype === BFLOAT16 ? 'bfloat16' : scalarType(dtype, where),
    shape: meta.children('sizes').map(plain),
    strides: meta.children('strides').map(plain),
    offset: plain(meta.child('storage_offset')),
  };
}
