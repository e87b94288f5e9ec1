import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDown, nextUp } from '../../../../core/float.ts';
import type { Random } from '../../../../core/ports.ts';
import { randomIndex, seededRandom } from '../../../../core/random.ts';
import { runs } from '../../../../core/testing/runs.ts';
import type { TreeEnsembleStep } from '../../../../model/step.ts';
import { type CategoryCast, ZERO_BOUND } from '../../../../model/tree.ts';
import type { RowBlock } from '../../block.ts';
import { prepareTreeWalk } from '../branchy.ts';
import { type AddTrees, prepareWalk } from '../slices.ts';
import { withZeroColumns } from '../zero-columns.ts';
import { prepareKernel } from './kernel.ts';
import { ensembleOf, type KernelTree } from './testing/ensembles.ts';

type Shape = 'bushy' | 'chain' | 'any';
type Kind = Pick<TreeEnsembleStep, 'input' | 'split' | 'acceptsMissing' | 'sums'>;

const FEATURES = 5;
/** Few thresholds, so that rows meet them exactly. */
const THRESHOLDS = [
  0,
  -0,
  1,
  -1,
  0.1,
  Math.fround(0.1),
  1 + 2 ** -24,
  3.5,
  1e-45,
  -7e5,
  Infinity,
  1e30,
  ZERO_BOUND,
  -ZERO_BOUND,
];

/** What a cast to uint8 makes a category of, by way of int32. */
const CAST = [
  -0.5,
  -1,
  -1.5,
  -256,
  256,
  300.5,
  1e10,
  256.5,
  -1e10,
  2 ** 31 - 0.5,
  2 ** 31 + 3,
  -(2 ** 31) - 0.5,
];

const pick = <T>(items: readonly T[], random: Random): T => items[randomIndex(random, items.length)]!;

const wordsOf = (random: Random, words: number): number[] =>
  Array.from({ length: words }, () => randomIndex(random, 2 ** 32));

/** A tree of so many leaves, numbered from `first`; column 0 is asked about categories of up to so many `words`, if any. */
function treeOf(
  leaves: number,
  shape: Shape,
  random: Random,
  words: number,
  zeros: boolean,
  first = 0,
): KernelTree {
  if (leaves === 1) return first;
  const half = { bushy: leaves >> 1, chain: random.next() < 0.5 ? 1 : leaves - 1 };
  const left = shape === 'any' ? 1 + randomIndex(random, leaves - 1) : half[shape];
  const threshold = random.next() < 0.5 ? pick(THRESHOLDS, random) : 10 * random.next() - 5;
  const feature = randomIndex(random, FEATURES);
  const length = Math.max(8, randomIndex(random, words + 1));
  const sets =
    words > 0 && feature === 0 ? { left: wordsOf(random, length), known: wordsOf(random, length) } : null;
  const split = { feature, threshold, missingLeft: random.next() < 0.5, ...(sets && { categories: sets }) };
  const zeroMissing = zeros && sets === null && random.next() < 0.5;
  return [
    zeroMissing ? { ...split, zeroMissing } : split,
    treeOf(left, shape, random, words, zeros, first),
    treeOf(leaves - left, shape, random, words, zeros, first + left),
  ];
}

/** Cells at and beside thresholds, and whatever else the ensemble takes. */
function cellOf({ arena, input, acceptsMissing }: TreeEnsembleStep, random: Random): number {
  const threshold = arena.threshold[randomIndex(random, arena.threshold.length)]!;
  if (arena.categorical !== null && random.next() < 0.3)
    return random.next() < 0.5 ? pick([260, 1400], random) * random.next() - 2 : pick(CAST, random);
  const near = pick([threshold, nextUp(threshold), nextDown(threshold), -threshold], random);
  const odd = input === 'float64' ? [Number.NaN, Infinity, -Infinity] : [Number.NaN];
  const cell = random.next() < 0.1 && acceptsMissing ? pick(odd, random) : near;
  const held = input === 'float32' ? Math.fround(cell) : cell;
  if (Number.isFinite(held) || (acceptsMissing && odd.includes(cell))) return cell;
  return 10 * random.next() - 5;
}

const roundedFor = ({ sums }: Pick<Kind, 'sums'>, value: number): number =>
  sums === 'float32' ? Math.fround(value) : value;

function scoresOf(add: AddTrees, step: TreeEnsembleStep, block: RowBlock): number[] {
  const scores = Float64Array.from({ length: block.rows * step.scores }, (_, k) =>
    roundedFor(step, (k % 7) / 3),
  );
  add(block, scores);
  return Array.from(scores);
}

