import { beforeAll, describe, expect, test } from 'vitest';
import { loadContent } from '../../content/load.ts';
import { numpyFile } from '../../content/testing/numpy-files.ts';
import type { Signature, TensorSpec } from '../../model/signature.ts';
import { contentProtocols, hasContent } from './content.ts';
import { plain, plainRoutes } from './plain.ts';
import { NUMBER_COLUMNS, SIMPLE, target } from './testing/targets.ts';
import { v1 } from './v1.ts';
import { v2 } from './v2/v2.ts';

beforeAll(loadContent);

const taking = (dtype: TensorSpec['dtype'], ...shape: number[]): Signature => ({
  form: 'tensors',
  tensors: [{ name: 'x', dtype, shape }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [-1] }],
  classes: null,
});
const PAIRS = taking('float32', -1, 2);
const TRIPLES = taking('float32', -1, 3);
const TYPES = {
  bytes: 'application/octet-stream',
  npy: 'application/x-npy; charset=binary',
  npz: 'application/x-npz',
} as const;

function read(form: keyof typeof TYPES, signature: Signature, bytes: Uint8Array | string): unknown {
  const protocol = plainRoutes.content!({ 'content-type': TYPES[form] })!;
  const body = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  return protocol.decode(target(signature))(protocol.parse('', body));
}
const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const batch = (rows: number, shape: number[], ...values: number[]) => ({
  kind: 'tensors',
  rows,
  tensors: { x: { dtype: 'float32', shape, data: Float32Array.from(values) } },
});

describe('bytes of the one input', () => {
  test('are its rows, little-endian', () => {
    expect(read('bytes', PAIRS, floats(1, 2, 3, 4))).toEqual(batch(2, [2, 2], 1, 2, 3, 4));
    expect(read('bytes', taking('float32', -1, -1, 2), floats(1, 2, 3, 4))).toEqual(
      batch(1, [1, 2, 2], 1, 2, 3, 4),
    );
    expect(read('bytes', taking('bool', -1), Uint8Array.of(0, 7))).toMatchObject({
      tensors: { x: { data: Uint8Array.of(0, 1) } },
    });
  });
  test('are JSON where a client that names no media type sends it, also to a model of columns', () => {
    expect(read('bytes', PAIRS, ' {"rows": [[1, 2]]}\n')).toEqual(batch(1, [1, 2], 1, 2));
    expect(read('bytes', NUMBER_COLUMNS, '[[1, 2, 3]]')).toMatchObject({ kind: 'matrix', rows: 1 });
  });
  test.each([
    [
      'half a row',
      PAIRS,
      floats(1, 2, 3),
      'expected a whole number of rows of the input "x", float32 of shape [-1,2], which take 8 bytes each; got 12 bytes',
    ],
    ['nothing', PAIRS, new Uint8Array(), 'got 0 bytes'],
    ['two free dimensions', taking('float32', -1, -1, -1), floats(1), 'send application/x-npy'],
    [
      'several inputs',
      SIMPLE,
      floats(1),
      'the inputs INPUT0 (int32), INPUT1 (int32): send JSON, or application/x-npz',
    ],
    ['texts', taking('string', -1), floats(1), 'a model of one tensor of numbers'],
    [
      'another batch than a frozen one',
      taking('float32', 2, 2),
      floats(1, 2),
      'exactly 2 rows at a time, got 1',
    ],
    ['bytes for a table', NUMBER_COLUMNS, floats(1), 'this one has columns'],
  ])('%s is refused with what there is and what is wanted', (_, signature, bytes, message) => {
    expect(() => read('bytes', signature, bytes)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });
});

describe('files of NumPy', () => {
  test('give their values in the type of the input, one row with or without its batch dimension', () => {
    expect(read('npy', TRIPLES, numpyFile('fortran'))).toEqual(batch(2, [2, 3], 0, 1, 2, 3, 4, 5));
    expect(read('npy', TRIPLES, numpyFile('bigEndian'))).toEqual(batch(2, [2, 3], 0, 1, 2, 3, 4, 5));
    expect(read('npy', taking('float32', -1, 2, 3), numpyFile('doubles'))).toEqual(
      batch(1, [1, 2, 3], 0, 0.25, 0.5, 0.75, 1, 1.25),
    );
    expect(read('npy', taking('int64', -1, 3), numpyFile('bigEndian'))).toMatchObject({
      tensors: { x: { data: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n) } },
    });
    expect(read('npy', NUMBER_COLUMNS, numpyFile('fortran'))).toEqual({
      kind: 'matrix',
      rows: 2,
      width: 3,
      data: Float64Array.of(0, 1, 2, 3, 4, 5),
    });
  });
  test('give several inputs or columns by name, or in their order where they were saved without', () => {
    const two: Signature = {
      ...PAIRS,
      form: 'tensors',
      tensors: [
        { name: 'x', dtype: 'float32', shape: [-1, 3] },
        { name: 'z', dtype: 'int32', shape: [-1, 3] },
      ],
    };
    expect(read('npz', two, numpyFile('unnamed'))).toMatchObject({
      tensors: { x: { dtype: 'float32' }, z: { data: Int32Array.of(0, 1, 2, 3, 4, 5) } },
    });
    const columns = NUMBER_COLUMNS.columns.slice(0, 2).map((one, i) => ({ ...one, name: 'ab'.charAt(i) }));
    expect(read('npz', { ...NUMBER_COLUMNS, columns }, numpyFile('compressed'))).toMatchObject({
      data: Float64Array.of(1, 2, 3, 4),
    });
    expect(() => read('npz', two, numpyFile('compressed'))).toThrow(
      'array "b": the model has no such input; it has x, z',
    );
  });
  test.each([
    ['another shape', PAIRS, 'fortran', 'input "x": expected shape [-1,2], got [2,3]'],
    [
      'values that the type does not hold',
      taking('uint8', -1, 3),
      'doubles',
      'element 1: expected an integer between 0 and 255 (uint8), got float64 0.25',
    ],
    ['texts for numbers', taking('float32', -1), 'texts', 'got string a'],
    ['objects', PAIRS, 'objects', 'body: '],
  ] as const)('%s are refused', (_, signature, file, message) => {
    expect(() => read('npy', signature, numpyFile(file))).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });
});

