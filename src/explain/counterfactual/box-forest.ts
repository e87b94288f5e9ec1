import type { DecisionTrees } from '../trees/decision-trees.ts';
import type { ScoreGoal } from './score-goal.ts';

/** Deeper trees are not searched: what is asked on the way to a leaf is kept for each of them. */
export const MOST_LEVELS = 512;
/** Words that the questions of a forest may take: 128 MiB. */
const MOST_WORDS = 2 ** 25;

/** Values that one column may take, the cheapest first; the first is the row's own. */
export interface ColumnChoices {
  /** Ascending. */
  readonly costs: Float64Array;
  /** Of each value the numbers that trees compare, as `places` of the column orders them: `[values, places]`. */
  readonly prepared: Float64Array;
}

/** Trees over columns of which each takes one of its values. */
export interface ForestProblem {
  readonly trees: DecisionTrees;
  /** Column of each number of a prepared row, and its place among those of the column. */
  readonly column: Int32Array;
  readonly place: Int32Array;
  readonly columns: readonly ColumnChoices[];
  /** Added to the sums of trees. */
  readonly base: Float64Array;
  /** Any of these will do. */
  readonly goals: readonly ScoreGoal[];
}

/** One constraint over a forest: the gains of the leaves add up to at least `need`. */
export interface GainConstraint {
  /** Of each node; meaningful at leaves. */
  readonly gains: Float64Array;
  readonly need: number;
}

/**
 * A forest over boxes. A box says of each column which values it may take, a bit each, the cheapest lowest; the bits of a column begin at
 * word `words[column]`. Nodes come tree by tree, a child after its parent.
 */
export interface BoxForest {
  /** First node of each tree, and after the last one the number of nodes. */
  readonly roots: Int32Array;
  /** Column that a node asks, -1 at a leaf. */
  readonly column: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly parent: Int32Array;
  /** Question of each node; nodes that part the values of a column alike ask the same. */
  readonly question: Int32Array;
  /** Where the bits of each node are: those that come to it and go left, then those that go right. */
  readonly maskAt: Int32Array;
  readonly masks: Uint32Array;
  /** Where the bits of each question that go left are. */
  readonly questionAt: Int32Array;
  readonly words: Int32Array;
  /** Cost of each bit; +∞ where no value stands. */
  readonly costs: Float64Array;
  /** Value of its column that each bit stands for. */
  readonly choice: Int32Array;
  readonly goals: readonly (readonly GainConstraint[])[];
}

/** A part of a path: bits of a column that come this way. */
interface PathPart {
  readonly column: number;
  readonly bits: Uint32Array;
  readonly above: PathPart | null;
}

/** A forest as it is written down. */
interface Growing {
  readonly roots: number[];
  readonly column: number[];
  readonly left: number[];
  readonly right: number[];
  readonly parent: number[];
  readonly question: number[];
  readonly maskAt: number[];
  /** Node of the given trees. */
  readonly of: number[];
  readonly tree: number[];
  readonly masks: number[];
  readonly questions: Map<string, number>;
  readonly questionAt: number[];
}

/**
 * The forest over those values that cost less than `below`: questions that all of them answer alike are gone. Null where a tree is too
 * deep, or what is asked takes too much memory.
 */
export function boxForest(problem: ForestProblem, below: number): BoxForest | null {
  const { trees, columns } = problem;
  const counts = columns.map(({ costs }) => Math.max(1, countBelow(costs, below)));
  const words = new Int32Array(columns.length + 1);
  for (const [k, count] of counts.entries()) words[k + 1] = words[k]! + Math.ceil(count / 32);
  const growing: Growing = {
    ...{ roots: [], column: [], left: [], right: [], parent: [], question: [], maskAt: [], of: [], tree: [] },
    ...{ masks: [], questions: new Map(), questionAt: [] },
  };
  const grow = (node: number, tree: number, parent: number, path: PathPart | null, level: number): number => {
    if (level > MOST_LEVELS || growing.masks.length > MOST_WORDS) return -1;
    const at = push(growing, node, tree, parent);
    if (trees.left[node] === -1) return at;
    const column = problem.column[trees.column[node]!]!;
    const whole = leftBits(problem, node, column, counts[column]!);
    const come = bitsOn(path, column) ?? allBits(counts[column]!);
    const left = come.map((bits, k) => bits & whole[k]!);
    const right = come.map((bits, k) => bits & ~whole[k]!);
    const one = isEmpty(right) ? trees.left[node]! : isEmpty(left) ? trees.right[node]! : null;
    if (one !== null) {
      pop(growing);
      return grow(one, tree, parent, path, level + 1);
    }
    growing.column[at] = column;
    growing.question[at] = questionOf(growing, column, whole);
    growing.maskAt[at] = growing.masks.length;
    growing.masks.push(...left, ...right);
    const to = grow(trees.left[node]!, tree, at, { column, bits: left, above: path }, level + 1);
    const other = grow(trees.right[node]!, tree, at, { column, bits: right, above: path }, level + 1);
    growing.left[at] = to;
    growing.right[at] = other;
    return to < 0 || other < 0 ? -1 : at;
  };
  for (const [tree, root] of trees.roots.entries()) {
    growing.roots.push(growing.column.length);
    if (grow(root, tree, -1, null, 0) < 0) return null;
  }
  growing.roots.push(growing.column.length);
  return { ...frozen(growing, words, columns, counts), goals: goalsOf(problem, growing) };
}