/** Node by node, row by row. */
function nodeByNode(given: TreeEnsembleStep): AddTrees {
  const { step, zeros } = withZeroColumns(given, FEATURES);
  const stride = FEATURES + zeros.length;
  const walk = prepareTreeWalk(step);
  const { roots, values, valueWidth } = step.arena;
  return (block, scores) => {
    if (block.kind !== 'dense') throw new Error('dense rows only');
    const x = Float64Array.from({ length: block.rows * stride }, (_, k) => {
      const col = k % stride;
      const source = col < FEATURES ? col : zeros[col - FEATURES]!;
      const cell = block.data[Math.floor(k / stride) * FEATURES + source]!;
      const seen = step.input === 'float32' ? Math.fround(cell) : cell;
      return col >= FEATURES && Math.abs(seen) <= ZERO_BOUND ? Number.NaN : seen;
    });
    for (let row = 0; row < block.rows; row++)
      roots.forEach((root, tree) => {
        const leaf = walk(root, x, row * stride);
        for (let k = 0; k < valueWidth; k++) {
          const at = row * step.scores + (step.target?.[tree] ?? k);
          scores[at] = roundedFor(step, scores[at]! + values[leaf * valueWidth + k]!);
        }
      });
  };
}

function kernelOf(step: TreeEnsembleStep): AddTrees {
  const kernel = prepareKernel(
    step,
    FEATURES,
    ['a', 'b', 'c', 'd', 'e'],
    prepareWalk(step, FEATURES, []).refuse,
  );
  if (kernel === null) throw new Error('does not fit');
  return kernel;
}

const kinds = fc.record({
  input: fc.constantFrom('float32' as const, 'float64' as const),
  split: fc.constantFrom('le' as const, 'lt' as const),
  acceptsMissing: fc.boolean(),
  sums: fc.constantFrom('float32' as const, 'float64' as const),
});
const PLAIN: Kind = { input: 'float32', split: 'le', acceptsMissing: false, sums: 'float64' };

/** A step of random trees, and dense rows for it. */
function caseOf(
  kind: Kind,
  leaves: readonly number[],
  shape: Shape,
  width: number,
  rows: number,
  seed: number,
  words = 0,
  cast: CategoryCast = 'uint8-or-missing',
): { step: TreeEnsembleStep; block: RowBlock & { kind: 'dense' } } {
  const random = seededRandom(seed);
  const trees = leaves.map((count) => treeOf(count, shape, random, words, kind.acceptsMissing));
  const step = ensembleOf(
    trees,
    kind,
    FEATURES,
    width,
    (leaf, k) => roundedFor(kind, Math.sin(leaf * 3 + k) * 10 ** (leaf % 5)),
    cast,
  );
  const data = Float64Array.from({ length: rows * FEATURES }, () => cellOf(step, random));
  return { step, block: { kind: 'dense', rows, cols: FEATURES, data } };
}

