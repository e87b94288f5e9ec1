import { nextDown } from '../../core/float.ts';
import { type LinearLeaves, type TreeArena, ZERO_BOUND } from '../../model/tree.ts';
import { GrowingArray } from './growing-array.ts';
import { DECISION, type LightgbmTree, type LinearBlock, MISSING, missingType } from './tree-block.ts';

const int32 = (): GrowingArray<Int32Array> => new GrowingArray((length) => new Int32Array(length));
const uint32 = (): GrowingArray<Uint32Array> => new GrowingArray((length) => new Uint32Array(length));
const uint8 = (): GrowingArray<Uint8Array> => new GrowingArray((length) => new Uint8Array(length));
const float64 = (): GrowingArray<Float64Array> => new GrowingArray((length) => new Float64Array(length));

/**
 * All trees in one arena, one after the other: of each first its splits, then its leaves, so that children come after
 * their parents. Where a missing value goes is settled for each split (`Tree::NumericalDecision` of LightGBM's `tree.h`).
 */
export class ArenaBuilder {
  readonly #roots = int32();
  readonly #left = int32();
  readonly #right = int32();
  readonly #feature = int32();
  readonly #threshold = float64();
  readonly #missingLeft = uint8();
  readonly #zeroMissing = uint8();
  /** Set of a node plus one; 0 is none. */
  readonly #sets = int32();
  readonly #setOffsets = uint32();
  readonly #bitsets = uint32();
  readonly #values = float64();
  readonly #cover = float64();
  #linear: LinearBuilder | null = null;
  #trees = 0;
  #nodes = 0;
  #setCount = 0;
  #words = 0;
  #asksZeros = false;
  #asksSets = false;
  #hasCovers = true;

