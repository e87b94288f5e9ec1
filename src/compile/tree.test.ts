import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TreeArena, TreeEnsembleStep } from '../model/tree.ts';
import { base, infer, numbers, tableSignature } from './test-session.ts';

const SEED = Number(process.env['PLIMSOLL_SEED'] ?? 20_261_125);
const CATEGORIES = 256;

/** A tree as people draw it; the oracle walks it directly, the arena is made from it. */
type Tree =
  | { readonly values: readonly number[] }
  | ({
      readonly feature: number;
      readonly missingLeft: boolean;
      readonly left: Tree;
      readonly right: Tree;
    } & (
      | { readonly threshold: number }
      | { readonly goesLeft: ReadonlySet<number>; readonly known: ReadonlySet<number> }
    ));

function goesLeft(
  tree: Exclude<Tree, { values: readonly number[] }>,
  x: number,
  split: 'le' | 'lt',
): boolean {
  if (Number.isNaN(x)) return tree.missingLeft;
  if ('threshold' in tree) return split === 'le' ? x <= tree.threshold : x < tree.threshold;
  if (tree.goesLeft.has(x)) return true;
  return tree.known.has(x) ? false : tree.missingLeft;
}

function walk(tree: Tree, row: readonly number[], split: 'le' | 'lt'): readonly number[] {
  if ('values' in tree) return tree.values;
  return walk(goesLeft(tree, row[tree.feature]!, split) ? tree.left : tree.right, row, split);
}

const words = (set: ReadonlySet<number>): number[] =>
  Array.from({ length: 8 }, (_, word) => {
    let bits = 0;
    for (let bit = 0; bit < 32; bit += 1) if (set.has(word * 32 + bit)) bits |= 1 << bit;
    return bits >>> 0;
  });

function arenaOf(trees: readonly Tree[], valueWidth: number): TreeArena {
  const nodes: { left: number; right: number; tree: Tree }[] = [];
  const bits: number[][] = [];
  const known: number[][] = [];
  const categorical: number[] = [];
  const add = (tree: Tree): number => {
    const at = nodes.push({ left: -1, right: -1, tree }) - 1;
    const isCategorical = 'goesLeft' in tree;
    categorical.push(isCategorical ? bits.length : -1);
    if (isCategorical) {
      bits.push(words(tree.goesLeft));
      known.push(words(tree.known));
    }
    if (!('values' in tree)) {
      nodes[at]!.left = add(tree.left);
      nodes[at]!.right = add(tree.right);
    }
    return at;
  };
  const roots = Int32Array.from(trees, add);
  return {
    roots,
    left: Int32Array.from(nodes, ({ left }) => left),
    right: Int32Array.from(nodes, ({ right }) => right),
    feature: Int32Array.from(nodes, ({ tree }) => ('feature' in tree ? tree.feature : -1)),
    threshold: Float64Array.from(nodes, ({ tree }) => ('threshold' in tree ? tree.threshold : 0)),
    missingLeft: Uint8Array.from(nodes, ({ tree }) => Number('missingLeft' in tree && tree.missingLeft)),
    categorical: bits.length > 0 ? Int32Array.from(categorical) : null,
    bitsets: Uint32Array.from(bits.flat()),
    knownBitsets: Uint32Array.from(known.flat()),
    values: Float64Array.from(
      nodes.flatMap(({ tree }) => ('values' in tree ? tree.values : new Array<number>(valueWidth).fill(0))),
    ),
    valueWidth,
  };
}

const FEATURES = 3;
/** Few distinct numbers, so that thresholds tie with inputs. */
const special = fc.constantFrom(
  0,
  -0,
  1,
  -1,
  0.5,
  2 ** -149,
  1e-310,
  3.5,
  1e300,
  -1e300,
  16_777_217,
  0.1,
  Math.fround(0.1),
);
const cell = fc.oneof(
  special,
  fc.constantFrom(Number.NaN, Infinity, -Infinity),
  fc.integer({ min: 0, max: 300 }),
  fc.double(),
);
const threshold = fc.oneof(special, fc.double({ noNaN: true }));
const categorySet = fc
  .oneof(
    fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
    fc.uniqueArray(fc.integer({ min: 0, max: CATEGORIES - 1 }), { maxLength: 60 }),
  )
  .map((list) => new Set(list));

const leafOf = (width: number): fc.Arbitrary<Tree> =>
  fc
    .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: width, maxLength: width })
    .map((values) => ({ values }));

/** Feature 2 is categorical in categorical ensembles, as a column is one or the other. */
function treeOf(width: number, categories: boolean): fc.Arbitrary<Tree> {
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => {
    const children = { missingLeft: fc.boolean(), left: tie('tree'), right: tie('tree') };
    const numeric = fc.record({ feature: fc.nat(categories ? 1 : 2), threshold, ...children });
    const categorical = fc
      .record({ feature: fc.constant(2), goesLeft: categorySet, also: categorySet, ...children })
      .map(({ also, ...node }) => ({ ...node, known: new Set([...node.goesLeft, ...also]) }));
    return {
      tree: fc.oneof(
        { maxDepth: 7, depthSize: 'large' },
        { weight: 1, arbitrary: leafOf(width) },
        { weight: 3, arbitrary: numeric },
        { weight: categories ? 3 : 0, arbitrary: categorical },
      ),
    };
  });
  return tree;
}

const rowsArbitrary = (categories: boolean) => {
  const row = categories
    ? fc.tuple(cell, cell, fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(Number.NaN, -1, -0)))
    : fc.tuple(cell, cell, cell);
  return fc.array(row, { minLength: 1, maxLength: 24 });
};

const ensemble = (fields: Partial<TreeEnsembleStep> & Pick<TreeEnsembleStep, 'arena'>): TreeEnsembleStep => ({
  ...base,
  kind: 'tree-ensemble',
  input: 'float64',
  split: 'le',
  acceptsMissing: true,
  scores: 1,
  target: null,
  base: { kind: 'constant', scores: new Float64Array(1) },
  aggregate: 'sum',
  head: { kind: 'regression', link: 'identity', flat: true },
  ...fields,
});

const predict = async (step: TreeEnsembleStep, rows: readonly (readonly number[])[]) =>
  (await infer(step, tableSignature(numbers(FEATURES), ['predict']), rows))['predict']!;

describe('tree ensembles', () => {
  test.each([
    { input: 'float64', split: 'le', categories: false },
    { input: 'float32', split: 'le', categories: false },
    { input: 'float32', split: 'lt', categories: false },
    { input: 'float64', split: 'le', categories: true },
  ] as const)(
    'equal a recursive walk bit for bit ($input, $split, categories: $categories)',
    async ({ input, split, categories }) => {
      const trees = fc.array(treeOf(1, categories), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(
          trees,
          rowsArbitrary(categories),
          special,
          fc.boolean(),
          async (forest, rows, start, mean) => {
            const step = ensemble({
              arena: arenaOf(forest, 1),
              input,
              split,
              aggregate: mean ? 'mean' : 'sum',
              base: { kind: 'constant', scores: Float64Array.of(start) },
            });
            const expected = rows.map((row) => {
              const seen = input === 'float32' ? row.map(Math.fround) : row;
              const sum = forest.reduce((total, tree) => total + walk(tree, seen, split)[0]!, 0 + start);
              return mean ? sum / forest.length : sum;
            });
            const { dims, data } = await predict(step, rows);
            expect(dims).toEqual([rows.length]);
            expect(data).toEqual(expected);
          },
        ),
        { seed: SEED, numRuns: 150 },
      );
    },
  );
});
