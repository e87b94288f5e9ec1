import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processorMillis } from '../../tools/processor-time.ts';
import { runs } from '../core/testing/runs.ts';
import type { ModelStep, TreeEnsembleStep } from '../model/step.ts';
import type { LabelSet } from '../model/tensor.ts';
import type { TreeArena, TreeHead } from '../model/tree.ts';
import { compileModel } from './compile.ts';
import { base, infer, numberTypes, tableSignature } from './testing/session.ts';
import {
  arenaOf,
  balanced,
  chain,
  FEATURES,
  rowsArbitrary,
  special,
  type TestTree,
  treeOf,
  walk,
} from './testing/trees.ts';

const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_261_125);
const ensemble = (fields: Partial<TreeEnsembleStep> & Pick<TreeEnsembleStep, 'arena'>): TreeEnsembleStep => ({
  ...base,
  kind: 'tree-ensemble',
  input: 'float64',
  split: 'le',
  acceptsMissing: true,
  scores: 1,
  target: null,
  base: { kind: 'constant', scores: new Float64Array(1) },
  sums: 'float64',
  aggregate: 'sum',
  head: { kind: 'regression', link: 'identity', flat: true },
  ...fields,
});

const boostedHead: TreeHead = {
  kind: 'boosted',
  classes: { type: 'int', values: [0, 1, 2] },
  link: 'softmax',
  factor: 1,
  positiveAtZero: false,
};
const scoresOnly = tableSignature(numberTypes(FEATURES), ['decision_function']);

/** An init estimator that answers the first column. */
const firstColumn: ModelStep = {
  ...base,
  kind: 'linear-regressor',
  coef: { rows: 1, cols: FEATURES, data: Float64Array.of(1, 0, 0) },
  intercept: Float64Array.of(0),
  flat: true,
};

const stump = (feature: number): TestTree => ({
  feature,
  missingLeft: false,
  threshold: 0,
  left: { values: [1] },
  right: { values: [2] },
});

const compiled = (arena: TreeArena) =>
  compileModel({ root: ensemble({ arena }), signature: tableSignature(numberTypes(FEATURES), ['predict']) });

const predict = async (step: TreeEnsembleStep, rows: readonly (readonly number[])[]) =>
  (await infer(step, tableSignature(numberTypes(FEATURES), ['predict']), rows))['predict']!;

