import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../core/testing/runs.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import { type CategoryCast, type TreeArena, ZERO_BOUND } from '../../../model/tree.ts';
import { prepareStep } from '../prepare.ts';

/** A tree as plain nested data, to be walked by plain recursion: what the fast walks are held to. */
interface Leaf {
  readonly values: readonly number[];
}
interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly zeroMissing: boolean;
  /** Categories that go left and categories known, or null for a numeric split. */
  readonly categories: { readonly left: readonly number[]; readonly known: readonly number[] } | null;
  readonly left: Tree;
  readonly right: Tree;
}
type Tree = Leaf | Split;
type Kind = Pick<TreeEnsembleStep, 'input' | 'split' | 'acceptsMissing'> & {
  readonly arena: Pick<TreeArena, 'categories'>;
};

const isLeaf = (tree: Tree): tree is Leaf => 'values' in tree;

function goesLeft(split: Split, x: number, kind: Kind): boolean {
  if (Number.isNaN(x)) return split.missingLeft;
  if (split.categories !== null) {
    const { left, known } = split.categories;
    const cast = kind.arena.categories;
    if (cast === 'int32') return left.includes(Math.trunc(x));
    if (cast === 'whole') return x >= 0 && left.includes(Math.trunc(x));
    if (x < 0 && cast === 'uint8-or-missing') return split.missingLeft;
    const category = uint8Of(x);
    if (left.includes(category)) return true;
    return !known.includes(category) && split.missingLeft;
  }
  if (split.zeroMissing && x >= -ZERO_BOUND && x <= ZERO_BOUND) return split.missingLeft;
  return kind.split === 'le' ? x <= split.threshold : x < split.threshold;
}

/** `(unsigned char)x` by the bytes: the first of an int32, which is -2³¹ for what does not fit. */
function uint8Of(x: number): number {
  const whole = Math.trunc(x);
  const int = Int32Array.of(-(2 ** 31) <= whole && whole <= 2 ** 31 - 1 ? whole : -(2 ** 31));
  return new Uint8Array(int.buffer)[0]!;
}

function leafOf(tree: Tree, row: readonly number[], kind: Kind): Leaf {
  if (isLeaf(tree)) return tree;
  const given = row[tree.feature]!;
  const x = kind.input === 'float32' ? Math.fround(given) : given;
  return leafOf(goesLeft(tree, x, kind) ? tree.left : tree.right, row, kind);
}

const bits = (members: readonly number[], words: number): number[] =>
  Array.from({ length: words }, (_, word) =>
    members.reduce((set, member) => (member >> 5 === word ? set | (1 << (member & 31)) : set), 0),
  );

/** The arena of nested trees, children after parents. */
function arenaOf(trees: readonly Tree[], width: number, categories: CategoryCast): TreeEnsembleStep['arena'] {
  const nodes: { left: number; right: number; tree: Tree }[] = [];
  const sets: Split[] = [];
  const place = (tree: Tree): number => {
    const node = { left: -1, right: -1, tree };
    const at = nodes.push(node) - 1;
    if (!isLeaf(tree)) {
      if (tree.categories !== null) sets.push(tree);
      node.left = place(tree.left);
      node.right = place(tree.right);
    }
    return at;
  };
  const roots = trees.map(place);
  const isUint8 = categories.startsWith('uint8');
  const wordsOf = ({ categories: sets }: Split): number =>
    isUint8 ? 8 : 1 + (Math.max(0, ...sets!.left) >> 5);
  const offsets = [0];
  for (const split of sets) offsets.push(offsets.at(-1)! + wordsOf(split));
  const of = <T>(split: (tree: Split) => T, leaf: T): T[] =>
    nodes.map(({ tree }) => (isLeaf(tree) ? leaf : split(tree)));
  return {
    roots: Int32Array.from(roots),
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    feature: Int32Array.from(of(({ feature }) => feature, -1)),
    threshold: Float64Array.from(of(({ threshold }) => threshold, -2)),
    missingLeft: Uint8Array.from(of(({ missingLeft }) => (missingLeft ? 1 : 0), 0)),
    zeroMissing: Uint8Array.from(of(({ zeroMissing }) => (zeroMissing ? 1 : 0), 0)),
    categorical:
      sets.length === 0
        ? null
        : Int32Array.from(of((split) => (split.categories ? sets.indexOf(split) : -1), -1)),
    setOffsets: Uint32Array.from(offsets),
    bitsets: Uint32Array.from(sets.flatMap((split) => bits(split.categories!.left, wordsOf(split)))),
    knownBitsets: isUint8
      ? Uint32Array.from(sets.flatMap((split) => bits(split.categories!.known, wordsOf(split))))
      : null,
    categories,
    values: Float64Array.from(
      nodes.flatMap(({ tree }) => (isLeaf(tree) ? tree.values : new Array<number>(width).fill(0))),
    ),
    valueWidth: width,
  };
}