describe('the kernel', () => {
  test('gives the bits of a walk node by node, for trees of any size and shape and rows that meet thresholds', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.array(fc.oneof(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 60, max: 900 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.constantFrom('bushy' as const, 'chain' as const, 'any' as const),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer(),
        (kind, leaves, shape, width, rows, seed) => {
          const { step, block } = caseOf(kind, leaves, shape, width, rows, seed);
          expect(scoresOf(kernelOf(step), step, block)).toEqual(scoresOf(nodeByNode(step), step, block));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('gives them for categories, known, unknown and none', () => {
    const missing = { ...PLAIN, acceptsMissing: true };
    fc.assert(
      fc.property(
        fc.constantFrom<Kind>(PLAIN, missing, { ...missing, input: 'float64' }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 60, max: 300 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 70 }),
        fc.integer(),
        fc.constantFrom<[CategoryCast, number]>(
          ...(['uint8', 'uint8-or-missing'] as const).map((cast): [CategoryCast, number] => [cast, 8]),
          ...(['int32', 'whole'] as const).flatMap((cast): [CategoryCast, number][] => [
            [cast, 8],
            [cast, 40],
          ]),
        ),
        (kind, leaves, rows, seed, [cast, words]) => {
          const { step, block } = caseOf(kind, leaves, 'any', 2, rows, seed, words, cast);
          expect(scoresOf(kernelOf(step), step, block)).toEqual(scoresOf(nodeByNode(step), step, block));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('adds trees that each belong to one score', () => {
    const given = caseOf(PLAIN, [3, 40, 200, 64, 65, 1], 'any', 1, 33, 5);
    const step = { ...given.step, scores: 3, target: Int32Array.of(2, 0, 1, 2, 1, 0) };
    expect(scoresOf(kernelOf(step), step, given.block)).toEqual(
      scoresOf(nodeByNode(step), step, given.block),
    );
  });

  test('keeps its bits over blocks, stages and calls of other lengths', () => {
    const { step, block } = caseOf({ ...PLAIN, acceptsMissing: true }, [20, 60, 3000], 'any', 2, 9001, 7);
    const kernel = kernelOf(step);
    const wanted = scoresOf(nodeByNode(step), step, block);
    for (const rows of [9001, 1, 17, 8192, 4097, 0])
      expect(scoresOf(kernel, step, { ...block, rows })).toEqual(wanted.slice(0, rows * 2));
  });

  test('takes sparse rows and columns', () => {
    const { step, block } = caseOf(PLAIN, [30, 100], 'any', 2, 50, 3);
    const cells = Array.from({ length: FEATURES }, (_, col) =>
      Float64Array.from({ length: 50 }, (__, row) => block.data[row * FEATURES + col]!),
    );
    const sparse: RowBlock = {
      kind: 'sparse',
      rows: 50,
      cols: FEATURES,
      indptr: Int32Array.from({ length: 51 }, (_, row) => row * FEATURES),
      indices: Int32Array.from(block.data, (_, k) => k % FEATURES),
      values: block.data,
    };
    const wanted = scoresOf(nodeByNode(step), step, block);
    const kernel = kernelOf(step);
    expect(scoresOf(kernel, step, { kind: 'columns', rows: 50, cols: FEATURES, columns: cells })).toEqual(
      wanted,
    );
    expect(scoresOf(kernel, step, sparse)).toEqual(wanted);
  });

  test.each([
    ['a missing value', PLAIN, Number.NaN],
    ['an infinite value', { ...PLAIN, acceptsMissing: true }, -Infinity],
    ['a number beyond float32', { ...PLAIN, acceptsMissing: true }, 1e39],
    ['a missing value among float64', { ...PLAIN, input: 'float64' as const }, Number.NaN],
  ])('refuses %s as the walk does, in columns no tree asks about too', (_, kind, cell) => {
    for (const col of [0, 4]) {
      const step = ensembleOf(
        [[{ feature: 0, threshold: 1, missingLeft: true }, 0, 1]],
        kind,
        FEATURES,
        1,
        Number,
      );
      const data = new Float64Array(700 * FEATURES);
      data[600 * FEATURES + col] = cell;
      const block: RowBlock = { kind: 'dense', rows: 700, cols: FEATURES, data };
      const messageOf = (add: AddTrees): string => {
        try {
          return String(scoresOf(add, step, block));
        } catch (error) {
          return (error as Error).message;
        }
      };
      const wanted = messageOf(prepareWalk(step, FEATURES, []).add);
      expect(wanted).toMatch(`row 600, column "x${col}"`);
      expect(messageOf(kernelOf(step))).toBe(wanted);
    }
  });

  test('refuses a missing value among categories', () => {
    for (const input of ['float32', 'float64'] as const) {
      const { step, block } = caseOf({ ...PLAIN, input }, [60], 'any', 1, 40, 2, 8);
      block.data[7 * FEATURES] = Number.NaN;
      expect(step.arena.categorical).not.toBeNull();
      expect(() => scoresOf(kernelOf(step), step, block)).toThrow(/^row 7, column "x0"/);
    }
  });

  test('leaves sets of so many categories that their tables would take much memory to the walk', () => {
    const missing = { ...PLAIN, acceptsMissing: true };
    const treeWith = (words: number): TreeEnsembleStep => {
      const left = new Array<number>(words).fill(5);
      const split = { feature: 0, threshold: 0, missingLeft: true, categories: { left, known: [] } };
      return ensembleOf([[split, 0, 1]], missing, FEATURES, 1, Number, 'int32');
    };
    const { refuse } = prepareWalk(treeWith(8), FEATURES, []);
    expect(prepareKernel(treeWith(2 ** 10), FEATURES, [], refuse)).not.toBeNull();
    expect(prepareKernel(treeWith(2 ** 19), FEATURES, [], refuse)).toBeNull();
  });

  test('leaves large trees with categories, and rows too wide for a group, to the walk', () => {
    const { step } = caseOf(PLAIN, [3], 'any', 1, 1, 1);
    const large = caseOf(PLAIN, [513], 'any', 1, 1, 1, 8).step;
    const { refuse } = prepareWalk(step, FEATURES, []);
    expect(prepareKernel(large, FEATURES, [], refuse)).toBeNull();
    expect(prepareKernel(step, 2 ** 17, [], refuse)).toBeNull();
  });
});
