import type { TreeEnsembleStep } from '../model/step.ts';
import type { TreeArena } from '../model/tree.ts';
import { compileUnsupported, invalidDescription } from './failure.ts';
import { type AskedColumns, askedColumns } from './tree-columns.ts';

/** Values of `nodes_modes` (ai.onnx.ml TreeEnsemble 5). */
export const MODE = { le: 0, lt: 1, member: 6 } as const;
/** onnxruntime walks trees by recursion when it loads them: 20,000 levels overflow a stack of 8 MB. */
const MAX_DEPTH = 2_000;
/** Members of all sets together: the operator lists them one by one, thirty-two for a word of a bitset. */
const MAX_MEMBERS = 2 ** 22;

/** Splits of an arena as TreeEnsemble attributes; what leaves hold is added where the trees are used. */
export interface TreeNodes {
  readonly features: Int32Array;
  readonly modes: Uint8Array;
  readonly splits: Float64Array;
  /** Sets of the member nodes in node order, each closed by NaN. */
  readonly members: number[];
  readonly tracksTrue: Int32Array;
  readonly trueIds: Int32Array;
  readonly falseIds: Int32Array;
  readonly trueLeafs: Int32Array;
  readonly falseLeafs: Int32Array;
  /** Node id of each tree's root; trees that are a single leaf got a node of their own. */
  readonly roots: Int32Array;
  /** Arena node and tree of every leaf, in leaf order. */
  readonly leaves: Int32Array;
  readonly leafTree: Int32Array;
  /** The columns that splits ask of. */
  readonly columns: AskedColumns;
}

/** Ids of every arena node among splits or among leaves, and the tree it belongs to. */
interface Numbering {
  readonly ids: Int32Array;
  readonly tree: Int32Array;
  readonly splits: number;
  readonly leaves: number;
}

/**
 * One pass over the arena, no recursion: children come after their parents, so a node's tree is known before it is
 * reached. Shared nodes are refused, since onnxruntime would unfold them without bound; orphans are left out.
 */
function numberNodes(step: TreeEnsembleStep, width: number): Numbering {
  const { roots, left, right, feature } = step.arena;
  const count = left.length;
  const ids = new Int32Array(count);
  const tree = new Int32Array(count).fill(-1);
  const depth = new Int32Array(count);
  const claim = (node: number, owner: number, parent: number): void => {
    if (!(node > parent && node < count) || tree[node] !== -1) {
      const found = `reached from node ${parent} out of order or twice`;
      throw invalidDescription(step, `node ${node}`, found, 'one parent before it');
    }
    tree[node] = owner;
    depth[node] = parent === -1 ? 0 : depth[parent]! + 1;
  };
  for (const [owner, root] of roots.entries()) claim(root, owner, -1);
  let splits = 0;
  let leaves = 0;
  for (const [node, owner] of tree.entries()) {
    if (owner === -1) continue;
    if (left[node] === -1) {
      ids[node] = leaves++;
      continue;
    }
    ids[node] = splits++;
    claim(left[node]!, owner, node);
    claim(right[node]!, owner, node);
    checkSplit(step, node, feature[node]!, width, depth[node]!);
  }
  return { ids, tree, splits, leaves };
}

function checkSplit(
  step: TreeEnsembleStep,
  node: number,
  feature: number,
  width: number,
  depth: number,
): void {
  if (!(feature >= 0 && feature < width)) {
    throw invalidDescription(step, `node ${node}`, `split by column ${feature}`, `one of ${width} columns`);
  }
  if (depth >= MAX_DEPTH) {
    const wanted = `trees of at most ${MAX_DEPTH} levels (use the native engine: \`--runtime native\`) are`;
    throw compileUnsupported(step, 'tree_', `over ${MAX_DEPTH} levels deep`, wanted);
  }
}

/** Bits that are set, ascending; once there are too many for the operator, the rest is left out. */
function bitsOf(words: Uint32Array): number[] {
  const bits: number[] = [];
  for (const [at, word] of words.entries()) {
    for (let rest = word; rest !== 0; rest &= rest - 1) bits.push(32 * at + 31 - Math.clz32(rest & -rest));
    if (bits.length > MAX_MEMBERS) break;
  }
  return bits;
}

/** The set that a categorical node asks for, where its members go, and whether missing values go with them. */
interface NodeSet {
  readonly members: number[];
  readonly goesLeft: boolean;
  readonly withMissing: boolean;
}

/**
 * The set of a categorical node. Where every category that is no member goes right, the members. Where unknown categories
 * go with missing values, those of the other side, so that unknown and missing values are no members: the categories that
 * go left, or the known ones that go right.
 */
