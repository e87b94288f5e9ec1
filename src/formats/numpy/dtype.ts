import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { describeValue, isType, type PyDType, type PyValue } from '../pickle/value.ts';

/**
 * numpy dtypes from their pickled records: `numpy.dtype('f8', align, copy)` and the state of `dtype.__setstate__`
 * (numpy/_core/src/multiarray/descriptor.c, arraydescr_setstate).
 */

const WHAT = 'a numpy dtype';

/** Sizes that each kind may have; null is any (with the bytes a unit of the written number). */
const SIZES: Readonly<Record<string, readonly number[] | null>> = {
  b: [1],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  f: [2, 4, 8, 12, 16],
  c: [8, 16, 24, 32],
  M: [8],
  m: [8],
  O: [4, 8],
  S: null,
  U: null,
  V: null,
}; // prettier-ignore

/** Old one-letter names that may appear without a size. */
const LETTERS: Readonly<Record<string, string>> = {
  '?': 'b1',
  b: 'i1',
  B: 'u1',
  h: 'i2',
  H: 'u2',
  i: 'i4',
  I: 'u4',
  l: 'i8',
  L: 'u8',
  q: 'i8',
  Q: 'u8',
  e: 'f2',
  f: 'f4',
  d: 'f8',
  F: 'c8',
  D: 'c16',
  O: 'O8',
  M: 'M8',
  m: 'm8',
  S: 'S0',
  U: 'U0',
  V: 'V0',
}; // prettier-ignore

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

/** A dtype while its BUILD may still change it; readers see it as a PyDType. */
export type DTypeDraft = { -readonly [K in keyof PyDType]: PyDType[K] };

/**
 * A dtype as it is now. A file may BUILD it once more after an array or a record was made of it; what was checked
 * against the bytes must not change with it, and no record can come to hold itself.
 */
export const settled = (dtype: PyDType): PyDType => ({ ...dtype });

/** The dtype of a type string such as `f8`, `<i4`, `U7`, `M8[ns]`. */
export function parseDType(text: string, offset: number): PyDType {
  const match = /^([<>=|]?)([a-zA-Z?])(\d{0,9})(\[[^\]]*\])?$/.exec(text);
  const spelled =
    match === null || match[3] !== '' ? `${match?.[2]}${match?.[3]}` : (LETTERS[match[2]!] ?? '');
  const code = spelled[0] ?? '';
  const number = Number(spelled.slice(1));
  const sizes = Object.hasOwn(SIZES, code) ? SIZES[code] : undefined;
  if (match === null || sizes === undefined || (sizes !== null && !sizes.includes(number))) {
    throw corrupt(offset, `the type ${JSON.stringify(text.slice(0, 40))}`, 'a numpy type string');
  }
  const itemSize = code === 'U' ? 4 * number : code === 'O' ? 8 : number;
  return { type: 'dtype', code, itemSize, littleEndian: match[1] !== '>', fields: null, subShape: null };
}

/** `numpy.dtype(spec, align, copy)`: the spec is a type string, or a scalar class for records. */
export function makeDType(args: readonly PyValue[], offset: number): PyDType {
  const spec = args[0];
  if (typeof spec === 'string') return parseDType(spec, offset);
  if (isType(spec, 'global')) return { ...parseDType('V0', offset) };
  throw corrupt(offset, describeValue(spec), 'a type string');
}

/**
 * BUILD of a dtype with `(version, byte order, sub-array, names, fields, item size, alignment, flags[, metadata])`.
 * Fields may overlap or leave holes, but never reach past the item.
 */
export function buildDType(dtype: DTypeDraft, state: PyValue, budget: ReadBudget, offset: number): void {
  const items = isType(state, 'tuple') ? state.items : [];
  if (items.length < 6) throw corrupt(offset, describeValue(state), 'a dtype state of at least six items');
  const order = items[1];
  if (order !== '<' && order !== '>' && order !== '|' && order !== '=')
    throw corrupt(offset, describeValue(order), 'a byte order');
  dtype.littleEndian = order !== '>';
  const size = isType(items[5], 'int') ? items[5].value : -1;
  if (size >= 0 && 'USV'.includes(dtype.code)) dtype.itemSize = size;
  const [, , shape, names, fields] = items;
  if (shape !== undefined && shape !== null) buildSubArray(dtype, shape, budget, offset);
  if (names !== undefined && names !== null && fields !== undefined)
    dtype.fields = buildFields(dtype, names, fields, budget, offset);
}

function buildSubArray(dtype: DTypeDraft, pair: PyValue, budget: ReadBudget, offset: number): void {
  const [base, shape] = isType(pair, 'tuple') ? pair.items : [];
  if (!isType(base, 'dtype')) throw corrupt(offset, describeValue(base), 'the base type of a sub-array');
  const dims = shapeOfTuple(isType(shape, 'int') ? { type: 'tuple', items: [shape] } : shape, budget, offset);
  dtype.code = base.code;
  dtype.fields = base.fields;
  dtype.littleEndian = base.littleEndian;
  dtype.subShape = [...dims, ...(base.subShape ?? [])];
  dtype.itemSize = base.itemSize * elementCount(dims, budget, offset);
}

function buildFields(
  dtype: PyDType,
  names: PyValue,
  fields: PyValue,
  budget: ReadBudget,
  offset: number,
): PyDType['fields'] {
  if (!isType(names, 'tuple') || !isType(fields, 'dict'))
    throw corrupt(offset, describeValue(fields), 'names and fields of a record');
  budget.check('dtypeFields', names.items.length, WHAT, offset);
  const byName = new Map<PyValue, PyValue>(fields.entries);
  return names.items.map((name) => {
    const field = byName.get(name);
    const [type, at] = isType(field, 'tuple') ? field.items : [];
    if (typeof name !== 'string' || !isType(type, 'dtype') || !isType(at, 'int')) {
      throw corrupt(
        offset,
        describeValue(field),
        `a type and an offset for the field ${describeValue(name)}`,
      );
    }
    if (type === dtype || at.value < 0 || at.value + type.itemSize > dtype.itemSize) {
      throw corrupt(
        offset,
        `the field ${describeValue(name)} at byte ${at.value} of ${dtype.itemSize}`,
        'fields inside their record',
      );
    }
    return { name, dtype: settled(type), offset: at.value };
  });
}

/** A shape tuple as numbers. */
export function shapeOfTuple(value: PyValue | undefined, budget: ReadBudget, offset: number): number[] {
  if (!isType(value, 'tuple') && !isType(value, 'list'))
    throw corrupt(offset, describeValue(value), 'a shape');
  budget.check('dimensions', value.items.length, 'a numpy shape', offset);
  return value.items.map((item) => {
    if (!isType(item, 'int') || item.value < 0)
      throw corrupt(offset, describeValue(item), 'a dimension of zero or more');
    return item.value;
  });
}

/** Product of a shape, checked before anything is allocated. */
export function elementCount(shape: readonly number[], budget: ReadBudget, offset: number): number {
  const count = shape.includes(0) ? 0 : shape.reduce((product, dim) => product * dim, 1);
  budget.check('arrayElements', count, 'a numpy array', offset);
  return count;
}
