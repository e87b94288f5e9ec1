/** Tensors as `.npy` files (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0). Pure. */
import type { Tensor } from '../../model/tensor.ts';
import { bytesOfTensor } from './tensor-bytes.ts';

const DESCR = {
  float64: '<f8',
  float32: '<f4',
  float16: '<f2',
  int64: '<i8',
  uint64: '<u8',
  int32: '<i4',
  uint32: '<u4',
  int16: '<i2',
  uint16: '<u2',
  int8: '|i1',
  uint8: '|u1',
  bool: '|b1',
} as const;
/** The data begin at a multiple of this. */
const ALIGNMENT = 64;
/** Magic, version and length of the header. */
const START = 10;

/** Texts are of one length there: that of the longest, each character in 4 bytes. */
export function npyOfTensor(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const [descr, data] =
    tensor.dtype === 'string' ? fixedTexts(tensor.data) : [DESCR[tensor.dtype], bytesOfTensor(tensor)];
  const { shape } = tensor;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((START + dict.length + 1) / ALIGNMENT) * ALIGNMENT - START;
  const header = `${dict.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(START + length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(header), START);
  bytes.set(data, START + length);
  return bytes;
}

function fixedTexts(texts: readonly string[]): readonly [string, Uint8Array] {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const longest = points.reduce((most, { length }) => Math.max(most, length), 1);
  const padded = new Uint32Array(texts.length * longest);
  for (const [i, characters] of points.entries()) padded.set(characters, i * longest);
  return [`<U${longest}`, new Uint8Array(padded.buffer)];
}