function push(growing: Growing, node: number, tree: number, parent: number): number {
  growing.column.push(-1);
  growing.left.push(-1);
  growing.right.push(-1);
  growing.parent.push(parent);
  growing.question.push(-1);
  growing.maskAt.push(-1);
  growing.tree.push(tree);
  return growing.of.push(node) - 1;
}

function pop(growing: Growing): void {
  const { column, left, right, parent, question, maskAt, tree, of } = growing;
  for (const list of [column, left, right, parent, question, maskAt, tree, of]) list.pop();
}

function frozen(
  growing: Growing,
  words: Int32Array,
  columns: readonly ColumnChoices[],
  counts: readonly number[],
): Omit<BoxForest, 'goals'> {
  const costs = new Float64Array(32 * words.at(-1)!).fill(Number.POSITIVE_INFINITY);
  const choice = new Int32Array(costs.length).fill(-1);
  for (const [k, column] of columns.entries()) {
    const from = 32 * words[k]!;
    for (let value = 0; value < counts[k]!; value++) {
      costs[from + value] = column.costs[value]!;
      choice[from + value] = value;
    }
  }
  return {
    ...{ roots: Int32Array.from(growing.roots), column: Int32Array.from(growing.column) },
    ...{ left: Int32Array.from(growing.left), right: Int32Array.from(growing.right) },
    ...{ parent: Int32Array.from(growing.parent), question: Int32Array.from(growing.question) },
    ...{ maskAt: Int32Array.from(growing.maskAt), masks: Uint32Array.from(growing.masks) },
    ...{ questionAt: Int32Array.from(growing.questionAt), words, costs, choice },
  };
}

function goalsOf({ trees, base, goals }: ForestProblem, growing: Growing): BoxForest['goals'] {
  const { values, valueWidth, target } = trees;
  return goals.map((goal) =>
    goal.map(({ weights, least }): GainConstraint => {
      const gains = new Float64Array(growing.of.length);
      for (const [at, node] of growing.of.entries())
        for (let k = 0; k < valueWidth && growing.column[at] === -1; k++)
          gains[at]! += weights[target[growing.tree[at]!]! + k]! * values[node * valueWidth + k]!;
      return { gains, need: base.reduce((need, value, k) => need - weights[k]! * value, least) };
    }),
  );
}

/** Of the values of a column those that go left at a node. */
function leftBits({ trees, place, columns }: ForestProblem, node: number, column: number, count: number) {
  const { prepared, costs } = columns[column]!;
  const stride = prepared.length / costs.length;
  const at = place[trees.column[node]!]!;
  const [threshold, missing] = [trees.threshold[node]!, trees.missingLeft[node] === 1];
  const bits = new Uint32Array(Math.ceil(count / 32));
  for (let value = 0; value < count; value++) {
    const x = prepared[value * stride + at]!;
    const isLeft = Number.isNaN(x) ? missing : trees.split === 'le' ? x <= threshold : x < threshold;
    if (isLeft) bits[value >> 5]! |= 1 << (value & 31);
  }
  return bits;
}

function questionOf({ questions, questionAt, masks }: Growing, column: number, bits: Uint32Array): number {
  const key = `${column}:${bits.join()}`;
  const known = questions.get(key);
  if (known !== undefined) return known;
  const question = questionAt.push(masks.length) - 1;
  masks.push(...bits);
  questions.set(key, question);
  return question;
}

function bitsOn(path: PathPart | null, column: number): Uint32Array | null {
  for (let part = path; part !== null; part = part.above) if (part.column === column) return part.bits;
  return null;
}

function allBits(count: number): Uint32Array {
  const bits = new Uint32Array(Math.ceil(count / 32)).fill(0xffffffff);
  if (count % 32 !== 0) bits[bits.length - 1] = 2 ** (count % 32) - 1;
  return bits;
}

const isEmpty = (bits: Uint32Array): boolean => bits.every((word) => word === 0);

/** How many of ascending costs are below a bound. */
const countBelow = (costs: Float64Array, below: number): number => {
  const first = costs.findIndex((cost) => cost >= below);
  return first < 0 ? costs.length : first;
};

/** The box of all values that the forest has. */
export function wholeBox({ words, choice }: BoxForest): Uint32Array {
  const box = new Uint32Array(words.at(-1)!);
  for (const [bit, value] of choice.entries()) if (value >= 0) box[bit >> 5]! |= 1 << (bit & 31);
  return box;
}

/** The lowest bit of a column in a box, as the forest numbers bits; -1 where there is none. */
export function lowestBit(box: Uint32Array, from: number, to: number): number {
  for (let word = from; word < to; word++) {
    const bits = box[word]!;
    if (bits !== 0) return 32 * word + 31 - Math.clz32(bits & -bits);
  }
  return -1;
}
