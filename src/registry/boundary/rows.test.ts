import { expect, test } from 'vitest';
import { nextDown, nextUp } from '../../core/float.ts';
import type { Signature } from '../../model/signature.ts';
import type { ModelStep, TreeEnsembleStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { boundaryRows } from './rows.ts';

const base: StepBase = { origin: { path: '', class: 'test', offset: 0 }, features: null, featureNames: null };

/** x0 <= 2.5 ? (x1 <= -7 ? leaf : leaf) : leaf, in float64. */
const tree: TreeEnsembleStep = {
  ...base,
  kind: 'tree-ensemble',
  arena: {
    roots: Int32Array.of(0),
    left: Int32Array.of(1, 3, -1, -1, -1),
    right: Int32Array.of(2, 4, -1, -1, -1),
    feature: Int32Array.of(0, 1, -1, -1, -1),
    threshold: Float64Array.of(2.5, -7, 0, 0, 0),
    missingLeft: new Uint8Array(5),
    zeroMissing: null,
    categorical: null,
    setOffsets: Uint32Array.of(0),
    bitsets: new Uint32Array(0),
    knownBitsets: new Uint32Array(0),
    categories: 'uint8-or-missing',
    values: Float64Array.of(0, 0, 1, 2, 3),
    valueWidth: 1,
  },
  input: 'float64',
  split: 'le',
  acceptsMissing: false,
  scores: 1,
  target: null,
  base: { kind: 'constant', scores: Float64Array.of(0) },
  sums: 'float64',
  aggregate: 'sum',
  head: { kind: 'regression', link: 'identity', flat: true },
};

const numbers = (names: readonly string[], nullable = false): Signature => ({
  form: 'table',
  columns: names.map((name) => ({ name, named: true, type: 'number', nullable })),
  outputs: [{ name: 'predict', dtype: 'float64', shape: [-1] }],
  classes: null,
});

function cells(root: ModelStep, signature: Signature, limit = 400): number[][] {
  const batch = boundaryRows(root, signature, { seed: 1, limit });
  if (batch.kind !== 'matrix') throw new Error('expected a matrix');
  return Array.from({ length: batch.rows }, (_, i) => [
    ...batch.data.subarray(i * batch.width, (i + 1) * batch.width),
  ]);
}

test('boundaryRows() stands on each threshold and one unit beside it', () => {
  const first = new Set(cells(tree, numbers(['a', 'b'])).map((row) => row[0]!));
  for (const value of [2.5, nextUp(2.5), nextDown(2.5)]) expect(first).toContain(value);
});

test('boundaryRows() makes up columns where a model takes any number of them', () => {
  const doubling: ModelStep = { ...base, kind: 'function', function: 'square' };
  const rows = cells(doubling, { form: 'table', columns: [], open: true, outputs: [], classes: null });
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.every((row) => row.length === 2)).toBe(true);
});

test('boundaryRows() takes columns of more categories than a call takes arguments', () => {
  const categories = Array.from({ length: 300_000 }, (_, i) => `id${i}`);
  const signature: Signature = {
    form: 'table',
    columns: [{ name: 'id', named: true, type: 'string', nullable: false, categories, unknown: 'ignore' }],
    outputs: [],
    classes: null,
  };
  const root = { ...base, kind: 'function', function: 'identity' } as const;
  expect(boundaryRows(root, signature, { seed: 1, limit: 50 }).rows).toBe(50);
});

test('boundaryRows() reaches a deep split by the path that leads to it', () => {
  const deep = cells(tree, numbers(['a', 'b'])).filter((row) => row[1] === -7 && row[0]! <= 2.5);
  expect(deep.length).toBeGreaterThan(0);
});

test('boundaryRows() carries a threshold back through a scaler', () => {
  const scaler: ModelStep = {
    ...base,
    kind: 'standard-scaler',
    mean: Float64Array.of(10, 0),
    scale: Float64Array.of(2, 1),
  };
  const root: ModelStep = {
    ...base,
    kind: 'pipeline',
    steps: [
      { name: 's', step: scaler },
      { name: 't', step: tree },
    ],
  };
  const first = new Set(cells(root, numbers(['a', 'b'])).map((row) => row[0]!));
  expect(first).toContain(2.5 * 2 + 10);
});

test('boundaryRows() leaves cells out of nullable columns only', () => {
  expect(
    cells(tree, numbers(['a', 'b']))
      .flat()
      .some(Number.isNaN),
  ).toBe(false);
  expect(
    cells(tree, numbers(['a', 'b'], true))
      .flat()
      .some(Number.isNaN),
  ).toBe(true);
});

test('boundaryRows() depends on model, seed and limit only, and keeps the limit', () => {
  const signature = numbers(['a', 'b']);
  const rows = boundaryRows(tree, signature, { seed: 9, limit: 30 });
  expect(boundaryRows(tree, signature, { seed: 9, limit: 30 })).toEqual(rows);
  expect(rows.rows).toBeLessThanOrEqual(30);
});

test('boundaryRows() tries every category, and an unknown one where it is ignored', () => {
  const root: ModelStep = {
    ...base,
    kind: 'one-hot',
    unknown: 'ignore',
    columns: [
      {
        categories: { type: 'string', values: ['red', 'blue'] },
        slots: Int32Array.of(0, 1),
        width: 2,
        unknownSlot: -1,
      },
    ],
  };
  const signature: Signature = {
    form: 'table',
    columns: [
      {
        name: 'c',
        named: true,
        type: 'string',
        nullable: false,
        categories: ['red', 'blue'],
        unknown: 'ignore',
      },
    ],
    outputs: [{ name: 'transform', dtype: 'float64', shape: [-1, 2] }],
    classes: null,
  };
  const batch = boundaryRows(root, signature, { seed: 1, limit: 50 });
  if (batch.kind !== 'table') throw new Error('expected a table');
  expect(new Set(batch.columns[0] as string[])).toEqual(
    new Set(['red', 'blue', 'plimsoll-unknown-category']),
  );
});

test('boundaryRows() tries categories, and numbers that a cast to uint8 makes one of', () => {
  const bitsets = Uint32Array.of(1 << 7, 0, 0, 0, 0, 0, 0, 0);
  const arena = { ...tree.arena, categorical: Int32Array.of(-1, 0, -1, -1, -1) };
  const byCategory = { ...tree, arena: { ...arena, bitsets, knownBitsets: bitsets } };
  const second = new Set(cells(byCategory, numbers(['a', 'b'])).map((row) => row[1]!));
  for (const value of [7, 0, 255, 263, -249, 7.5, -0.5, -1, 256, 300, 1e10]) expect(second).toContain(value);
});
