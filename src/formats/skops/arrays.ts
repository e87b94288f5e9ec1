import { elementCount, parseDType, shapeOfTuple } from '../numpy/dtype.ts';
import { pyDict, pyObject } from '../pickle/construct.ts';
import { decodeLatin1 } from '../pickle/text.ts';
import { isType, type PyArray, type PyScalar, type PyValue } from '../pickle/value.ts';
import { ZipArchive } from '../zip/archive.ts';
import { requireClass } from './containers.ts';
import type { SkopsNode } from './node.ts';
import type { NodeReader, SkopsReading } from './reading.ts';

/** Nodes of numpy and scipy (skops/io/_numpy.py, skops/io/_scipy.py). */

const ARRAYS = ['ndarray', 'matrix', 'memmap', 'recarray'].map((name) => `numpy.${name}`);
/** Kinds of scalar types by the beginning of their names; the digits are bits. */
const SCALARS: readonly (readonly [name: RegExp, code: string])[] = [
  [/^numpy\.(?:float(\d+)|half|single|double|longdouble)$/, 'f'],
  [/^numpy\.(?:int(\d+)|byte|short|intc|intp|int_|long|longlong)$/, 'i'],
  [/^numpy\.(?:uint(\d+)|ubyte|ushort|uintc|uintp|uint|ulong|ulonglong)$/, 'u'],
  [/^numpy\.(?:complex(\d+)|csingle|cdouble|clongdouble)$/, 'c'],
  [/^numpy\.bool_?$/, 'b'],
  [/^numpy\.str_$/, 'U'],
  [/^numpy\.bytes_$/, 'S'],
  [/^numpy\.datetime64$/, 'M'],
  [/^numpy\.timedelta64$/, 'm'],
  [/^numpy\.void$/, 'V'],
];

/** An array or a numpy scalar: a `.npy` file, or the nodes of an array of objects. */
export const readNdArrayNode: NodeReader = (node, reading) => {
  const type = node.text('type');
  if (type === 'json') {
    requireClass(node, ...ARRAYS);
    return objectArray(node, reading);
  }
  if (type !== 'numpy')
    throw node.corrupt(`an array of type ${JSON.stringify(type.slice(0, 20))}`, '"numpy" or "json"');
  const scalar = ARRAYS.includes(node.className) ? null : scalarCode(node);
  const array = reading.array(node.text('file'));
  return scalar === null ? array : scalarOf(node, array, scalar);
};

interface ScalarCode {
  readonly code: string;
  /** Bits of the type, or null where its name does not say. */
  readonly bits: number | null;
}

function scalarCode(node: SkopsNode): ScalarCode {
  for (const [name, code] of SCALARS) {
    const match = name.exec(node.className);
    if (match !== null) return { code, bits: match[1] === undefined ? null : Number(match[1]) };
  }
  throw node.unsafe('which is no type of numpy');
}

function scalarOf(node: SkopsNode, array: PyArray, { code, bits }: ScalarCode): PyScalar {
  const { dtype, shape, data } = array;
  const fits = dtype.code === code && (bits === null || bits === 8 * dtype.itemSize);
  if (shape.length > 0 || !fits || !(data instanceof Uint8Array))
    throw node.corrupt(`a ${node.className} of other data`, 'one element of that type');
  return { type: 'scalar', dtype, bytes: data };
}

/** Nested lists of nodes, as deep as the shape is long. */
function objectArray(node: SkopsNode, reading: SkopsReading): PyArray {
  const shape = shapeOfTuple(reading.value(node.get('shape'), node.offset), reading.budget, node.offset);
  const size = elementCount(shape, reading.budget, node.offset);
  let items = node.list('content').map((item) => reading.value(item, node.offset));
  const misfit = () =>
    node.corrupt(`items that do not fit the shape (${shape.join(', ')})`, 'one an element');
  for (const [axis, dimension] of shape.entries()) {
    if (items.length !== shape.slice(0, axis + 1).reduce((product, one) => product * one, 1)) throw misfit();
    if (axis === shape.length - 1 || dimension === 0) break;
    items = items.flatMap((item) => {
      if (!isType(item, 'list') || item.items.length !== shape[axis + 1]) throw misfit();
      return item.items;
    });
  }
  if (shape.length === 0 || items.length !== size) throw misfit();
  reading.budget.charge(8 * size, 'a numpy array', node.offset);
  const dtype = parseDType('O', node.offset);
  return { type: 'array', dtype, shape, fortran: false, data: items, mask: null, offset: node.offset };
}

export const readMaskedArrayNode: NodeReader = (node, reading) => {
  requireClass(node, 'numpy.ma.MaskedArray', 'numpy.ma.core.MaskedArray');
  const { fields } = node.object('content');
  const data = reading.value(fields.get('data'), node.offset);
  const mask = reading.value(fields.get('mask'), node.offset);
  if (!isType(data, 'array')) throw node.corrupt('data that is no array', 'an array');
  if (isType(mask, 'scalar') && mask.dtype.code === 'b' && mask.bytes[0] === 0) return data;
  const fits =
    isType(mask, 'array') &&
    mask.dtype.code === 'b' &&
    mask.data instanceof Uint8Array &&
    mask.shape.length === data.shape.length &&
    mask.shape.every((size, axis) => size === data.shape[axis]) &&
    (mask.fortran === data.fortran || data.shape.length < 2);
  if (!fits) throw node.corrupt('a mask of another shape', 'one byte an element');
  return { ...data, mask: mask.data as Uint8Array };
};

/** A dtype is the one of an empty array. */
export const readDTypeNode: NodeReader = (node, reading) => {
  requireClass(node, 'numpy.dtype');
  const array = reading.value(node.get('content'), node.offset);
  if (!isType(array, 'array')) throw node.corrupt('no array', 'an array of that type');
  return array.dtype;
};

const SPARSE = /^scipy\.sparse\.(?:\w+\.)?(bsr|coo|csc|csr|dia)_(matrix|array)$/;
const SPARSE_PARTS = ['data', 'indices', 'indptr', 'offsets', 'row', 'col'];

/** A `.npz` file as `scipy.sparse.save_npz` writes it: a zip archive in the archive. */
export const readSparseMatrixNode: NodeReader = (node, reading) => {
  const [, format] = SPARSE.exec(node.className) ?? [];
  if (format === undefined || node.text('type') !== 'scipy') throw node.unsafe('which is no sparse matrix');
  const { budget } = reading;
  const archive = new ZipArchive(reading.archive.read(node.text('file')), reading.codecs, budget);
  const part = (name: string): PyArray => reading.npy(archive.read(`${name}.npy`));
  const stated = part('format').data;
  const name = stated instanceof Uint8Array ? decodeLatin1(stated).replace(/\0+$/, '') : '';
  if (name !== format)
    throw node.corrupt(`a matrix of the format ${JSON.stringify(name.slice(0, 20))}`, format);
  const attributes = SPARSE_PARTS.filter((one) => archive.has(`${one}.npy`)).map(
    (one): [PyValue, PyValue] => [one, part(one)],
  );
  const state = pyDict([['_shape', part('shape')], ...attributes]);
  return { ...pyObject(reading.global(node), [], null, node.offset), state };
};
