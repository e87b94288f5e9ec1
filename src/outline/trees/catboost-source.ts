/** Trees of CatBoost, whose questions stand apart from its trees. Pure. */
import type { CatBoostStep, NodeTrees, ObliviousTrees } from '../../model/catboost.ts';
import { numberText } from '../../text/numbers.ts';
import { type ColumnLabels, labelAt } from '../column-labels.ts';
import type { TreeQuestion, TreeSource } from './tree-source.ts';

/** A tree as nodes: those of all trees are numbered one after the other, parents before their children. */
interface GrownTrees {
  readonly roots: Int32Array;
  readonly nodes: number;
  /** Children of a node, no and yes; none of a leaf. */
  children(node: number): readonly number[];
  /** Number of the question of a node that asks, of the leaf of one that does not. */
  question(node: number): number;
  leaf(node: number): number;
}

export function catBoostSource(step: CatBoostStep, labels: ColumnLabels): TreeSource {
  const grown = step.trees.kind === 'oblivious' ? levelTrees(step.trees) : nodeTrees(step.trees);
  const { dimensions, leafValues, leafWeights, scale } = step;
  return {
    ...{ roots: grown.roots, nodes: grown.nodes, targets: targetsOf(step) },
    children: (node) => grown.children(node),
    question: (node) => questionText(step, grown.question(node), labels),
    way: (node, place) => ({
      text: place === 0 ? 'no' : 'yes',
      takesMissing: missingGoesTo(step, grown.question(node)) === place,
    }),
    values(node) {
      const at = grown.leaf(node) * dimensions;
      return Array.from(leafValues.subarray(at, at + dimensions), (value) => scale * value);
    },
    cover: (node) => (leafWeights === undefined ? null : coverOf(grown, leafWeights, node)),
  };
}

/** Weights are of leaves: a node has those of all below it. */
function coverOf(grown: GrownTrees, weights: Float64Array, from: number): number {
  let sum = 0;
  const waiting = [from];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const children = grown.children(node);
    if (children.length === 0) sum += weights[grown.leaf(node)] ?? 0;
    else waiting.push(...children);
  }
  return sum;
}

/**
 * A tree of depth d is a whole binary tree of 2^(d+1) - 1 nodes, level by level: node k of it has the children 2k + 1 and
 * 2k + 2. Its first level asks the tree's first question, which sets bit 0 of the leaf's number.
 */
function levelTrees({ depths, questions }: ObliviousTrees): GrownTrees {
  const [roots, firstQuestions, firstLeaves] = [0, 0, 0].map(() => new Int32Array(depths.length + 1));
  if (roots === undefined || firstQuestions === undefined || firstLeaves === undefined)
    throw new RangeError();
  for (const [tree, depth] of depths.entries()) {
    roots[tree + 1] = (roots[tree] ?? 0) + 2 ** (depth + 1) - 1;
    firstQuestions[tree + 1] = (firstQuestions[tree] ?? 0) + depth;
    firstLeaves[tree + 1] = (firstLeaves[tree] ?? 0) + 2 ** depth;
  }
  const place = (node: number) => {
    const tree = treeOf(roots, node);
    const within = node - (roots[tree] ?? 0);
    return { tree, within, level: Math.floor(Math.log2(within + 1)), depth: depths[tree] ?? 0 };
  };
  return {
    roots: roots.subarray(0, depths.length),
    nodes: roots[depths.length] ?? 0,
    children(node) {
      const { within, level, depth } = place(node);
      return level >= depth ? [] : [node + within + 1, node + within + 2];
    },
    question(node) {
      const { tree, level } = place(node);
      return questions[(firstQuestions[tree] ?? 0) + level] ?? -1;
    },
    leaf(node) {
      const { tree, within, depth } = place(node);
      return (firstLeaves[tree] ?? 0) + reversedBits(within + 1 - 2 ** depth, depth);
    },
  };
}

/** The last root that is not above a node. */
function treeOf(roots: Int32Array, node: number): number {
  let [low, high] = [0, roots.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((roots[middle] ?? 0) <= node) low = middle;
    else high = middle;
  }
  return low;
}

/** The way from the root down is the leaf's number from its lowest bit on. */
function reversedBits(value: number, count: number): number {
  let found = 0;
  for (let bit = 0; bit < count; bit++) if ((value >> bit) & 1) found |= 1 << (count - 1 - bit);
  return found;
}

/** Nodes as the file has them, and after them the leaves. */
function nodeTrees({ roots, question, no, yes }: NodeTrees): GrownTrees {
  const asking = question.length;
  const numberOf = (child: number): number => (child >= 0 ? child : asking - 1 - child);
  let leaves = 0;
  for (const children of [roots, no, yes])
    for (const child of children) if (child < 0) leaves = Math.max(leaves, -child);
  return {
    roots: roots.map(numberOf),
    nodes: asking + leaves,
    children: (node) => (node >= asking ? [] : [numberOf(no[node] ?? -1), numberOf(yes[node] ?? -1)]),
    question: (node) => question[node] ?? -1,
    leaf: (node) => node - asking,
  };
}

/** Place of the child that takes a missing number; -1 where none can be missing. */
function missingGoesTo({ questions, floats }: CatBoostStep, number: number): number {
  if (questions.kind[number] !== 0) return -1;
  return floats[questions.source[number] ?? -1]?.missingAbove === true ? 1 : 0;
}

function questionText(step: CatBoostStep, number: number, labels: ColumnLabels): TreeQuestion {
  const { questions, floats, oneHots, ctrs, tables } = step;
  const source = questions.source[number] ?? -1;
  const item = questions.item[number] ?? -1;
  switch (questions.kind[number]) {
    case 0: {
      const { column = -1, borders } = floats[source] ?? {};
      return comparison(labelAt(labels, column), borders?.[item]);
    }
    case 1: {
      const { column = -1, values } = oneHots[source] ?? {};
      const text = `${labelAt(labels, column)} is the category of hash ${values?.[item]}`;
      return { text, threshold: null };
    }
    default: {
      const ctr = ctrs[source];
      const { categories = [] } = tables[ctr?.table ?? -1] ?? {};
      const names = categories.map((column) => labelAt(labels, column)).join(', ');
      return comparison(`${ctr?.type} of ${names}`, ctr?.borders[item]);
    }
  }
}

const comparison = (name: string, border = Number.NaN): TreeQuestion => ({
  text: `${name} > ${numberText(border)}`,
  threshold: border,
});

function targetsOf({ head, dimensions }: CatBoostStep): readonly string[] {
  if (dimensions === 1) return [];
  if (head.kind === 'classes')
    return Array.from(head.dimensionClass, (place) => String(head.classes.values[place] ?? place));
  if (head.kind === 'labels') return head.labels.values.map(String);
  return Array.from({ length: dimensions }, (_, k) => `value ${k + 1}`);
}
