import type { Tensor } from '../../../model/tensor.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import type { ReadBudget } from '../../budget.ts';
import { className } from '../../pickle/access.ts';
import { pyObject } from '../../pickle/construct.ts';
import type { PickleMachine } from '../../pickle/machine.ts';
import { describeValue, isType, type PyObject, type PyValue } from '../../pickle/value.ts';
import { type StoredDType, tensorOfStorage } from '../storage.ts';

/** Tensors in pickles of torch: a call that rebuilds one from a storage, which lies outside of the pickle. */

/** Element types by the names of torch's storages; the others are shown, and not computed with. */
const STORAGES: ReadonlyMap<string, StoredDType> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
]);

/** Types of torch by their names: `torch.float32`, and the older ones beside them. */
export const TORCH_DTYPES: ReadonlyMap<string, StoredDType> = new Map([
  ...(
    ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'] as const
  ).map((name) => [name, name] as const),
  ['double', 'float64'],
  ['float', 'float32'],
  ['half', 'float16'],
  ['long', 'int64'],
  ['int', 'int32'],
  ['short', 'int16'],
]);

/** Where the bytes of storages are, by their keys. */
export interface StorageFile {
  storage(key: string): Uint8Array;
  readonly budget: ReadBudget;
}

/** The record of a storage: its class, and its key. */
const STORAGE = '<storage>';

/** What stands for a storage: `('storage', class, key, location, count)`, with a view of it in old files. */
export function storageRecord(id: PyValue, machine: PickleMachine): PyValue {
  const [kind, cls, key, , count, view = null] = isType(id, 'tuple') ? id.items : [];
  // Old containers write a class of modules with the path and the text of its source, which nothing here reads.
  if (kind === 'module' && isType(cls, 'global')) return cls;
  if (kind !== 'storage' || !isType(cls, 'global') || typeof key !== 'string' || !isType(count, 'int'))
    throw machine.corrupt(describeValue(id), 'the id of a storage of torch');
  if (view !== null) throw machine.corrupt('a storage that is a view of another', 'storages of their own');
  const named = { type: 'global', module: 'torch', name: STORAGE, offset: machine.at } as const;
  return pyObject(named, [cls, key, count], null, machine.at);
}

/** A tensor of a file: what it is, and its elements once they are asked for. */
export interface SavedTensor {
  /** `float32`; a type that is not computed with, by its own name. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Throws READ_CORRUPT, MODEL_UNSUPPORTED. */
  read(): Tensor;
}

const integersOf = (value: PyValue | undefined): readonly number[] | null => {
  const sizes = isType(value, 'object') && value.cls.name === 'Size' ? value.args[0] : value;
  if (!isType(sizes, 'tuple') && !isType(sizes, 'list')) return null;
  return sizes.items.map((item) => (isType(item, 'int') ? item.value : Number.NaN));
};

const REBUILD = /^torch\.(?:_utils|_tensor)\._rebuild_/;

/** The tensor that a value of a pickle is; null where it is none. */
export function savedTensor(
  value: PyValue | undefined,
  file: StorageFile,
  where: string,
): SavedTensor | null {
  if (!isType(value, 'object')) return null;
  const name = className(value);
  if (!REBUILD.test(name)) return null;
  const kind = name.replace(REBUILD, '');
  if (kind === 'parameter' || kind === 'parameter_with_state') return savedTensor(value.args[0], file, where);
  if (kind === 'from_type_v2') {
    // A subclass of Tensor: the function that rebuilds it, its class, and the arguments of the function.
    const [rebuild, , args] = value.args;
    if (!isType(rebuild, 'global') || !isType(args, 'tuple')) return null;
    return savedTensor(pyObject(rebuild, args.items, null, value.offset), file, where);
  }
  if (kind !== 'tensor' && kind !== 'tensor_v2' && kind !== 'tensor_v3')
    return unreadable(`a tensor of ${name}`, [], where);
  return viewOfStorage(value, kind, file, where);
}

function viewOfStorage(value: PyObject, kind: string, file: StorageFile, where: string): SavedTensor | null {
  const [storage, offset, sizes, strides] = value.args;
  const stated = kind === 'tensor_v3' ? value.args[6] : null;
  const [shape, steps] = [integersOf(sizes), integersOf(strides)];
  const isRecord = isType(storage, 'object') && storage.cls.name === STORAGE;
  if (!isRecord || shape === null || steps === null || !isType(offset, 'int')) return null;
  const [cls, key, count] = storage.args;
  if (!isType(cls, 'global') || typeof key !== 'string' || !isType(count, 'int')) return null;
  const dtype = isType(stated, 'global') ? TORCH_DTYPES.get(stated.name) : STORAGES.get(cls.name);
  const shown = isType(stated, 'global') ? stated.name : cls.name.replace(/Storage$/, '').toLowerCase();
  if (dtype === undefined) return unreadable(shown, shape, where);
  const view = { dtype, shape, strides: steps, offset: offset.value };
  return { dtype, shape, read: () => tensorOfStorage(file.storage(key), view, where, file.budget) };
}

/** A tensor of a type that is shown, and not computed with. */
export const unreadable = (dtype: string, shape: readonly number[], where: string): SavedTensor => ({
  dtype,
  shape,
  read() {
    const wanted = `${[...STORAGES.values()].join(', ')} are`;
    const details = { path: where, class: 'torch.Tensor', offset: 0, field: 'dtype', found: dtype, wanted };
    throw modelUnsupported(details);
  },
});
