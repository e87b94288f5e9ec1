/**
 * Values that the data-only pickle machine produces. Names are records, never resolved; objects are records with
 * arguments and state; file-given keys only ever live in Maps. Shared references stay shared.
 */
export type PyValue =
  | null
  | boolean
  /** Python int within the safe range. */
  | PyInt
  | bigint
  | PyFloat
  | string
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
export interface PyList {
  readonly type: 'list';
  readonly items: PyValue[];
}
export interface PyTuple {
  readonly type: 'tuple';
  readonly items: readonly PyValue[];
}
/** Insertion order kept; string keys are looked up with `dictGet`. */
export interface PyDict {
  readonly type: 'dict';
  readonly entries: [PyValue, PyValue][];
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
/** The record of `cls(*args, **kwargs)` + `BUILD state` + APPENDS/SETITEMS; nothing was called. */
export interface PyObject {
  readonly type: 'object';
  /** Class or callable named by the file. */
  readonly cls: PyGlobal;
  readonly args: readonly PyValue[];
  readonly kwargs: PyDict | null;
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
  readonly itemSize: number;
  readonly littleEndian: boolean;
  readonly fields: readonly { readonly name: string; readonly dtype: PyDType; readonly offset: number }[] | null;
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
  readonly offset: number;
}
/** numpy scalar such as `np.float64(0.5)`. */
export interface PyScalar {
  readonly type: 'scalar';
  readonly dtype: PyDType;
  readonly bytes: Uint8Array;
}
