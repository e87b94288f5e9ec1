import fc from 'fast-check';
import { type CategoryCast, type TreeArena, ZERO_BOUND } from '../../model/tree.ts';

/** For tests only: random trees, a walk over them that shares nothing with compilers, and the arena they make. */

const CATEGORIES = 256;

/** A tree as people draw it; the oracle walks it directly, the arena is made from it. */
export type TestTree =
  | { readonly values: readonly number[] }
  | ({
      readonly feature: number;
      readonly missingLeft: boolean;
      readonly zeroMissing?: boolean;
      readonly left: TestTree;
      readonly right: TestTree;
    } & (
      | { readonly threshold: number }
      | { readonly goesLeft: ReadonlySet<number>; readonly known: ReadonlySet<number> }
    ));

function goesLeft(
  tree: Exclude<TestTree, { values: readonly number[] }>,
  x: number,
  split: 'le' | 'lt',
  cast: CategoryCast,
): boolean {
  if (Number.isNaN(x)) return tree.missingLeft;
  if ('threshold' in tree && tree.zeroMissing && Math.abs(x) <= ZERO_BOUND) return tree.missingLeft;
  if ('threshold' in tree) return split === 'le' ? x <= tree.threshold : x < tree.threshold;
  if (cast === 'int32') return tree.goesLeft.has(Math.trunc(x));
  if (cast === 'whole') return x >= 0 && tree.goesLeft.has(Math.floor(x));
  const category = uint8Of(x);
  const isMissing = x < 0 && cast === 'uint8-or-missing';
  if (tree.goesLeft.has(category) && !isMissing) return true;
  return tree.known.has(category) && !isMissing ? false : tree.missingLeft;
}

/** `(unsigned char)x` as x86-64 has it: `cvttsd2si` to 32 bits, of which the lowest eight are kept. */
function uint8Of(x: number): number {
  const whole = Number.isFinite(x) ? BigInt(Math.trunc(x)) : -(2n ** 31n);
  return Number(BigInt.asUintN(8, BigInt.asIntN(32, whole) === whole ? whole : -(2n ** 31n)));
}

export function walk(
  tree: TestTree,
  row: readonly number[],
  split: 'le' | 'lt',
  cast: CategoryCast = 'uint8',
): readonly number[] {
  if ('values' in tree) return tree.values;
  const next = goesLeft(tree, row[tree.feature]!, split, cast) ? tree.left : tree.right;
  return walk(next, row, split, cast);
}

const words = (set: ReadonlySet<number>): number[] =>
  Array.from({ length: 8 }, (_, word) => {
    let bits = 0;
    for (let bit = 0; bit < 32; bit += 1) if (set.has(word * 32 + bit)) bits |= 1 << bit;
    return bits >>> 0;
  });

export function arenaOf(
  trees: readonly TestTree[],
  valueWidth: number,
  categories: CategoryCast = 'uint8',
): TreeArena {
  const nodes: { left: number; right: number; tree: TestTree }[] = [];
  const bits: number[][] = [];
  const known: number[][] = [];
  const categorical: number[] = [];
  const add = (tree: TestTree): number => {
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
    zeroMissing: Uint8Array.from(nodes, ({ tree }) =>
      Number('threshold' in tree && tree.zeroMissing === true),
    ),
    categorical: bits.length > 0 ? Int32Array.from(categorical) : null,
    setOffsets: Uint32Array.from({ length: bits.length + 1 }, (_, set) => 8 * set),
    bitsets: Uint32Array.from(bits.flat()),
    knownBitsets: categories.startsWith('uint8') ? Uint32Array.from(known.flat()) : null,
    categories,
    values: Float64Array.from(
      nodes.flatMap(({ tree }) => ('values' in tree ? tree.values : new Array<number>(valueWidth).fill(0))),
    ),
    valueWidth,
  };
}

export const FEATURES = 3;
/** Few distinct numbers, so that thresholds tie with inputs. */
export const special = fc.constantFrom(
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

const leafOf = (width: number, round: (value: number) => number): fc.Arbitrary<TestTree> =>
  fc
    .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: width, maxLength: width })
    .map((values) => ({ values: values.map(round) }));

/** Feature 2 is categorical in categorical ensembles, as a column is one or the other. */
export function treeOf(
  width: number,
  categories: boolean,
  round: (value: number) => number = (value) => value,
): fc.Arbitrary<TestTree> {
  const { tree } = fc.letrec<{ tree: TestTree }>((tie) => {
    const children = {
      missingLeft: fc.boolean(),
      zeroMissing: fc.boolean(),
      left: tie('tree'),
      right: tie('tree'),
    };
    const numeric = fc.record({
      feature: fc.nat(categories ? 1 : 2),
      threshold: threshold.map(round),
      ...children,
    });
    const categorical = fc
      .record({ feature: fc.constant(2), goesLeft: categorySet, also: categorySet, ...children })
      .map(({ also, ...node }) => ({ ...node, known: new Set([...node.goesLeft, ...also]) }));
    return {
      tree: fc.oneof(
        { maxDepth: 7, depthSize: 'large' },
        { weight: 1, arbitrary: leafOf(width, round) },
        { weight: 3, arbitrary: numeric },
        { weight: categories ? 3 : 0, arbitrary: categorical },
      ),
    };
  });
  return tree;
}

/** What categorical columns are asked about: categories, and numbers that a cast to uint8 makes another of. */
const category = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.double({ min: -600, max: 600, noNaN: true }),
  fc.constantFrom(
    Number.NaN,
    -1,
    -0,
    -0.5,
    -1e-300,
    255.5,
    256,
    1e10,
    -1e10,
    2 ** 31 - 0.5,
    -(2 ** 31) - 0.5,
  ),
  fc.constantFrom(Infinity, -Infinity, 2 ** 31, -(2 ** 31), 2 ** 31 + 3, 2 ** 32 + 5, -(2 ** 31) - 1, 1e300),
);

export const rowsArbitrary = (categories: boolean) => {
  const row = categories ? fc.tuple(cell, cell, category) : fc.tuple(cell, cell, cell);
  return fc.array(row, { minLength: 1, maxLength: 24 });
};

function skeleton(nodes: number, roots: Int32Array): TreeArena {
  return {
    roots,
    left: new Int32Array(nodes).fill(-1),
    right: new Int32Array(nodes).fill(-1),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    zeroMissing: null,
    categorical: null,
    setOffsets: Uint32Array.of(0),
    bitsets: new Uint32Array(0),
    knownBitsets: new Uint32Array(0),
    categories: 'uint8-or-missing',
    values: new Float64Array(nodes),
    valueWidth: 1,
  };
}

export function balanced(trees: number, nodes: number): TreeArena {
  const arena = skeleton(
    trees * nodes,
    Int32Array.from({ length: trees }, (_, tree) => tree * nodes),
  );
  for (let at = 0; at < trees * nodes; at += 1) {
    const child = 2 * (at % nodes) + 1;
    if (child + 1 >= nodes) continue;
    arena.left[at] = at - (at % nodes) + child;
    arena.right[at] = arena.left[at]! + 1;
  }
  return arena;
}

export function chain(nodes: number): TreeArena {
  const arena = skeleton(nodes, Int32Array.of(0));
  for (let at = 0; at + 2 < nodes; at += 2) {
    arena.left[at] = at + 1;
    arena.right[at] = at + 2;
  }
  return arena;
}
