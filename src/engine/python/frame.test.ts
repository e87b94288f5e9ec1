import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../core/testing/runs.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { type Tensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { readAnswer } from './answer.ts';
import { encodeFrame, FrameError, FrameReader, type WireFrame } from './frame.ts';
import { AnswerError, decodeBatch, decodeOutputs, encodeBatch, encodeOutputs } from './tensors.ts';

const SEED = 20261126;
const RUNS = { numRuns: runs(300), seed: SEED };

/** What arrives where it is sent in pieces of these sizes. */
function throughSocket(header: object, buffers: readonly Uint8Array[], sizes: readonly number[]): WireFrame {
  const bytes = Buffer.concat(encodeFrame(header, buffers));
  const frames: WireFrame[] = [];
  const reader = new FrameReader();
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    reader.push(bytes.subarray(at, at + size), (frame) => frames.push(frame));
    at += size;
  }
  expect(frames.length).toBe(1);
  return frames[0]!;
}

const sizes = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 5 });
const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 12 }), { nil: null });
const float64 = (length: number) =>
  fc.float64Array({ minLength: length, maxLength: length }).map((data) => new Float64Array(data));

const matrices = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 9 }))
  .chain(([rows, width]) =>
    float64(rows * width).map((data): Batch => ({ kind: 'matrix', rows, width, data })),
  );
const tables = fc.integer({ min: 0, max: 20 }).chain((rows) =>
  fc
    .array(fc.oneof(float64(rows), fc.array(text, { minLength: rows, maxLength: rows })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((columns): Batch => ({ kind: 'table', rows, columns })),
);
const dtypes = fc.constantFrom(...(Object.keys(TYPED_ARRAYS) as (keyof typeof TYPED_ARRAYS)[]));
const tensors = fc
  .tuple(
    dtypes,
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    fc.uint8Array({ minLength: 512, maxLength: 512 }),
  )
  .map(([dtype, shape, bytes]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return {
      dtype,
      shape,
      data: new TYPED_ARRAYS[dtype](new Uint8Array(bytes).buffer as never).slice(0, count),
    } as Tensor;
  });

test(`every batch comes back as it was, in pieces of any size (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.oneof(matrices, tables), sizes, (batch, pieces) => {
      const { header, buffers } = encodeBatch(batch, null);
      const frame = throughSocket({ batch: header }, buffers, pieces);
      const answer = readAnswer({ kind: 'batch', id: 1, rss: 0, micros: 0, batch: frame.header['batch'] });
      expect(decodeBatch((answer as { batch: typeof header }).batch, frame.buffers, null)).toEqual(batch);
    }),
    RUNS,
  );
});

test(`outputs of every type come back bit by bit, and lists of them (seed ${SEED})`, () => {
  const outputs = fc.dictionary(fc.string(), fc.oneof(tensors, fc.array(tensors, { maxLength: 3 })), {
    maxKeys: 4,
  });
  fc.assert(
    fc.property(outputs, sizes, (found, pieces) => {
      const { header, buffers } = encodeOutputs(found as Outputs);
      const frame = throughSocket({ outputs: header }, buffers, pieces);
      const answer = readAnswer({
        kind: 'outputs',
        id: 1,
        rss: 0,
        micros: 0,
        outputs: frame.header['outputs'],
      });
      const decoded = decodeOutputs((answer as { outputs: typeof header }).outputs, frame.buffers);
      expect(Object.entries(decoded)).toEqual(Object.entries(found));
    }),
    RUNS,
  );
});

test(`bytes that were altered are refused by name or make another answer, and nothing else (seed ${SEED})`, () => {
  const batch: Batch = { kind: 'table', rows: 2, columns: [Float64Array.of(1, 2), ['Bergen', null]] };
  const { header, buffers } = encodeBatch(batch, ['age', 'city']);
  const whole = Buffer.concat(
    encodeFrame({ kind: 'batch', id: 1, rss: 1, micros: 1, batch: header }, buffers),
  );
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: whole.length }), (altered, length) => {
      const bytes = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of altered) if (at < length) bytes[at] = value;
      const reader = new FrameReader();
      try {
        reader.push(bytes, (frame) => {
          const answer = readAnswer(frame.header);
          if (answer.kind === 'batch') decodeBatch(answer.batch, frame.buffers, ['age', 'city']);
        });
      } catch (error) {
        expect(error instanceof FrameError || error instanceof AnswerError, String(error)).toBe(true);
      }
    }),
    { numRuns: runs(3_000), seed: SEED },
  );
});

test('numbers are views of the frame, at places where their type may lie', () => {
  const { header, buffers } = encodeBatch(
    { kind: 'matrix', rows: 2, width: 1, data: Float64Array.of(1, 2) },
    null,
  );
  const frame = throughSocket({ batch: header }, buffers, [7]);
  const batch = decodeBatch(header, frame.buffers, null) as { data: Float64Array };
  expect(batch.data.buffer).toBe(frame.buffers[0]!.buffer);
  expect(frame.buffers[0]!.byteOffset % 8).toBe(0);
});

test('a large buffer is sent from where it is', () => {
  const data = new Float64Array(100_000);
  const { header, buffers } = encodeBatch({ kind: 'matrix', rows: 1, width: 100_000, data }, null);
  const pieces = encodeFrame({ batch: header }, buffers);
  expect(pieces.some(({ buffer }) => buffer === data.buffer)).toBe(true);
});

test.each([
  ['no header', Buffer.from([6, 0, 0, 0, 255, 255, 0, 0, 0, 0])],
  ['a length beyond the limit', Buffer.from([1, 0, 0, 16])],
  ['a header that is no JSON', Buffer.from([6, 0, 0, 0, 2, 0, 0, 0, 0x7b, 0x7b])],
  ['a header without buffers', Buffer.from([6, 0, 0, 0, 2, 0, 0, 0, 0x7b, 0x7d])],
])('%s is refused', (_, bytes) => {
  expect(() => new FrameReader().push(bytes, () => undefined)).toThrow(FrameError);
});

test('columns that come in another order are put into the order that the model takes', () => {
  const batch: Batch = { kind: 'matrix', rows: 2, width: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6) };
  const { header, buffers } = encodeBatch(batch, ['a', 'b', 'c']);
  const frame = throughSocket({ batch: header }, buffers, [64]);
  expect(decodeBatch(header, frame.buffers, ['c', 'a'])).toEqual({
    ...{ kind: 'matrix', rows: 2, width: 2, data: Float64Array.of(3, 1, 6, 4) },
  });
  expect(() => decodeBatch(header, frame.buffers, ['d'])).toThrow('it has no column "d"');
});
