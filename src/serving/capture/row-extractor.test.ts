import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { ColumnSpec, Signature } from '../../model/signature.ts';
import type { Tensor } from '../../model/tensor.ts';
import { flattenOutputs } from '../../scorer/flatten.ts';
import { allocateCapturedCells, parseRowShape, type RowSample, sampledRow } from './captured-cells.ts';
import { RowExtractor } from './row-extractor.ts';
import { CAPTURED_TEXT_MAX } from './truncate-text.ts';

const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: true,
  ...more,
});
const table = (columns: readonly ColumnSpec[], more: object = {}): Signature => ({
  form: 'table',
  columns,
  outputs: [],
  classes: null,
  ...more,
});
const float64 = (shape: readonly number[], data: ArrayLike<number>): Tensor => ({
  dtype: 'float64',
  shape,
  data: Float64Array.from(data),
});
/** As hashes give them. */
const offsets = fc.nat(0xffff).map((bits) => bits / 0x10000);
const all = (rows: number): RowSample => ({ rows, taken: rows, offset: 0 });

/** Every captured column by name. */
function extracted(signature: Signature, batch: Batch, outputs: Outputs, picks = all(batch.rows)) {
  const extractor = new RowExtractor(signature, batch, outputs);
  expect(extractor.fits(batch, outputs)).toBe(true);
  const { shape } = extractor;
  expect(parseRowShape(shape.key)).toEqual(shape);
  const cells = allocateCapturedCells(shape, picks.taken + 2);
  extractor.write(batch, outputs, picks, cells, 1);
  const values = [...shape.inputs, ...shape.outputs].map(({ name, kind, index }) => [
    name,
    Array.from({ length: picks.taken }, (_, i) =>
      kind === 'text' ? cells.texts[index]![i + 1]! : cells.numbers[(i + 1) * shape.numbers + index]!,
    ),
  ]);
  return Object.fromEntries(values) as Record<string, (number | string | null)[]>;
}

test('rows are evenly spread over a request, each as likely as any other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 128 }),
      offsets,
      (rows, most, offset) => {
        const taken = Math.min(rows, most);
        const picked = Array.from({ length: taken }, (_, j) => sampledRow({ rows, taken, offset }, j));
        expect(new Set(picked).size).toBe(taken);
        const gaps = picked.slice(1).map((row, j) => row - picked[j]!);
        for (const gap of gaps) expect(Math.abs(gap - rows / taken)).toBeLessThan(1);
        expect(picked[0]).toBeGreaterThanOrEqual(0);
        expect(picked.at(-1)).toBeLessThan(rows);
      },
    ),
  );
  const times = new Map<number, number>();
  for (let k = 0; k < 1000; k++)
    for (let j = 0; j < 3; j++) {
      const row = sampledRow({ rows: 10, taken: 3, offset: k / 1000 }, j);
      times.set(row, (times.get(row) ?? 0) + 1);
    }
  expect([...times.values()].every((count) => Math.abs(count - 300) <= 1)).toBe(true);
});

test('numbers of a matrix and outputs come out as flattened answers have them, whichever rows are picked', () => {
  const dtypes = fc.constantFrom('float64', 'float32', 'int64', 'int32', 'bool', 'float16', 'string');
  const make = (dtype: string, shape: number[], numbers: readonly number[]): Tensor => {
    const size = shape.reduce((product, n) => product * n, 1);
    const data = Array.from({ length: size }, (_, i) => numbers[i % numbers.length]!);
    if (dtype === 'int64') return { dtype, shape, data: BigInt64Array.from(data, BigInt) };
    if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(data) };
    if (dtype === 'float32') return { dtype, shape, data: Float32Array.from(data) };
    if (dtype === 'float16') return { dtype, shape, data: Uint16Array.from(data) };
    if (dtype === 'bool') return { dtype, shape, data: Uint8Array.from(data, (n) => n & 1) };
    if (dtype === 'string') return { dtype, shape, data: data.map(String) };
    return { dtype: 'float64', shape, data: Float64Array.from(data) };
  };
  const given = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    taken: fc.integer({ min: 1, max: 9 }),
    offset: offsets,
    columns: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
    outputs: fc.array(fc.tuple(dtypes, fc.option(fc.integer({ min: 1, max: 4 }), { nil: null })), {
      minLength: 1,
      maxLength: 3,
    }),
    numbers: fc.array(fc.nat(31), { minLength: 5, maxLength: 40 }),
  });
  fc.assert(
    fc.property(given, ({ rows, taken, offset, columns, outputs, numbers }) => {
      const picks = { rows, taken: Math.min(rows, taken), offset };
      const specs = columns.map((ignored, j) => column(`c${j}`, ignored ? { ignored: true } : {}));
      const data = Float64Array.from(
        { length: rows * columns.length },
        (_, i) => numbers[i % numbers.length]!,
      );
      const answers = Object.fromEntries(
        outputs.map(([dtype, width], k) => [
          `o${k}`,
          make(dtype, width === null ? [rows] : [rows, width], numbers),
        ]),
      );
      const batch = { kind: 'matrix', rows, width: columns.length, data } as const;
      const found = extracted(table(specs), batch, answers, picks);
      const rowsPicked = Array.from({ length: picks.taken }, (_, j) => sampledRow(picks, j));
      const wanted: [string, unknown][] = specs.flatMap(({ name, ignored }, j) =>
        ignored
          ? []
          : [[name, rowsPicked.map((row) => data[row * columns.length + j]!)] as [string, unknown]],
      );
      for (const { name, type, values } of flattenOutputs(answers, []))
        wanted.push([name, rowsPicked.map((row) => (type === 'string' ? values[row] : Number(values[row])))]);
      expect(found).toEqual(Object.fromEntries(wanted));
    }),
  );
});