const FEATURES = 3;
/** Few values, so that rows meet thresholds exactly; with both zeros, extremes and what float32 rounds away. */
const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  0.1,
  Math.fround(0.1),
  1.5,
  5e-324,
  -5e-324,
  1e-45,
  1 + 2 ** -24,
  1 + 2 ** -23,
  3,
  250,
  256,
  1e30,
  ZERO_BOUND,
  -ZERO_BOUND,
  1e-35,
  2e-35,
);
const threshold = fc.oneof(special, fc.constant(Infinity), fc.double({ noNaN: true, min: -1e30, max: 1e30 }));
const members = fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 6 });
/** A few sets that no table of the kernel holds. */
const anyMembers = fc.oneof(
  { weight: 9, arbitrary: members },
  { weight: 1, arbitrary: fc.uniqueArray(fc.nat(700), { maxLength: 9 }) },
);

function treeOf(width: number, categorical: boolean, missing: boolean, single: boolean): fc.Arbitrary<Tree> {
  const value = single
    ? fc.float({ noNaN: true, min: -1e6, max: 1e6 })
    : fc.double({ noNaN: true, min: -1e6, max: 1e6 });
  const leaf: fc.Arbitrary<Leaf> = fc.record({
    values: fc.array(value, { minLength: width, maxLength: width }),
  });
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 9, withCrossShrink: true },
      leaf,
      fc.record({
        feature: fc.nat(FEATURES - 1),
        threshold,
        missingLeft: fc.boolean(),
        zeroMissing: missing ? fc.boolean() : fc.constant(false),
        categories: categorical
          ? fc.option(fc.record({ left: anyMembers, known: members }))
          : fc.constant(null),
        left: tie('tree'),
        right: tie('tree'),
      }),
    ),
  }));
  return tree;
}

interface Case {
  readonly step: TreeEnsembleStep;
  readonly trees: readonly Tree[];
  readonly rows: readonly (readonly number[])[];
}

const cases = fc
  .record({
    width: fc.integer({ min: 1, max: 3 }),
    input: fc.constantFrom('float32' as const, 'float64' as const),
    split: fc.constantFrom('le' as const, 'lt' as const),
    acceptsMissing: fc.boolean(),
    casts: fc.constantFrom<CategoryCast>('uint8', 'uint8-or-missing', 'int32', 'whole'),
    sums: fc.constantFrom('float32' as const, 'float64' as const),
    categorical: fc.boolean(),
    scattered: fc.boolean(),
    aggregate: fc.constantFrom('sum' as const, 'mean' as const),
  })
  .chain(({ width, categorical, scattered, ...kind }) => {
    const cell = fc.oneof(
      special,
      fc.double({ noNaN: true, min: -1e30, max: 1e30 }),
      fc.double({ noNaN: true, min: -600, max: 600 }),
      fc.constantFrom(-0.5, 255.5, 300, 1e10, -1e10, 2 ** 31, 2 ** 31 + 3, -(2 ** 31) - 0.5, 2 ** 32 + 5),
      ...(kind.acceptsMissing ? [fc.constant(Number.NaN)] : []),
      ...(kind.input === 'float64' && kind.acceptsMissing ? [fc.constantFrom(Infinity, -Infinity)] : []),
    );
    const perLeaf = scattered ? 1 : width;
    return fc.record({
      kind: fc.constant(kind),
      width: fc.constant(width),
      scattered: fc.constant(scattered),
      start: fc.array(fc.float({ noNaN: true, min: -10, max: 10 }), { minLength: width, maxLength: width }),
      trees: fc.array(treeOf(perLeaf, categorical, kind.acceptsMissing, kind.sums === 'float32'), {
        minLength: 1,
        maxLength: 20,
      }),
      rows: fc.array(fc.array(cell, { minLength: FEATURES, maxLength: FEATURES }), {
        minLength: 1,
        maxLength: 40,
      }),
    });
  })
  .map(
    ({ kind: { casts, ...kind }, width, scattered, start, trees, rows }): Case => ({
      trees,
      rows,
      step: {
        ...kind,
        kind: 'tree-ensemble',
        origin: { path: '', class: 'random', offset: 0 },
        features: FEATURES,
        featureNames: null,
        arena: arenaOf(trees, scattered ? 1 : width, casts),
        scores: width,
        target: scattered ? Int32Array.from(trees, (_, i) => i % width) : null,
        base: { kind: 'constant', scores: Float64Array.from(start) },
        head: { kind: 'regression', link: 'identity', flat: false },
      },
    }),
  );