function setOf({ setOffsets, bitsets, knownBitsets }: TreeArena, set: number, missingLeft: boolean): NodeSet {
  const [from, to] = [setOffsets[set]!, setOffsets[set + 1]!];
  const left = bitsets.subarray(from, to);
  if (knownBitsets === null) return { members: bitsOf(left), goesLeft: true, withMissing: missingLeft };
  if (!missingLeft) return { members: bitsOf(left), goesLeft: true, withMissing: false };
  const right = knownBitsets.subarray(from, to).map((word, index) => word & ~left[index]!);
  return { members: bitsOf(right), goesLeft: false, withMissing: false };
}

/** Node arrays under construction, and what is known of the arena. */
interface Draft {
  readonly step: TreeEnsembleStep;
  readonly arena: TreeArena;
  readonly ids: Int32Array;
  readonly nodes: TreeNodes;
}

function allocate(step: TreeEnsembleStep, size: number, leaves: number, columns: AskedColumns): TreeNodes {
  const ints = () => new Int32Array(size);
  return {
    features: ints(),
    modes: new Uint8Array(size).fill(MODE[step.split]),
    splits: new Float64Array(size),
    members: [],
    tracksTrue: ints(),
    trueIds: ints(),
    falseIds: ints(),
    trueLeafs: ints(),
    falseLeafs: ints(),
    roots: new Int32Array(step.arena.roots.length),
    leaves: new Int32Array(leaves),
    leafTree: new Int32Array(leaves),
    columns,
  };
}

function setBranches({ arena, ids, nodes }: Draft, at: number, whenTrue: number, whenFalse: number): void {
  nodes.trueIds[at] = ids[whenTrue]!;
  nodes.falseIds[at] = ids[whenFalse]!;
  nodes.trueLeafs[at] = Number(arena.left[whenTrue] === -1);
  nodes.falseLeafs[at] = Number(arena.left[whenFalse] === -1);
}

function splitByCategory(draft: Draft, node: number, bitset: number): void {
  const { arena, nodes } = draft;
  const at = draft.ids[node]!;
  const [left, right] = [arena.left[node]!, arena.right[node]!];
  const { members, goesLeft, withMissing } = setOf(arena, bitset, arena.missingLeft[node] === 1);
  setBranches(draft, at, goesLeft ? left : right, goesLeft ? right : left);
  nodes.tracksTrue[at] = Number(withMissing);
  if (members.length === 0) {
    // The operator has no empty sets; nothing is below -∞.
    nodes.modes[at] = MODE.lt;
    nodes.splits[at] = -Infinity;
    return;
  }
  nodes.modes[at] = MODE.member;
  for (const member of members) nodes.members.push(member);
  nodes.members.push(Number.NaN);
  if (nodes.members.length <= MAX_MEMBERS) return;
  const wanted = `at most ${MAX_MEMBERS} (use the native engine: \`--runtime native\`) are`;
  throw compileUnsupported(draft.step, 'bitsets', `over ${MAX_MEMBERS} categories in sets`, wanted);
}

function splitByThreshold(draft: Draft, node: number): void {
  const { arena, nodes } = draft;
  const at = draft.ids[node]!;
  nodes.splits[at] = arena.threshold[node]!;
  nodes.tracksTrue[at] = arena.missingLeft[node]!;
  setBranches(draft, at, arena.left[node]!, arena.right[node]!);
}

/** Roots by node id; a tree that is a leaf gets a node whose two branches are that leaf, as the operator wants. */
function setRoots(draft: Draft, firstFree: number): void {
  const { arena, ids, nodes } = draft;
  let free = firstFree;
  arena.roots.forEach((root, index) => {
    const isLeaf = arena.left[root] === -1;
    nodes.roots[index] = isLeaf ? free : ids[root]!;
    if (isLeaf) setBranches(draft, free++, root, root);
  });
}

/**
 * Translates all splits of an ensemble over `width` input columns.
 * @throws MODEL_INVALID where the arena is no forest, MODEL_UNSUPPORTED where a tree is too deep for onnxruntime
 */
export function treeNodes(step: TreeEnsembleStep, width: number): TreeNodes {
  const { arena } = step;
  const { ids, tree, splits, leaves } = numberNodes(step, width);
  const stumps = arena.roots.reduce((count, root) => count + Number(arena.left[root] === -1), 0);
  const columns = askedColumns(arena, width);
  const nodes = allocate(step, splits + stumps, leaves, columns);
  const draft = { step, arena, ids, nodes };
  for (const [node, id] of ids.entries()) {
    const owner = tree[node]!;
    if (owner === -1) continue;
    if (arena.left[node] === -1) {
      nodes.leaves[id] = node;
      nodes.leafTree[id] = owner;
      continue;
    }
    nodes.features[id] = columns.ofNode(node);
    const bitset = arena.categorical?.[node] ?? -1;
    if (bitset >= 0) splitByCategory(draft, node, bitset);
    else splitByThreshold(draft, node);
  }
  setRoots(draft, splits);
  return nodes;
}