test('a table keeps texts apart from numbers, a missing one is null, and a long one is cut', () => {
  const long = 'é'.repeat(CAPTURED_TEXT_MAX + 10);
  const batch = {
    kind: 'table',
    rows: 2,
    columns: [['a', null], Float64Array.of(1, Number.NaN), [long, 'b'], ['never', 'read']],
  } as const;
  const specs = [column('city'), column('age'), column('text'), column('note', { ignored: true })];
  const found = extracted(table(specs), batch, {
    predict: { dtype: 'string', shape: [2], data: ['x', 'y'] },
  });
  expect(found).toEqual({
    city: ['a', null],
    age: [1, Number.NaN],
    text: ['é'.repeat(CAPTURED_TEXT_MAX), 'b'],
    predict: ['x', 'y'],
  });
});

test('a narrow tensor has a column an element; a wide one its mean, deviation, least and largest', () => {
  const width = 300;
  const signature: Signature = { form: 'tensors', tensors: [], outputs: [], classes: null };
  const wide = Float64Array.from({ length: 2 * width }, (_, i) => (i * 7919) % 1000);
  const tensors = { pair: float64([2, 2], [1, 2, 3, 4]), image: float64([2, 10, 30], wide) };
  const found = extracted(signature, { kind: 'tensors', rows: 2, tensors }, { out: float64([2], [5, 6]) });
  expect(found).toMatchObject({ pair_0: [1, 3], pair_1: [2, 4], out: [5, 6] });
  for (const row of [0, 1]) {
    const values = [...wide.subarray(row * width, (row + 1) * width)];
    const mean = values.reduce((sum, value) => sum + value, 0) / width;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    expect(found['image_mean']![row]).toBeCloseTo(mean, 9);
    expect(found['image_std']![row]).toBeCloseTo(Math.sqrt(variance), 9);
    expect(found['image_min']![row]).toBe(Math.min(...values));
    expect(found['image_max']![row]).toBe(Math.max(...values));
  }
});

test('a picture too large to be looked at in full is looked at evenly; one with a NaN has no mean', () => {
  const signature: Signature = { form: 'tensors', tensors: [], outputs: [], classes: null };
  const size = 150_000;
  const data = Float64Array.from({ length: 2 * size }, (_, i) => (i < size ? i % size : Number.NaN));
  const tensors = { image: float64([2, size], data) };
  const found = extracted(signature, { kind: 'tensors', rows: 2, tensors }, {});
  expect(Math.abs((found['image_mean']![0] as number) - size / 2) / size).toBeLessThan(0.001);
  expect(found['image_mean']![1]).toBeNaN();
});

test('an answer of another shape does not fit, and one that has no rows is left out', () => {
  const signature = table([column('a')]);
  const batch = { kind: 'matrix', rows: 1, width: 1, data: Float64Array.of(1) } as const;
  const extractor = new RowExtractor(signature, batch, {
    predict: float64([1, 2], [1, 2]),
    all: float64([3], [1, 2, 3]),
  });
  expect(extractor.shape.outputs.map(({ name }) => name)).toEqual(['predict_0', 'predict_1']);
  expect(extractor.fits(batch, { predict: float64([1, 3], [1, 2, 3]) })).toBe(false);
  expect(extractor.fits(batch, {})).toBe(false);
  expect(
    extractor.fits({ ...batch, width: 2, data: Float64Array.of(1, 2) }, { predict: float64([1, 2], [1, 2]) }),
  ).toBe(false);
});

test('of a model that takes any columns only the answers are captured', () => {
  const batch = { kind: 'matrix', rows: 1, width: 3, data: Float64Array.of(1, 2, 3) } as const;
  expect(extracted(table([], { open: true }), batch, { predict: float64([1], [9]) })).toEqual({
    predict: [9],
  });
});

test('a table of thousands of columns and an answer of thousands of elements stay within bounds', () => {
  const width = 10_000;
  const batch = { kind: 'matrix', rows: 1, width, data: new Float64Array(width) } as const;
  const specs = Array.from({ length: width }, (_, j) => column(`c${j}`));
  const { shape } = new RowExtractor(table(specs), batch, {
    scores: float64([1, 5000], new Float64Array(5000)),
  });
  expect(shape.inputs).toHaveLength(4096);
  expect(shape.outputs.map(({ name }) => name)).toEqual([
    'scores_mean',
    'scores_std',
    'scores_min',
    'scores_max',
  ]);
});
