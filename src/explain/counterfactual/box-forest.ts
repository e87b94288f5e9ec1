import { type ColumnQuestions, columnQuestions } from './column-questions.ts';
import type { ForestProblem } from './forest-problem.ts';
import { allValues, cheapestCommon, intersect, type ValueLayout } from './value-sets.ts';

/** Deeper trees are not searched: what is asked on the way to a leaf is kept for each of them. */
export const MOST_LEVELS = 512;
/** Words that the questions of a forest may take: 128 MiB. */
const MOST_WORDS = 2 ** 25;

/** One constraint over a forest: the gains of the leaves add up to at least `need`. */
export interface GainConstraint {
  /** Of each node; meaningful at leaves. */
  readonly gains: Float64Array;
  readonly need: number;
}

/** A forest over boxes of values. Nodes come tree by tree, a child after its parent. */
export interface BoxForest {
  readonly layout: ValueLayout;
  /** First node of each tree, and after the last one the number of nodes. */
  readonly roots: Int32Array;
  /** Column that a node asks, -1 at a leaf. */
  readonly column: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly parent: Int32Array;
  /** Question of each node; nodes that part the values of a column alike ask the same. */
  readonly question: Int32Array;
  /** Where the sets of each node are: the values that come to it and go left, then those that go right. */
  readonly setAt: Int32Array;
  readonly sets: Int32Array;
  /** Where the sets of each question are: all values that go left, then all others. */
  readonly questionAt: Int32Array;
  readonly goals: readonly (readonly GainConstraint[])[];
}

/** A part of a path: values of a column that come this way. */
interface PathPart {
  readonly column: number;
  readonly set: Int32Array;
  readonly above: PathPart | null;
}

/** A forest as it is written down. */
interface Growing {
  readonly layout: ValueLayout;
  readonly roots: number[];
  readonly column: number[];
  readonly left: number[];
  readonly right: number[];
  readonly parent: number[];
  readonly question: number[];
  readonly setAt: number[];
  /** Node of the given trees. */
  readonly of: number[];
  readonly tree: number[];
  readonly sets: number[];
  readonly questions: Map<string, number>;
  readonly questionAt: number[];
}

/**
 * The forest over those values that cost less than `below`: questions that all of them answer alike are gone. Null where a tree is too
 * deep, or what is asked takes too much memory.
 */
export function boxForest(problem: ForestProblem, below: number): BoxForest | null {
  const { trees } = problem;
  const asked = columnQuestions(problem, below);
  const { layout } = asked;
  const growing: Growing = {
    ...{ layout, roots: [], column: [], left: [], right: [], parent: [], question: [], setAt: [], of: [] },
    ...{ tree: [], sets: [], questions: new Map(), questionAt: [] },
  };
  const grow = (node: number, tree: number, parent: number, path: PathPart | null, level: number): number => {
    if (level > MOST_LEVELS || growing.sets.length > MOST_WORDS) return -1;
    const column = trees.left[node] === -1 ? -1 : problem.column[trees.column[node]!]!;
    if (column < 0) return push(growing, node, tree, parent);
    const whole = asked.sides(node, column);
    const come = setOn(path, column) ?? allValues(layout, column);
    const left = common(layout, column, come, whole[0]);
    const right = common(layout, column, come, whole[1]);
    if (left === null || right === null) {
      const only = left === null ? trees.right[node]! : trees.left[node]!;
      return grow(only, tree, parent, path, level + 1);
    }
    const at = push(growing, node, tree, parent);
    growing.column[at] = column;
    growing.question[at] = questionOf(growing, column, whole);
    growing.setAt[at] = growing.sets.length;
    growing.sets.push(...left, ...right);
    const to = grow(trees.left[node]!, tree, at, { column, set: left, above: path }, level + 1);
    const other = grow(trees.right[node]!, tree, at, { column, set: right, above: path }, level + 1);
    growing.left[at] = to;
    growing.right[at] = other;
    return to < 0 || other < 0 ? -1 : at;
  };
  for (const [tree, root] of trees.roots.entries()) {
    growing.roots.push(growing.column.length);
    if (grow(root, tree, -1, null, 0) < 0) return null;
  }
  growing.roots.push(growing.column.length);
  return { ...frozen(growing), goals: goalsOf(problem, growing) };
}

function push(growing: Growing, node: number, tree: number, parent: number): number {
  growing.column.push(-1);
  growing.left.push(-1);
  growing.right.push(-1);
  growing.parent.push(parent);
  growing.question.push(-1);
  growing.setAt.push(-1);
  growing.tree.push(tree);
  return growing.of.push(node) - 1;
}

const frozen = (growing: Growing): Omit<BoxForest, 'goals'> => ({
  layout: growing.layout,
  ...{ roots: Int32Array.from(growing.roots), column: Int32Array.from(growing.column) },
  ...{ left: Int32Array.from(growing.left), right: Int32Array.from(growing.right) },
  ...{ parent: Int32Array.from(growing.parent), question: Int32Array.from(growing.question) },
  ...{ setAt: Int32Array.from(growing.setAt), sets: Int32Array.from(growing.sets) },
  questionAt: Int32Array.from(growing.questionAt),
});

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

/** What two sets have in common; null where that is nothing. */
function common(layout: ValueLayout, column: number, a: Int32Array, b: Int32Array): Int32Array | null {
  if (cheapestCommon(layout, column, a, 0, b, 0) < 0) return null;
  const set = a.slice();
  intersect(layout, column, set, 0, b, 0);
  return set;
}

function questionOf(
  { questions, questionAt, sets }: Growing,
  column: number,
  whole: ReturnType<ColumnQuestions['sides']>,
): number {
  const key = `${column}:${whole[0].join()}`;
  const known = questions.get(key);
  if (known !== undefined) return known;
  const question = questionAt.push(sets.length) - 1;
  sets.push(...whole[0], ...whole[1]);
  questions.set(key, question);
  return question;
}

function setOn(path: PathPart | null, column: number): Int32Array | null {
  for (let part = path; part !== null; part = part.above) if (part.column === column) return part.set;
  return null;
}
