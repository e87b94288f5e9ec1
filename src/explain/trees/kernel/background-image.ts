import { elementAt } from '../../../core/element-at.ts';
import { shapleyWeight } from '../../../statistics/shapley.ts';
import { type AskedNodes, askedNodes } from '../asked-nodes.ts';
import type { DecisionTrees, Players } from '../decision-trees.ts';
import { type LeafPath, type LeafPaths, leafPaths } from '../leaf-paths.ts';
import { leafTable, type SeenPatterns, TABLE_PLAYERS } from '../seen-patterns.ts';

/** As `background.as.ts` lays them out, in bytes. */
const TREE = 24;
const NODE = 32;
const LEAF = 28;
const SEEN = 16;
const FLAGS = { less: 1, missingLeft: 2, first: 4 };
/** Bits of a pattern. */
const MOST_PLAYERS = 32;
/** At address 0, where the kernel sums what a leaf gives. */
const SCRATCH = 8 * MOST_PLAYERS;
/** Weights by a and c, of as many players as there may be. */
const WEIGHT_CELLS = MOST_PLAYERS + 1;
/** Bytes of all tables; leaves beyond compare patterns. */
const TABLES_LIMIT = 2 ** 28;
/** Rows that go together through a tree, whose tables stay in the cache meanwhile, and bytes of them. */
const BLOCK_ROWS = 256;
const BLOCK_BYTES = 2 ** 20;

/** Where everything lies in the kernel's memory, in bytes. */
export interface BackgroundPlan {
  readonly trees: readonly number[];
  readonly weights: number;
  readonly x: number;
  readonly values: number;
  readonly stride: number;
  /** Rows that there is room for. */
  readonly blockRows: number;
  readonly bytes: number;
}

/** The trees, their asking nodes and their leaves. */
export interface LaidPaths {
  readonly asked: readonly AskedNodes[];
  readonly paths: readonly LeafPaths[];
}

/** Null where a path asks more players than a pattern has bits. */
export function layPaths(trees: DecisionTrees, players: Players): LaidPaths | null {
  const asked = Array.from(trees.roots, (root) => askedNodes(trees, players, root));
  if (asked.some((nodes) => nodes.players > MOST_PLAYERS)) return null;
  return { asked, paths: asked.map((nodes) => leafPaths(trees, players, nodes)) };
}

export interface BackgroundImage {
  readonly plan: BackgroundPlan;
  /** Address of the pattern of each leaf, tree by tree. */
  readonly patterns: readonly Int32Array[];
  write(memory: ArrayBuffer): void;
}

/** What is known of one leaf's background: a table, or patterns to be compared; neither before they are known. */
type LeafGround = { readonly table: Float64Array } | { readonly seen: SeenPatterns } | null;

/** A leaf's place in memory, and what of its background is written there. */
interface PlacedLeaf {
  readonly leaf: LeafPath;
  /** Address of its table, or of the patterns. */
  readonly at: number;
  readonly ground: LeafGround;
  readonly players: number;
  readonly values: number;
}

/** Everything that is written, by its address. */
interface Layout {
  readonly trees: DecisionTrees;
  readonly weights: number;
  readonly stride: number;
  readonly slots: number;
  readonly placed: readonly {
    readonly asked: AskedNodes;
    readonly paths: LeafPaths;
    readonly entry: number;
    readonly nodes: number;
    readonly leafEntries: number;
    readonly leaves: readonly PlacedLeaf[];
    readonly target: number;
  }[];
}