describe('tree ensembles', () => {
  test.each([
    { input: 'float64', split: 'le', cast: null, sums: 'float64' },
    { input: 'float32', split: 'le', cast: null, sums: 'float64' },
    { input: 'float32', split: 'lt', cast: null, sums: 'float64' },
    { input: 'float32', split: 'lt', cast: null, sums: 'float32' },
    { input: 'float64', split: 'le', cast: 'uint8-or-missing', sums: 'float64' },
    { input: 'float64', split: 'le', cast: 'uint8', sums: 'float64' },
    { input: 'float64', split: 'le', cast: 'int32', sums: 'float64' },
    { input: 'float32', split: 'lt', cast: 'whole', sums: 'float32' },
  ] as const)(
    'equal a recursive walk bit for bit ($input, $split, categories cast: $cast, sums: $sums)',
    async ({ input, split, cast, sums }) => {
      const categories = cast !== null;
      const round = sums === 'float32' ? Math.fround : (value: number): number => value;
      const trees = fc.array(treeOf(1, categories, round), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(
          trees,
          rowsArbitrary(categories),
          special,
          fc.boolean(),
          async (forest, rows, start, mean) => {
            const step = ensemble({
              arena: arenaOf(forest, 1, cast ?? 'uint8'),
              input,
              split,
              sums,
              aggregate: mean ? 'mean' : 'sum',
              base: { kind: 'constant', scores: Float64Array.of(round(start)) },
            });
            const expected = rows.map((row) => {
              const seen = input === 'float32' ? row.map(Math.fround) : row;
              const sum = forest.reduce(
                (total, tree) => round(total + walk(tree, seen, split, cast ?? 'uint8')[0]!),
                0 + round(start),
              );
              return mean ? round(sum / forest.length) : sum;
            });
            const { dims, data } = await predict(step, rows);
            expect(dims).toEqual([rows.length]);
            expect(data).toEqual(expected);
          },
        ),
        { seed: SEED, numRuns: runs(150) },
      );
    },
  );

  test('sum leaves of several values in tree order, starting at the base', async () => {
    const trees = fc.array(treeOf(3, false), { minLength: 1, maxLength: 8 });
    const start = fc.array(special, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(trees, rowsArbitrary(false), start, async (forest, rows, scores) => {
        const step = ensemble({
          arena: arenaOf(forest, 3),
          scores: 3,
          base: { kind: 'constant', scores: Float64Array.from(scores) },
          head: { kind: 'regression', link: 'identity', flat: false },
        });
        const expected = rows.flatMap((row) =>
          scores.map((score, k) => forest.reduce((sum, tree) => sum + walk(tree, row, 'le')[k]!, 0 + score)),
        );
        const { dims, data } = await predict(step, rows);
        expect(dims).toEqual([rows.length, 3]);
        expect(data).toEqual(expected);
      }),
      { seed: SEED, numRuns: runs(100) },
    );
  });

  test('add each boosted tree to the score it names', async () => {
    const trees = fc.array(treeOf(1, true), { minLength: 3, maxLength: 9 });
    const start = fc.array(special, { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(trees, rowsArbitrary(true), start, async (forest, rows, scores) => {
        const step = ensemble({
          arena: arenaOf(forest, 1),
          scores: 3,
          target: Int32Array.from(forest, (_, tree) => tree % 3),
          base: { kind: 'constant', scores: Float64Array.from(scores) },
          head: boostedHead,
        });
        const expected = rows.flatMap((row) =>
          scores.map((score, k) =>
            forest.reduce((sum, tree, t) => (t % 3 === k ? sum + walk(tree, row, 'le')[0]! : sum), 0 + score),
          ),
        );
        const { decision_function: decision } = await infer(step, scoresOnly, rows);
        expect(decision).toEqual({ dims: [rows.length, 3], data: expected });
      }),
      { seed: SEED, numRuns: runs(100) },
    );
  });

  test('add trees to what the init estimator says of the rounded row', async () => {
    const trees = fc.array(treeOf(1, false), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(trees, rowsArbitrary(false), async (forest, rows) => {
        const step = ensemble({
          arena: arenaOf(forest, 1),
          input: 'float32',
          base: { kind: 'estimator', step: firstColumn, link: 'identity', eps: 0 },
        });
        const finite = rows.map((row) => row.map((x) => (Number.isFinite(Math.fround(x)) ? x : 0.1)));
        const expected = finite.map((row) => {
          const seen = row.map(Math.fround);
          return forest.reduce((sum, tree) => sum + walk(tree, seen, 'le')[0]!, seen[0]! + 0);
        });
        expect((await predict(step, finite)).data).toEqual(expected);
      }),
      { seed: SEED, numRuns: runs(100) },
    );
  });

  test('answer each output of a multi-output forest with its own labels, the lowest on ties', async () => {
    const groups: LabelSet[] = [
      { type: 'string', values: ['no', 'yes'] },
      { type: 'string', values: ['a', 'b', 'ü'] },
    ];
    const forest: TestTree[] = [
      {
        feature: 0,
        missingLeft: false,
        threshold: 0,
        left: { values: [0.5, 0.5, 9, 0.2, 0.2, 0.6] },
        right: { values: [0, 1, 9, 0.3, 0.4, 0.3] },
      },
      { values: [0.5, 0.5, 9, 0.25, 0.5, 0.25] },
    ];
    const step = ensemble({
      arena: arenaOf(forest, 6),
      scores: 6,
      aggregate: 'mean',
      base: { kind: 'constant', scores: new Float64Array(6) },
      head: { kind: 'vote', groups, stride: 3 },
    });
    const outputs = await infer(step, tableSignature(numberTypes(FEATURES), ['predict', 'predict_proba']), [
      [0, 0, 0],
      [1, 0, 0],
    ]);
    expect(outputs['predict']).toEqual({ dims: [2, 2], data: ['no', 'ü', 'yes', 'b'] });
    expect(outputs['predict_proba_0']).toEqual({ dims: [2, 2], data: [0.5, 0.5, 0.25, 0.75] });
    expect(outputs['predict_proba_1']).toEqual({
      dims: [2, 3],
      data: [(0.2 + 0.25) / 2, 0.35, (0.6 + 0.25) / 2, (0.3 + 0.25) / 2, 0.45, (0.3 + 0.25) / 2],
    });
  });

  test('are refused where two parents share a node', () => {
    const arena = arenaOf([stump(0)], 1);
    expect(() => compiled({ ...arena, right: arena.left })).toThrowError(
      /node 1 is reached from node 0 out of order or twice/,
    );
  });

  test('are refused where a split reads a column that the input does not have', () => {
    const arena = arenaOf([stump(FEATURES)], 1);
    expect(() => compiled(arena)).toThrowError(/node 0 is split by column 3, wanted one of 3 columns/);
  });

  test('of 100 trees with 10,001 nodes each compile within a second', () => {
    const arena = balanced(100, 10_001);
    const times = [1, 2, 3].map(() => processorMillis(() => compiled(arena)));
    expect(Math.min(...times)).toBeLessThan(1000);
  });

  test('too deep for the stack of onnxruntime are left to the native engine', () => {
    compiled(chain(2_001));
    expect(() => compiled(chain(1_000_001))).toThrowError(/over 2000 levels deep, .*--runtime native/);
  });

  test('that list more categories than the operator can hold are left to the native engine', () => {
    const words = 2 ** 17 + 1;
    const arena: TreeArena = {
      ...arenaOf([stump(0)], 1),
      categorical: Int32Array.of(0, -1, -1),
      setOffsets: Uint32Array.of(0, words),
      bitsets: new Uint32Array(words).fill(2 ** 32 - 1),
      knownBitsets: null,
      categories: 'int32',
    };
    expect(() => compiled(arena)).toThrowError(/over 4194304 categories in sets, .*--runtime native/);
  });
});
