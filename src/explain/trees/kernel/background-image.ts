import { type AskedNodes, askedNodes } from '../asked-nodes.ts';
import type { DecisionTrees, Players } from '../decision-trees.ts';
import { type LeafPath, type LeafPaths, leafPaths } from '../leaf-paths.ts';
import { leafTable, type SeenPatterns, weightOf } from '../seen-patterns.ts';

/** As `background.as.ts` lays them out, in bytes. */
const TREE = 24;
const NODE = 32;
const LEAF = 28;
const SEEN = 16;
const FLAGS = { less: 1, missingLeft: 2, first: 4 };
/** Bits of a pattern. */
export const MOST_PLAYERS = 32;
/** At address 0, where the kernel sums what a leaf gives. */
const SCRATCH = 8 * MOST_PLAYERS;
/** Weights by a and c, of as many players as there may be. */
const WEIGHT_CELLS = MOST_PLAYERS + 1;
/** Players of a leaf beyond which a table is larger than the patterns it is made of, and bytes of all tables. */
const TABLE_PLAYERS = 8;
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

export function layPaths(trees: DecisionTrees, players: Players): LaidPaths {
  const asked = Array.from(trees.roots, (root) => askedNodes(trees, players, root));
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
  const weights = take(8 * WEIGHT_CELLS ** 2);
  const entries = asked.map(() => take(TREE));
  const nodes = asked.map(({ node }) => take(NODE * node.length));
  const leaves = paths.map((tree) => take(LEAF * tree.leaves.length));
  // Patterns lie where they are left by the node above: a pair of them for each node, after that of the root.
  const slots = take(4 + 8 * asked.reduce((most, { node }) => Math.max(most, node.length), 0));
  const slotOf = (place: number, isLeft: boolean): number => slots + 4 + 8 * place + (isLeft ? 0 : 4);
  let tableBytes = 0;
  const grounds = paths.map((tree, t) =>
    tree.leaves.map((leaf, l): { at: number; ground: LeafGround; places: number; value: number } => {
      const count = leaf.players.length;
      const places = take(4 * count);
      const value = take(8 * trees.valueWidth);
      const known = seen?.[t]?.[l];
      if (known === undefined) return { at: 0, ground: null, places, value };
      const bytes = 8 * count * 2 ** count;
      if (count <= TABLE_PLAYERS && tableBytes + bytes <= TABLES_LIMIT) {
        tableBytes += bytes;
        return { at: take(bytes), ground: { table: leafTable(known, count) }, places, value };
      }
      return { at: take(SEEN * known.patterns.length), ground: { seen: known }, places, value };
    }),
  );
  const stride = 8 * players.count;
  const rowBytes = 8 * players.of.length + stride * trees.scores;
  const blockRows = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_BYTES / rowBytes)));
  const x = take(8 * players.of.length * blockRows);
  const values = take(stride * trees.scores * blockRows);
  const write = (memory: ArrayBuffer): void => {
    const words = new Uint32Array(memory);
    const doubles = new Float64Array(memory);
    for (let a = 0; a < WEIGHT_CELLS; a++)
      for (let c = 0; c < WEIGHT_CELLS; c++) doubles[weights / 8 + a * WEIGHT_CELLS + c] = weightOf(a, c);
    for (const [t, tree] of asked.entries()) {
      const { bit, first, leaves: found } = paths[t]!;
      for (const [place, node] of tree.node.entries()) {
        const at = nodes[t]! + NODE * place;
        const parent = tree.parent[place]!;
        doubles[at / 8] = trees.threshold[node]!;
        const flags =
          (trees.split === 'lt' ? FLAGS.less : 0) |
          (trees.missingLeft[node] === 1 ? FLAGS.missingLeft : 0) |
          (first[place] === 1 ? FLAGS.first : 0);
        const own = parent < 0 ? slots : slotOf(parent, tree.fromLeft[place] === 1);
        const below = [slotOf(place, true), slotOf(place, false)];
        words.set([8 * trees.column[node]!, flags, 2 ** bit[place]!, own, ...below], (at + 8) / 4);
      }
      for (const [l, leaf] of found.entries()) {
        const { at, ground, places, value } = grounds[t]![l]!;
        const isTable = ground !== null && 'table' in ground;
        const ends = ground !== null && 'seen' in ground ? [at, at + SEEN * ground.seen.patterns.length] : [0, 0];
        const slot = slotOf(leaf.place, leaf.isLeft);
        const entry = [slot, leaf.players.length, places, value, isTable ? at : 0, ...ends];
        words.set(entry, (leaves[t]! + LEAF * l) / 4);
        words.set(leaf.players.map((player) => 8 * player), places / 4);
        const from = leaf.node * trees.valueWidth;
        doubles.set(trees.values.subarray(from, from + trees.valueWidth), value / 8);
        if (ground === null) continue;
        if ('table' in ground) doubles.set(ground.table, at / 8);
        else writeSeen(words, doubles, at, ground.seen);
      }
      const ends = [nodes[t]!, nodes[t]! + NODE * tree.node.length, leaves[t]!, leaves[t]! + LEAF * found.length];
      words.set([...ends, trees.valueWidth, stride * trees.target[t]!], entries[t]! / 4);
    }
  };
  const patterns = paths.map((tree) =>
    Int32Array.from(tree.leaves, ({ place, isLeft }: LeafPath) => slotOf(place, isLeft)),
  );
  return { plan: { trees: entries, weights, x, values, stride, blockRows, bytes: end }, patterns, write };
}

function writeSeen(words: Uint32Array, doubles: Float64Array, at: number, seen: SeenPatterns): void {
  for (const [i, pattern] of seen.patterns.entries()) {
    words[(at + SEEN * i) / 4] = pattern;
    doubles[(at + SEEN * i) / 8 + 1] = seen.shares[i]!;
  }
}