  add(tree: LightgbmTree): void {
    const first = this.#nodes;
    const leaf = first + tree.left.length;
    const end = leaf + tree.leaves.length;
    this.#roots.upTo(this.#trees + 1)[this.#trees] = first;
    this.#addSplits(tree, first, end);
    for (const array of [this.#left, this.#right, this.#feature]) array.upTo(end).fill(-1, leaf, end);
    this.#values.upTo(end).set(tree.leaves, leaf);
    const threshold = this.#threshold.upTo(end);
    for (let number = 0; number < tree.leaves.length; number++) threshold[leaf + number] = number;
    this.#addSets(tree);
    this.#addCounts(tree, first, end);
    if (tree.linear !== null && this.#linear === null)
      this.#linear = new LinearBuilder(this.#values.upTo(first).subarray(0, first));
    this.#linear?.add(tree.leaves, tree.linear, leaf, end);
    this.#trees += 1;
    this.#nodes = end;
  }

  /** A tree of one leaf may have none: all rows come to it. */
  #addCounts({ counts, leaves }: LightgbmTree, first: number, end: number): void {
    this.#hasCovers &&= counts !== null || leaves.length === 1;
    if (!this.#hasCovers) return;
    const cover = this.#cover.upTo(end);
    cover.fill(1, first, end);
    if (counts === null) return;
    cover.set(counts.splits, first);
    cover.set(counts.leaves, first + counts.splits.length);
  }

  #addSets({ setOffsets, setWords }: LightgbmTree): void {
    const sets = setOffsets.length - 1;
    const offsets = this.#setOffsets.upTo(this.#setCount + sets + 1);
    for (const [set, from] of setOffsets.entries()) offsets[this.#setCount + set] = this.#words + from;
    this.#bitsets.upTo(this.#words + setWords.length).set(setWords, this.#words);
    this.#setCount += sets;
    this.#words += setWords.length;
  }

  #addSplits(tree: LightgbmTree, first: number, end: number): void {
    const leaf = first + tree.left.length;
    const nodeOf = (child: number): number => (child < 0 ? leaf + ~child : first + child);
    const [left, right, feature] = [this.#left.upTo(end), this.#right.upTo(end), this.#feature.upTo(end)];
    const [threshold, missingLeft] = [this.#threshold.upTo(end), this.#missingLeft.upTo(end)];
    const [sets, zeroMissing] = [this.#sets.upTo(end), this.#zeroMissing.upTo(end)];
    for (const [split, bits] of tree.decision.entries()) {
      const node = first + split;
      const given = tree.threshold[split]!;
      left[node] = nodeOf(tree.left[split]!);
      right[node] = nodeOf(tree.right[split]!);
      feature[node] = tree.column[split]!;
      if (isCategorical(bits)) {
        // NaN is a member of no set, whatever the missing type says.
        sets[node] = this.#setCount + given + 1;
        this.#asksSets = true;
        continue;
      }
      threshold[node] = aroundZero(given);
      // Without a missing type NaN is 0; with zeros it is one of them, and goes where missing values go.
      const goesLeft = missingType(bits) === MISSING.none ? given >= 0 : (bits & DECISION.defaultLeft) !== 0;
      missingLeft[node] = goesLeft ? 1 : 0;
      if (!isZeroMissing(bits)) continue;
      zeroMissing[node] = 1;
      this.#asksZeros = true;
    }
  }

  /** The arena of what was added; nothing can be added afterwards. */
  finish(): TreeArena {
    const nodes = this.#nodes;
    return {
      roots: this.#roots.cut(this.#trees),
      left: this.#left.cut(nodes),
      right: this.#right.cut(nodes),
      feature: this.#feature.cut(nodes),
      threshold: this.#threshold.cut(nodes),
      missingLeft: this.#missingLeft.cut(nodes),
      zeroMissing: this.#asksZeros ? this.#zeroMissing.cut(nodes) : null,
      categorical: this.#asksSets ? this.#sets.cut(nodes).map((set) => set - 1) : null,
      setOffsets: this.#setOffsets.cut(this.#setCount + 1),
      bitsets: this.#bitsets.cut(this.#words),
      knownBitsets: null,
      categories: 'int32',
      values: this.#values.cut(nodes),
      valueWidth: 1,
      ...(this.#hasCovers ? { cover: this.#cover.cut(nodes) } : {}),
      ...(this.#linear === null ? {} : { linear: this.#linear.finish(nodes) }),
    };
  }
}

/** Leaves that compute; one that does not is a constant without terms. */
class LinearBuilder {
  readonly #constants = float64();
  readonly #offsets = int32();
  readonly #columns = int32();
  readonly #coefficients = float64();
  #terms = 0;

  /** `values` are those of the nodes before the first leaf that computes. */
  constructor(values: Float64Array) {
    this.#constants.upTo(values.length).set(values);
  }

  add(leaves: Float64Array, block: LinearBlock | null, leaf: number, end: number): void {
    const before = this.#terms;
    const own = block?.columns.length ?? 0;
    this.#constants.upTo(end).set(block?.constants ?? leaves, leaf);
    const offsets = this.#offsets.upTo(end + 1);
    offsets.fill(before, leaf - leaves.length + 1, leaf);
    for (let i = 0; i <= leaves.length; i++) offsets[leaf + i] = before + (block?.offsets[i] ?? 0);
    if (block === null) return;
    this.#columns.upTo(before + own).set(block.columns, before);
    this.#coefficients.upTo(before + own).set(block.coefficients, before);
    this.#terms += own;
  }

  finish(nodes: number): LinearLeaves {
    return {
      constants: this.#constants.cut(nodes),
      offsets: this.#offsets.cut(nodes + 1),
      columns: this.#columns.cut(this.#terms),
      coefficients: this.#coefficients.cut(this.#terms),
    };
  }
}

const isCategorical = (decision: number): boolean => (decision & DECISION.categorical) !== 0;
const isZeroMissing = (decision: number): boolean =>
  !isCategorical(decision) && missingType(decision) === MISSING.zero;

/**
 * Numbers of at most `ZERO_BOUND` in magnitude reach LightGBM's trees as 0 (`RowPairFunctionFromDenseMatric` of its
 * `c_api.cpp`): a threshold among them sends all of them the way of 0.
 */
function aroundZero(threshold: number): number {
  if (!(Math.abs(threshold) <= ZERO_BOUND)) return threshold;
  return threshold >= 0 ? ZERO_BOUND : nextDown(-ZERO_BOUND);
}