/** Scores by recursion: base first, then the trees in order. */
function naiveScores({ step, trees, rows }: Case): number[] {
  const start = step.base.kind === 'constant' ? step.base.scores : [];
  const round = step.sums === 'float32' ? Math.fround : (sum: number): number => sum;
  const perScore = step.target === null ? trees.length : trees.length / step.scores;
  return rows.flatMap((row) => {
    const scores = Array.from(start);
    trees.forEach((tree, i) => {
      leafOf(tree, row, step).values.forEach((value, k) => {
        const at = step.target === null ? k : step.target[i]!;
        scores[at] = round(scores[at]! + value);
      });
    });
    return step.aggregate === 'mean' ? scores.map((score) => score / perScore) : scores;
  });
}

function fastScores(step: TreeEnsembleStep, rows: readonly (readonly number[])[]): number[] {
  const { outputs } = prepareStep(step, []);
  const data = Float64Array.from(rows.flat());
  const { predict } = outputs!({ kind: 'dense', rows: rows.length, cols: FEATURES, data });
  return Array.from((predict as { data: Float64Array }).data);
}

describe('tree ensembles', () => {
  test('give the bits of a plain recursive walk on any trees and rows, one by one and together', () => {
    fc.assert(
      fc.property(cases, (given) => {
        const wanted = naiveScores(given);
        expect(fastScores(given.step, given.rows)).toEqual(wanted);
        expect(given.rows.flatMap((row) => fastScores(given.step, [row]))).toEqual(wanted);
      }),
      { numRuns: runs(400) },
    );
  });

  test('give the same bits in blocks of many rows, through the kernel', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1024, max: 1100 }), (given, count) => {
        const rows = Array.from({ length: count }, (_, i) => given.rows[i % given.rows.length]!);
        const once = naiveScores(given);
        const wanted = Array.from({ length: count * given.step.scores }, (_, k) => once[k % once.length]!);
        expect(fastScores(given.step, rows)).toEqual(wanted);
      }),
      { numRuns: runs(100) },
    );
  });

  test('take the number that a step names for a missing value, in float32, alone and in blocks', () => {
    const split: Tree = {
      feature: 0,
      threshold: 0,
      missingLeft: false,
      zeroMissing: false,
      categories: null,
      left: { values: [1] },
      right: { values: [2] },
    };
    const [given] = fc.sample(cases, { numRuns: 1, seed: 1 });
    const step: TreeEnsembleStep = {
      ...given!.step,
      arena: arenaOf([split], 1, 'whole'),
      input: 'float32',
      acceptsMissing: true,
      missingNumber: Math.fround(-999.1),
      aggregate: 'sum',
      scores: 1,
      target: null,
      base: { kind: 'constant', scores: new Float64Array(1) },
    };
    const rows = [-999.1, -999, Number.NaN, -1].map((cell) => [cell, 0, 0]);
    expect(fastScores(step, rows)).toEqual([2, 1, 2, 1]);
    const many = Array.from({ length: 1200 }, (_, i) => rows[i % 4]!);
    expect(fastScores(step, many)).toEqual(many.map((_, i) => [2, 1, 2, 1][i % 4]));
  });

  test('keep their bits across the slices of a long batch', () => {
    const [given] = fc.sample(cases, { numRuns: 1, seed: 42 });
    const rows = Array.from({ length: 1003 }, (_, i) => given!.rows[i % given!.rows.length]!);
    expect(fastScores(given!.step, rows)).toEqual(naiveScores({ ...given!, rows }));
  });

  test.each([
    ['a child outside the arena', { right: Int32Array.of(7, -1, -1) }],
    ['two parents of one node', { right: Int32Array.of(1, -1, -1) }],
    ['a root that is its own child', { left: Int32Array.of(0, -1, -1) }],
    ['a column the rows do not have', { feature: Int32Array.of(3, -1, -1) }],
    ['too few values', { values: new Float64Array(2) }],
  ])('refuses %s', (_, damage) => {
    const [given] = fc.sample(cases, { numRuns: 1, seed: 1 });
    const leaf: Leaf = { values: [1] };
    const tree: Tree = {
      feature: 0,
      threshold: 1,
      missingLeft: false,
      zeroMissing: false,
      categories: null,
      left: leaf,
      right: leaf,
    };
    const step: TreeEnsembleStep = {
      ...given!.step,
      arena: { ...arenaOf([tree], 1, 'uint8'), ...damage },
      scores: 1,
      target: null,
      base: { kind: 'constant', scores: new Float64Array(1) },
    };
    expect(() => prepareStep(step, [])).toThrow(/^Cannot use/);
  });
});
