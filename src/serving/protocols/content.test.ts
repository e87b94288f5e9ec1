import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadContent } from '../../content/load.ts';
import { numpyFile } from '../../content/testing/numpy-files.ts';
import type { Signature, TensorSpec } from '../../model/signature.ts';
import { UNBOUNDED_CONTENT } from '../rows/content-codecs.ts';
import { npyOfTensor } from '../rows/write-npy.ts';
import { contentProtocols, hasContent } from './content.ts';
import { plain, plainRoutes } from './plain.ts';
import { NUMBER_COLUMNS, SIMPLE, target } from './testing/targets.ts';
import { v1 } from './v1.ts';
import { inputTensorsOf } from './v2/metadata.ts';
import { v2 } from './v2/v2.ts';

beforeAll(() => loadContent(UNBOUNDED_CONTENT));

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
  image: 'image/png',
  audio: 'audio/x-wav',
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

test.each([
  ['columns', NUMBER_COLUMNS],
  ['tensors', taking('float32', -1, -1)],
])('billions of rows that hold nothing are refused by a model of %s', (_, signature) => {
  const nothing = npyOfTensor({ dtype: 'float32', shape: [2 ** 32 - 1, 0], data: new Float32Array() });
  expect(() => read('npy', signature, nothing)).toThrow(
    expect.objectContaining({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('expected rows of elements, got 4294967295 of none'),
    }),
  );
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

/** 53 × 37 pixels; shrunk to 2 × 1 without filter. */
const PICTURE = readFileSync(join(import.meta.dirname, '../../../fixtures/images/rgb.png'));
const PICTURES: Signature = {
  form: 'tensors',
  tensors: [
    {
      name: 'x',
      dtype: 'uint8',
      shape: [-1, 1, 2, 3],
      content: {
        type: 'image',
        mode: 'RGB',
        dataFormat: 'channels_last',
        resize: { size: { height: 1, width: 2 }, resample: 'nearest', antialias: true },
        crop: null,
        rescaleFactor: null,
        mean: null,
        std: null,
      },
    },
  ],
  outputs: [{ name: 'y', dtype: 'float32', shape: [-1] }],
  classes: null,
};
const b64 = PICTURE.toString('base64');

describe('pictures', () => {
  const [protocol] = v2.protocols;
  const infer = (input: object, rest: Uint8Array = new Uint8Array()): unknown =>
    protocol!.decode(target(PICTURES))(
      protocol!.parse(JSON.stringify({ inputs: [{ name: 'x', datatype: 'BYTES', ...input }] }), rest),
    );
  let one: unknown;
  beforeAll(() => {
    one = read('image', PICTURES, PICTURE);
  });
  test('are one row alone, under any name of their type, or as bytes', () => {
    expect(one).toMatchObject({ rows: 1, tensors: { x: { dtype: 'uint8', shape: [1, 1, 2, 3] } } });
    expect(read('bytes', PICTURES, PICTURE)).toEqual(one);
  });
  test('are rows of a batch in base64, and elements of BYTES in V2', () => {
    const two = read('bytes', PICTURES, JSON.stringify({ instances: [{ b64 }, { x: { b64 } }] }));
    expect(two).toMatchObject({ rows: 2, tensors: { x: { shape: [2, 1, 2, 3] } } });
    expect(infer({ shape: [2, 1], data: [b64, b64] })).toEqual(two);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(PICTURE.length);
    const raw = Buffer.concat([length, PICTURE]);
    expect(infer({ shape: [1], parameters: { binary_data_size: raw.length } }, raw)).toEqual(one);
  });
  test.each<[string, () => unknown, string]>([
    [
      'a damaged one',
      () => read('image', PICTURES, PICTURE.subarray(0, 99)),
      'body: Cannot read a PNG image at byte 41',
    ],
    [
      'another among rows',
      () => read('bytes', PICTURES, JSON.stringify([{ b64 }, { b64: 'AAAA' }])),
      'row 1, input "x": Cannot read an image',
    ],
    [
      'a list after one',
      () =>
        read(
          'bytes',
          PICTURES,
          JSON.stringify([
            { b64 },
            [
              [
                [1, 2, 3],
                [4, 5, 6],
              ],
            ],
          ]),
        ),
      'row 1, input "x": expected a picture or a sound',
    ],
    [
      'one after a list',
      () =>
        read(
          'bytes',
          PICTURES,
          JSON.stringify([
            [
              [
                [1, 2, 3],
                [4, 5, 6],
              ],
            ],
            { b64 },
          ]),
        ),
      'row 1, input "x": expected a list',
    ],
    [
      'a text that is no base64',
      () => infer({ shape: [1], data: ['%'] }),
      "input 'x', element 0: expected base64",
    ],
    ['one for a table', () => read('image', NUMBER_COLUMNS, PICTURE), 'this one has columns'],
    ['one for several inputs', () => read('image', SIMPLE, PICTURE), 'send JSON with {"b64": "…"}'],
    ['one that nothing is declared of', () => read('image', PAIRS, PICTURE), 'which is no image'],
  ])('%s is refused', (_, act, message) => {
    expect(act).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });
  test('are announced by metadata', () => {
    expect(inputTensorsOf(PICTURES)).toEqual([
      { name: 'x', datatype: 'UINT8', shape: [-1, 1, 2, 3], parameters: { content_type: 'image/*' } },
    ]);
  });
});