/** Plans the kernel's memory; `seen` has the patterns of the background at each leaf, tree by tree, where they are known. */
export function backgroundImage(
  trees: DecisionTrees,
  players: Players,
  { asked, paths }: LaidPaths,
  seen: readonly (readonly SeenPatterns[])[] | null,
): BackgroundImage {
  let end = SCRATCH;
  const take = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes) / 8) * 8;
    return at;
  };
  let tableBytes = 0;
  const ground = (known: SeenPatterns | undefined, count: number): Pick<PlacedLeaf, 'at' | 'ground'> => {
    if (known === undefined) return { at: 0, ground: null };
    const bytes = 8 * count * 2 ** count;
    if (count > TABLE_PLAYERS || tableBytes + bytes > TABLES_LIMIT)
      return { at: take(SEEN * known.patterns.length), ground: { seen: known } };
    tableBytes += bytes;
    return { at: take(bytes), ground: { table: leafTable(known, count) } };
  };
  const weights = take(8 * WEIGHT_CELLS ** 2);
  // Patterns lie where they are left by the node above: a pair of them for each node, after that of the root.
  const slots = take(4 + 8 * asked.reduce((most, { node }) => Math.max(most, node.length), 0));
  const placed = asked.map((nodes, t) => {
    const { leaves } = elementAt(paths, t);
    return {
      ...{ asked: nodes, paths: elementAt(paths, t), target: trees.target[t]! },
      entry: take(TREE),
      nodes: take(NODE * nodes.node.length),
      leafEntries: take(LEAF * leaves.length),
      leaves: leaves.map((leaf, l): PlacedLeaf => {
        const count = leaf.players.length;
        const addresses = { players: take(4 * count), values: take(8 * trees.valueWidth) };
        return { leaf, ...addresses, ...ground(seen?.[t]?.[l], count) };
      }),
    };
  });
  const stride = 8 * players.count;
  const rowBytes = 8 * players.of.length + stride * trees.scores;
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_BYTES / rowBytes)));
  const x = take(8 * players.of.length * blockRows);
  const values = take(stride * trees.scores * blockRows);
  const layout: Layout = { trees, weights, stride, slots, placed };
  return {
    plan: { trees: placed.map(({ entry }) => entry), weights, x, values, stride, blockRows, bytes: end },
    patterns: paths.map((tree) =>
      Int32Array.from(tree.leaves, ({ place, isLeft }) => slotOf(layout, place, isLeft)),
    ),
    write: (memory) => writeLayout(memory, layout),
  };
}

/** Address of the pattern at a child of the asking node at `place`. */
const slotOf = ({ slots }: Pick<Layout, 'slots'>, place: number, isLeft: boolean): number =>
  slots + 4 + 8 * place + (isLeft ? 0 : 4);

function writeLayout(memory: ArrayBuffer, layout: Layout): void {
  const { trees, weights, stride, placed } = layout;
  const words = new Uint32Array(memory);
  const doubles = new Float64Array(memory);
  for (let a = 0; a < WEIGHT_CELLS; a++)
    for (let c = 0; c < WEIGHT_CELLS; c++) doubles[weights / 8 + a * WEIGHT_CELLS + c] = shapleyWeight(a, c);
  for (const tree of placed) {
    const { entry, nodes, leafEntries, leaves, target } = tree;
    writeNodes(words, doubles, layout, tree);
    for (const [l, leaf] of leaves.entries()) writeLeaf(words, doubles, layout, leaf, leafEntries + LEAF * l);
    const ends = [
      nodes,
      nodes + NODE * tree.asked.node.length,
      leafEntries,
      leafEntries + LEAF * leaves.length,
    ];
    words.set([...ends, trees.valueWidth, stride * target], entry / 4);
  }
}

function writeNodes(
  words: Uint32Array,
  doubles: Float64Array,
  layout: Layout,
  { asked, paths, nodes }: Layout['placed'][number],
): void {
  const { trees, slots } = layout;
  for (const [place, node] of asked.node.entries()) {
    const at = nodes + NODE * place;
    const parent = asked.parent[place]!;
    doubles[at / 8] = trees.threshold[node]!;
    const flags =
      (trees.split === 'lt' ? FLAGS.less : 0) |
      (trees.missingLeft[node] === 1 ? FLAGS.missingLeft : 0) |
      (paths.first[place] === 1 ? FLAGS.first : 0);
    const own = parent < 0 ? slots : slotOf(layout, parent, asked.fromLeft[place] === 1);
    const below = [slotOf(layout, place, true), slotOf(layout, place, false)];
    words.set([8 * trees.column[node]!, flags, 2 ** paths.bit[place]!, own, ...below], (at + 8) / 4);
  }
}

function writeLeaf(
  words: Uint32Array,
  doubles: Float64Array,
  layout: Layout,
  { leaf, at, ground, players, values }: PlacedLeaf,
  entry: number,
): void {
  const { trees } = layout;
  const isTable = ground !== null && 'table' in ground;
  const ends = ground === null || isTable ? [0, 0] : [at, at + SEEN * ground.seen.patterns.length];
  const slot = slotOf(layout, leaf.place, leaf.isLeft);
  words.set([slot, leaf.players.length, players, values, isTable ? at : 0, ...ends], entry / 4);
  words.set(
    leaf.players.map((player) => 8 * player),
    players / 4,
  );
  const from = leaf.node * trees.valueWidth;
  doubles.set(trees.values.subarray(from, from + trees.valueWidth), values / 8);
  if (isTable) doubles.set(ground.table, at / 8);
  else if (ground !== null) writeSeen(words, doubles, at, ground.seen);
}

function writeSeen(words: Uint32Array, doubles: Float64Array, at: number, seen: SeenPatterns): void {
  for (const [i, pattern] of seen.patterns.entries()) {
    words[(at + SEEN * i) / 4] = pattern;
    doubles[(at + SEEN * i) / 8 + 1] = seen.shares[i]!;
  }
}