test('an answer comes as a .npy file where one is asked for', () => {
  const protocol = plainRoutes.content!({ accept: 'application/x-npy' })!;
  const y = { dtype: 'float32', shape: [1], data: Float32Array.of(1.5) } as const;
  const answer = protocol.encode(target(PAIRS))({ y }, 1, 'r', null);
  expect(answer).toMatchObject({ type: 'application/x-npy' });
  expect(() => protocol.encode(target(PAIRS))({ y, z: y }, 1, 'r', null)).toThrow('several outputs, y, z');
});

test('every door that takes them answers in its own way', () => {
  const y = { dtype: 'float32', shape: [1], data: Float32Array.of(1.5) } as const;
  const answers = [plainRoutes, v1, v2].map((routes) => {
    const protocol = routes.content!({ 'content-type': TYPES.bytes })!;
    const options = protocol.responseOptions!(target(PAIRS))(null);
    return protocol.encode(target(PAIRS))({ y }, 1, 'r', options);
  });
  expect(answers[0]).toContain('"predictions":[1.5]');
  expect(answers[1]).toBe('{"predictions":[1.5]}');
  expect(answers[2]).toContain('"data":[1.5]');
});

test('headers of text ask for none of it', () => {
  const usual = [
    {},
    { accept: '*/*' },
    { 'content-type': 'application/json', accept: 'application/json' },
    { 'content-type': 'text/csv' },
  ];
  expect(usual.map(hasContent)).toEqual(usual.map(() => false));
  expect(usual.map(contentProtocols(plain).choose)).toEqual(usual.map(() => null));
  expect(hasContent({ 'content-type': 'APPLICATION/X-NPY' })).toBe(true);
});
