import { expect, test } from 'vitest';
import type { OutputSpec } from '../model/signature.ts';
import { allocateColumns, flattenOutputs, layoutOf, placeAnswer, valueAt } from './flatten.ts';

const classes = { type: 'string', values: ['no', 'yes, "sure"'] } as const;
const specs: readonly OutputSpec[] = [
  { name: 'predict', dtype: 'string', shape: [-1], classes },
  { name: 'predict_proba', dtype: 'float64', shape: [-1, 2], classes },
];
const predict = { dtype: 'string', shape: [2], data: ['no', 'yes, "sure"'] } as const;
const proba = { dtype: 'float64', shape: [2, 2], data: Float64Array.of(0.9, 0.1, 0.2, 0.8) } as const;

test('outputs become flat columns named after their classes, in the order of the signature', () => {
  expect(flattenOutputs({ predict_proba: proba, predict }, specs)).toEqual(
    [
      { name: 'predict', type: 'string', values: ['no', 'yes, "sure"'] },
      { name: 'predict_proba_no', type: 'number', values: Float64Array.of(0.9, 0.2) },
      { name: 'predict_proba_yes, "sure"', type: 'number', values: Float64Array.of(0.1, 0.8) },
    ].map((column) => expect.objectContaining(column)),
  );
});

test('a list of matrices numbers its parts, and booleans are booleans', () => {
  const part = { dtype: 'float64', shape: [1, 1], data: Float64Array.of(0.5) } as const;
  const flag = { dtype: 'bool', shape: [1], data: Uint8Array.of(1) } as const;
  const columns = flattenOutputs({ predict_proba: [part, part], flag }, []);
  expect(columns.map((column) => [column.name, column.type, valueAt(column, 0)])).toEqual([
    ['predict_proba_0_0', 'number', 0.5],
    ['predict_proba_1_0', 'number', 0.5],
    ['flag', 'bool', true],
  ]);
});

test('every type of tensor becomes one of the four types of columns, exactly', () => {
  // 1.5, -2 and 65504 in binary16 (IEEE 754 §3.4)
  const h = { dtype: 'float16', shape: [3], data: Uint16Array.of(0x3e00, 0xc000, 0x7bff) } as const;
  const f = { dtype: 'float32', shape: [3], data: Float32Array.of(0.1, Number.NaN, -Infinity) } as const;
  const i = { dtype: 'int8', shape: [3], data: Int8Array.of(-128, 0, 127) } as const;
  const n = { dtype: 'int64', shape: [3], data: BigInt64Array.of(2n ** 63n - 1n, -1n, 2n ** 53n) } as const;
  const u = { dtype: 'uint64', shape: [3], data: BigUint64Array.of(0n, 1n, 2n ** 63n - 1n) } as const;
  expect(flattenOutputs({ h, f, i, n, u }, []).map(({ values }) => values)).toEqual([
    Float64Array.of(1.5, -2, 65504),
    Float64Array.of(Math.fround(0.1), Number.NaN, -Infinity),
    BigInt64Array.of(-128n, 0n, 127n),
    n.data,
    BigInt64Array.of(0n, 1n, 2n ** 63n - 1n),
  ]);
});

test('an integer that no table holds names its row', () => {
  const u = { dtype: 'uint64', shape: [2], data: BigUint64Array.of(1n, 2n ** 63n) } as const;
  expect(() => flattenOutputs({ u }, [])).toThrow(
    expect.objectContaining({ code: 'GRAPH_FAILED', details: expect.objectContaining({ row: 1 }) }),
  );
});

test('names that differ in case alone are numbered: databases know no case', () => {
  const labels = { type: 'string', values: ['a', 'A', 'a.1'] } as const;
  const p = { dtype: 'float64', shape: [1, 3], data: Float64Array.of(1, 2, 3) } as const;
  const spec: OutputSpec = { name: 'p', dtype: 'float64', shape: [-1, 3], classes: labels };
  expect(flattenOutputs({ p }, [spec]).map(({ name }) => name)).toEqual(['p_a', 'p_A.2', 'p_a.1']);
});

test('answers for some rows go to their places', () => {
  const layout = layoutOf({ predict, predict_proba: proba }, specs);
  const columns = allocateColumns(layout, 5);
  const positions = Int32Array.of(0, 1, 4);
  placeAnswer({ predict, predict_proba: proba }, layout, { from: 1, count: 2, positions }, columns);
  expect(columns).toEqual([
    ['', 'no', '', '', 'yes, "sure"'],
    Float64Array.of(0, 0.9, 0, 0, 0.2),
    Float64Array.of(0, 0.1, 0, 0, 0.8),
  ]);
});

test('an answer of another shape is refused, and nothing of another row is taken for it', () => {
  const layout = layoutOf({ predict, predict_proba: proba }, specs);
  const columns = allocateColumns(layout, 2);
  const rows = { from: 0, count: 2, positions: null };
  const wide = { dtype: 'float64', shape: [2, 3], data: new Float64Array(6) } as const;
  for (const answer of [
    { predict },
    { predict, predict_proba: wide },
    { predict: proba, predict_proba: proba },
  ])
    expect(() => placeAnswer(answer, layout, rows, columns)).toThrow(
      /^Cannot run the graph: output "predict/,
    );
});
