import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { buildArray, emptyArray, pyBytesOf, rawArray, rawSize } from '../numpy/array.ts';
import { shapeOfTuple } from '../numpy/dtype.ts';
import { readNpy } from '../numpy/npy.ts';
import { className, objectState } from '../pickle/access.ts';
import { pyTuple } from '../pickle/construct.ts';
import type { PickleMachine } from '../pickle/machine.ts';
import { describeValue, isType, type PyArray, type PyObject, type PyValue } from '../pickle/value.ts';

/**
 * joblib's stand-ins for arrays. Since 0.10 the raw bytes follow the BUILD of a NumpyArrayWrapper inside the stream
 * (joblib/numpy_pickle.py); before, each array was a file beside the pickle (joblib/numpy_pickle_compat.py).
 */

const WRAPPER =
  /^(?:sklearn\.externals\.)?joblib\.numpy_pickle(?:_compat)?\.(NumpyArrayWrapper|NDArrayWrapper|ZNDArrayWrapper)$/;

/** Files beside the one being read, already unpacked. */
export interface SideFiles {
  /** The whole of a `.npy` file. */
  npy(name: string, offset: number): Uint8Array;
  /** The unpacked bytes of a `.npy.z` file. */
  zipped(name: string, offset: number): Uint8Array;
  /** Reads a pickle that lies inside a side file. */
  pickle(bytes: Uint8Array): PyValue;
}

const corrupt = (object: PyObject, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', {
    what: `joblib's ${object.cls.name}`,
    offset: object.offset,
    found,
    wanted,
  });

/** The array that a wrapper stands for, or undefined where the object is no wrapper. */
export function unwrapArray(object: PyObject, machine: PickleMachine, sides: SideFiles): PyValue | undefined {
  const kind = WRAPPER.exec(className(object))?.[1];
  if (kind === undefined) return undefined;
  if (kind === 'NumpyArrayWrapper') return readInline(object, machine);
  const name = objectState(object).get('filename');
  if (typeof name !== 'string') throw corrupt(object, describeValue(name), 'a file name');
  if (kind === 'NDArrayWrapper')
    return readNpy(sides.npy(name, object.offset), machine.budget, (bytes) => sides.pickle(bytes));
  return readZipped(object, sides.zipped(name, object.offset), machine.budget);
}

/** `read_array` of joblib: padding, then raw bytes in memory order; object arrays are a pickle of their own. */
function readInline(object: PyObject, machine: PickleMachine): PyArray {
  const state = objectState(object);
  const dtype = state.get('dtype');
  const order = state.get('order');
  if (!isType(dtype, 'dtype')) throw corrupt(object, describeValue(dtype), 'a dtype');
  if (order !== 'C' && order !== 'F')
    throw corrupt(object, `the order ${describeValue(order)}`, '"C" or "F"');
  const { budget, cursor } = machine;
  const shape = shapeOfTuple(state.get('shape'), budget, object.offset);
  machine.requireFrameEnd();
  if (dtype.code === 'O') {
    const array = machine.nested();
    if (!isType(array, 'array')) throw corrupt(object, describeValue(array), 'a pickled array');
    return array;
  }
  const alignment = state.get('numpy_array_alignment_bytes');
  if (alignment !== undefined && alignment !== null) skipPadding(machine);
  const data = cursor.take(
    rawSize(dtype, shape, budget, object.offset),
    `the data of joblib's ${object.cls.name}`,
  );
  return rawArray(dtype, shape, order === 'F', data, budget, object.offset);
}

/** One byte says how many bytes of 0xff come before the array, so that it can be mapped aligned. */
function skipPadding(machine: PickleMachine): void {
  const what = 'the padding of a joblib array';
  const size = machine.cursor.u8(what);
  const padding = machine.cursor.take(size, what);
  if (padding.some((byte) => byte !== 0xff)) {
    throw new PlimsollError('READ_CORRUPT', {
      what,
      offset: machine.cursor.offset - size,
      found: 'other bytes',
      wanted: `${size} bytes 0xff`,
    });
  }
}

/** The state of the array without its data, which is the side file. */
function readZipped(object: PyObject, data: Uint8Array, budget: ReadBudget): PyArray {
  const state = objectState(object).get('state');
  if (!isType(state, 'tuple')) throw corrupt(object, describeValue(state), 'the state of an array');
  const array = emptyArray(object.offset);
  buildArray(array, pyTuple([...state.items, pyBytesOf(data, object.offset)]), budget);
  return array;
}
