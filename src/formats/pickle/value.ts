/**
 * Values that the data-only pickle machine produces. Names are records, never resolved; objects are records with
 * arguments and state; file-given keys only ever live in Maps. Shared references stay shared, so values may form
 * cycles: whoever walks them keeps track of where it is.
 */
export type PyValue =
  | null
  | boolean
  /** Python int within the safe range; a bigint outside it. */
  | PyInt
  | bigint
  | PyFloat
  | PyComplex
  /** Python str, and the `str` of Python 2 as Latin-1. */
  | string
  /** bytes and bytearray */
  | Uint8Array
  | PyList
  | PyTuple
  | PyDict
  | PySet
  | PyGlobal
  | PyObject
  | PyArray
  | PyScalar
  | PyDType;

/** ints and floats are kept apart: `1` and `1.0` are different labels. */
export interface PyInt {
  readonly type: 'int';
  readonly value: number;
}
export interface PyFloat {
  readonly type: 'float';
  readonly value: number;
}
export interface PyComplex {
  readonly type: 'complex';
  readonly real: number;
  readonly imaginary: number;
}
export interface PyList {
  readonly type: 'list';
  readonly items: PyValue[];
}
export interface PyTuple {
  readonly type: 'tuple';
  readonly items: readonly PyValue[];
}
/** Insertion order kept; look up with `dictGet`. A repeated key (never written by Python) counts as its last value. */
export interface PyDict {
  readonly type: 'dict';
  readonly entries: [PyValue, PyValue][];
  /** `collections.OrderedDict`, `defaultdict` or `Counter` where it is one of them. */
  readonly cls: PyGlobal | null;
}
export interface PySet {
  readonly type: 'set' | 'frozenset';
  readonly items: PyValue[];
}
/** A module attribute the file names, e.g. `numpy.log1p`. */
export interface PyGlobal {
  readonly type: 'global';
  readonly module: string;
  readonly name: string;
  readonly offset: number;
}
/**
 * The record of `cls(*args, **kwargs)` + `BUILD state` + APPENDS/SETITEMS; nothing was called. `slice`, `range`,
 * `functools.partial`, estimators, sparse matrices and pandas objects all come as this. Where the callable is itself
 * an object, `cls` is `<call>` of no module and `args` are the callable and its argument tuple.
 */
export interface PyObject {
  readonly type: 'object';
  /** Class or callable named by the file. */
  readonly cls: PyGlobal;
  readonly args: readonly PyValue[];
  readonly kwargs: PyDict | null;
  /** What BUILD gave: a dict, a (dict, slots dict) tuple, or anything else; null where nothing was built. */
  state: PyValue;
  /** Items appended or set on the object itself (list and dict subclasses). */
  readonly items: PyValue[];
  readonly entries: [PyValue, PyValue][];
  readonly offset: number;
}
/** numpy dtype, decoded from its record; never a fixed struct. */
export interface PyDType {
  readonly type: 'dtype';
  /** b i u f c U S O M m V */
  readonly code: string;
  /** Bytes an element, padding and sub-array included. */
  readonly itemSize: number;
  readonly littleEndian: boolean;
  readonly fields:
    | readonly { readonly name: string; readonly dtype: PyDType; readonly offset: number }[]
    | null;
  /** Shape of the sub-array each element is (`code` and byte order are then its base type's), or null. */
  readonly subShape: readonly number[] | null;
}
/** numpy ndarray (ndarray itself, a subclass, a masked array's data). Bytes are a view into the file where possible. */
export interface PyArray {
  readonly type: 'array';
  readonly dtype: PyDType;
  readonly shape: readonly number[];
  readonly fortran: boolean;
  /** Raw bytes, or the items of an object array in C order. */
  readonly data: Uint8Array | readonly PyValue[];
  /** One byte an element, 1 where masked, in the order of `data`; null for anything but a masked array. */
  readonly mask: Uint8Array | null;
  readonly offset: number;
}
/** numpy scalar such as `np.float64(0.5)`. */
export interface PyScalar {
  readonly type: 'scalar';
  readonly dtype: PyDType;
  readonly bytes: Uint8Array;
}

export type TypedPyValue = Exclude<PyValue, null | boolean | bigint | string | Uint8Array>;

/** Narrows to one of the tagged records. */
export function isType<T extends TypedPyValue['type']>(
  value: PyValue | undefined,
  type: T,
): value is Extract<TypedPyValue, { type: T }> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && value.type === type;
}

/** What a value is, in a few words for an error message. */
export function describeValue(value: PyValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'bigint') return 'a large int';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  switch (value.type) {
    case 'int':
      return `the int ${value.value}`;
    case 'float':
      return `the float ${value.value}`;
    case 'global':
      return `the name ${value.module}.${value.name}`;
    case 'object':
      return `an object of ${value.cls.module}.${value.cls.name}`;
    default:
      return `a ${value.type}`;
  }
}
