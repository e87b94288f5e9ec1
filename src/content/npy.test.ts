import { describe, expect, test } from 'vitest';
import { isPlimsollError } from '../core/errors.ts';
import { CODECS } from '../files/codecs.ts';
import { npyOfTensor } from '../serving/rows/write-npy.ts';
import { readNpyTensor, readNpz } from './npy.ts';
import { numpyFile } from './testing/numpy-files.ts';

const read = (bytes: Uint8Array) => readNpyTensor(bytes, () => 0);
const archive = (bytes: Uint8Array) => readNpz(bytes, CODECS, () => 0, Infinity);
/** A file with this header over these bytes. */
function fileOf(header: string, data: readonly number[] = [], version = 1): Uint8Array {
  const text = Buffer.from(header);
  return Uint8Array.from([
    0x93,
    ...Buffer.from('NUMPY'),
    version,
    0,
    text.length & 0xff,
    text.length >> 8,
    ...text,
    ...data,
  ]);
}
const dict = (descr: string, shape: string, fortran = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}}\n`;

test('arrays are read in row-major order, whatever order and endianness they were written in', () => {
  expect(read(numpyFile('fortran'))).toEqual({
    dtype: 'float32',
    shape: [2, 3],
    data: Float32Array.of(0, 1, 2, 3, 4, 5),
  });
  expect(read(numpyFile('bigEndian'))).toEqual({
    dtype: 'int16',
    shape: [2, 3],
    data: Int16Array.of(0, 1, 2, 3, 4, 5),
  });
  expect(read(numpyFile('doubles'))).toMatchObject({
    dtype: 'float64',
    data: Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.25),
  });
  expect(read(numpyFile('halves'))).toMatchObject({ dtype: 'float16', data: Uint16Array.of(0x3c00, 0x4100) });
  expect(read(numpyFile('texts'))).toEqual({ dtype: 'string', shape: [2], data: ['a', '€x'] });
});

test('archives give their arrays by name', () => {
  const arrays = archive(numpyFile('compressed'));
  expect([...arrays.keys()]).toEqual(['b', 'a']);
  expect(arrays.get('a')?.data).toEqual(Float64Array.of(1, 3));
});

test('what is written is read again, bit by bit', () => {
  for (const name of ['fortran', 'bigEndian', 'doubles', 'halves', 'texts'] as const) {
    const tensor = read(numpyFile(name));
    expect(read(npyOfTensor(tensor))).toEqual(tensor);
  }
  const scalar = { dtype: 'bool', shape: [], data: Uint8Array.of(1) } as const;
  expect(read(npyOfTensor(scalar))).toEqual(scalar);
  // NumPy's own file, but for blanks.
  expect(Buffer.from(npyOfTensor(read(numpyFile('doubles')))).equals(numpyFile('doubles'))).toBe(true);
});

describe('hostile files are refused before anything is allocated', () => {
  test.each([
    ['objects, which are a pickle', numpyFile('objects'), 'READ_CORRUPT'],
    ['complex numbers', numpyFile('complex'), 'READ_CORRUPT'],
    ['records', fileOf(dict("[('a', '<f4')]", '(1,)'), [0, 0, 0, 0]), 'READ_CORRUPT'],
    ['more elements than bytes', fileOf(dict("'<f4'", '(1000,)')), 'READ_TRUNCATED'],
    ['fewer elements than bytes', fileOf(dict("'|u1'", '(1,)'), [1, 2]), 'READ_CORRUPT'],
    ['a shape beyond all memory', fileOf(dict("'<f8'", '(1000000000, 1000000000)')), 'READ_LIMIT'],
    ['a negative size', fileOf(dict("'|u1'", '(-1,)')), 'READ_CORRUPT'],
    ['no dict', fileOf('[1]'), 'READ_CORRUPT'],
    ['a call', fileOf("__import__('os').system('true')"), 'READ_CORRUPT'],
    ['nothing', new Uint8Array(), 'READ_TRUNCATED'],
    ['a later version', fileOf(dict("'|u1'", '(0,)'), [], 9), 'READ_CORRUPT'],
    [
      'a header that is longer than the file',
      Uint8Array.from([0x93, ...Buffer.from('NUMPY'), 2, 0, 255, 255, 255, 127]),
      'READ_CORRUPT',
    ],
    ['nesting', fileOf(`${'('.repeat(60_000)}`), 'READ_'],
  ])('%s', (_, bytes, code) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: expect.stringContaining(code) }));
  });

  test('an archive that unpacks to more than there is room for', () => {
    // Each of its arrays alone would fit.
    expect(() => readNpz(numpyFile('compressed'), CODECS, () => 0, 800)).toThrow(
      expect.objectContaining({ code: 'READ_LIMIT' }),
    );
  });

  test('every truncation and every flipped bit of a file is read or refused with a code', () => {
    for (const name of ['fortran', 'compressed'] as const) {
      const file = numpyFile(name);
      const readIt = (bytes: Uint8Array) => (name === 'fortran' ? read(bytes) : archive(bytes));
      for (let at = 0; at < file.length; at++) {
        for (const bytes of [file.subarray(0, at), file.with(at, file[at]! ^ 0x15)]) {
          try {
            readIt(bytes);
          } catch (error) {
            expect(isPlimsollError(error) && error.code).not.toBe('INTERNAL');
            expect(isPlimsollError(error)).toBe(true);
          }
        }
      }
    }
  });
});
