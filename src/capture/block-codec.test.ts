import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../bytes/crc32.ts';
import { runs } from '../core/testing/runs.ts';
import type { CapturedBlock } from './block.ts';
import { decodeBlock, encodeBlock } from './block-codec.ts';
import { BLOCK_LIMITS } from './block-limits.ts';

const SMALL: CapturedBlock = {
  worker: 'a1/2',
  epoch: 3,
  seq: 4,
  endpoint: 'churn',
  model: 'churn',
  version: 7,
  from: 1000.5,
  to: 2000,
  rows: 2,
  requests: 5,
  rowsSeen: 50,
  dropped: 1,
  inputs: [
    { name: 'age', values: Float64Array.of(31, Number.NaN) },
    { name: 'city', values: ['Zürich', null] },
  ],
  outputs: [{ name: 'predict', values: ['yes', 'yes'] }],
  meta: {
    at: Float64Array.of(1000.5, 2000),
    requestId: ['r-1', 'r-2'],
    row: Uint32Array.of(0, 9),
    unit: [null, '00ff00ff00ff00ff'],
    arm: Int8Array.of(-1, 1),
    role: ['stable', null],
    segment: [null, 'de'],
    millis: Float32Array.of(1.5, Number.NaN),
    weight: Float32Array.of(1, 25),
  },
};

/** Whole characters only: half of a pair has no UTF-8. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const textOrNull = fc.option(text, { nil: null });

const blocks = fc.nat(12).chain((rows) => {
  const list = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
    fc.array(one, { minLength: rows, maxLength: rows });
  const numbers = list(fc.double()).map((values) => Float64Array.from(values));
  const floats = list(fc.float()).map((values) => Float32Array.from(values));
  const column = fc.record({ name: text, values: fc.oneof(numbers, list(textOrNull)) });
  const columns = fc.array(column, { maxLength: 5 });
  const count = fc.maxSafeNat();
  return fc.record<CapturedBlock>({
    worker: text,
    epoch: count,
    seq: count,
    endpoint: textOrNull,
    model: text,
    version: count,
    from: fc.double({ noNaN: true, noDefaultInfinity: true }).map((time) => time + 0),
    to: fc.double({ noNaN: true, noDefaultInfinity: true }).map((time) => time + 0),
    rows: fc.constant(rows),
    requests: count,
    rowsSeen: count,
    dropped: count,
    inputs: columns,
    outputs: columns,
    meta: fc.record(
      {
        at: numbers,
        requestId: list(text),
        row: list(fc.nat(0xffff_ffff)).map((values) => Uint32Array.from(values)),
        unit: list(textOrNull),
        arm: list(fc.integer({ min: -128, max: 127 })).map((values) => Int8Array.from(values)),
        role: list(textOrNull),
        segment: list(textOrNull),
        millis: floats,
        weight: floats,
        explanation: list(textOrNull),
      },
      { requiredKeys: ['at', 'requestId', 'row', 'unit', 'arm', 'role', 'segment', 'millis', 'weight'] },
    ),
  });
});

const refused = expect.objectContaining({ code: 'BLOCK_INVALID' });

test('every block comes back as it was, from bytes inside of others as well', () => {
  fc.assert(
    fc.property(blocks, fc.nat(9), (block, offset) => {
      const bytes = encodeBlock(block);
      const inside = new Uint8Array(bytes.length + offset + 3);
      inside.set(bytes, offset);
      expect(decodeBlock(inside.subarray(offset, offset + bytes.length))).toEqual(block);
    }),
  );
});

test('blocks without explanations are what older programs read', () => {
  const versionOf = (block: CapturedBlock): number => encodeBlock(block)[4]!;
  const explanation = ['{}', null];
  expect(versionOf(SMALL)).toBe(1);
  expect(versionOf({ ...SMALL, meta: { ...SMALL.meta, explanation } })).toBe(2);
});

test('numbers come back to the sign of zero and the smallest', () => {
  const block = { ...SMALL, inputs: [{ name: 'x', values: Float64Array.of(-0, Number.MIN_VALUE) }] };
  const values = [...(decodeBlock(encodeBlock(block)).inputs[0]!.values as Float64Array)];
  expect(values).toStrictEqual([-0, Number.MIN_VALUE]);
});

test('half of a surrogate pair becomes the mark for what cannot be written, also where its other half comes next', () => {
  const block = { ...SMALL, inputs: [{ name: 'x', values: ['a\ud83d', '\ude00b'] }] };
  expect(decodeBlock(encodeBlock(block)).inputs[0]!.values).toEqual(['a\ufffd', '\ufffdb']);
});

test('a block that was cut anywhere is refused', () => {
  const bytes = encodeBlock(SMALL);
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeBlock(bytes.subarray(0, length)), `${length} bytes`).toThrow(refused);
  expect(() => decodeBlock(Uint8Array.of(...bytes, 0))).toThrow(refused);
});

test('a block with any bit flipped is refused', () => {
  const bytes = encodeBlock(SMALL);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const altered = bytes.slice();
    altered[bit >> 3]! ^= 1 << (bit & 7);
    // Three bytes that stand for nothing are covered by the checksum like all others.
    expect(() => decodeBlock(altered), `bit ${bit}`).toThrow(refused);
  }
});

/** Bytes whose checksum is right, whatever they say. */
function sealed(bytes: Uint8Array): Uint8Array {
  const crc = crc32(bytes.subarray(20), crc32(bytes.subarray(0, 16)));
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, crc, true);
  return bytes;
}

test('bytes made by a stranger, with a right checksum, are a block or are refused', () => {
  const whole = encodeBlock(SMALL);
  const edits = fc.array(fc.tuple(fc.integer({ min: 20, max: whole.length - 1 }), fc.nat(255)), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(edits, (changes) => {
      const altered = whole.slice();
      for (const [at, byte] of changes) altered[at] = byte;
      try {
        expect(decodeBlock(sealed(altered))).toMatchObject({ rows: expect.any(Number) });
      } catch (error) {
        expect(error).toMatchObject({ code: 'BLOCK_INVALID' });
      }
    }),
    { numRuns: runs(2000) },
  );
});

/** A block of which the header says something else. */
function withHeader(changes: object): Uint8Array {
  const bytes = encodeBlock(SMALL);
  const length = new DataView(bytes.buffer).getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(24, 24 + length))) as object;
  const text = new TextEncoder().encode(JSON.stringify({ ...header, ...changes }));
  const made = new Uint8Array(bytes.length - length + text.length);
  made.set(bytes.subarray(0, 24));
  made.set(text, 24);
  made.set(bytes.subarray(24 + length), 24 + text.length);
  new DataView(made.buffer).setUint32(8, text.length, true);
  return sealed(made);
}

test.each([
  ['more rows than there are', { rows: 60_000 }],
  ['more rows than any block has', { rows: BLOCK_LIMITS.rows + 1 }],
  ['no count of rows', { rows: '2' }],
  ['a negative count', { dropped: -1 }],
  ['more columns than any block has', { inputs: new Array(BLOCK_LIMITS.columns + 1).fill(['x', 'f64']) }],
  ['a column of no known kind', { outputs: [['x', 'f16']] }],
  [
    'a column that is not there',
    {
      outputs: [
        ['x', 'text'],
        ['y', 'f64'],
      ],
    },
  ],
  ['a name without end', { model: 'x'.repeat(BLOCK_LIMITS.name + 1) }],
  ['no version', { version: null }],
])('a header with %s is refused', (_what, changes) => {
  expect(() => decodeBlock(withHeader(changes))).toThrow(refused);
});

test('what serving would write beyond the limits is not written', () => {
  const rows = BLOCK_LIMITS.rows + 1;
  expect(() => encodeBlock({ ...SMALL, rows })).toThrow(refused);
  const values = new Float64Array(1);
  expect(() => encodeBlock({ ...SMALL, inputs: [{ name: 'x', values }] })).toThrow(refused);
});
