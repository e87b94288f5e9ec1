import { elementAt } from '../core/element-at.ts';
import type { Engine } from '../engine/engine.ts';
import type { Batch, Outputs } from '../model/batch.ts';
import type { LabelSet } from '../model/tensor.ts';
import { OTHER_WAY } from './exact-explainer.ts';
import type { Attributions, Explainer } from './explanation.ts';
import { preparedBlocks } from './prepared-blocks.ts';
import type { Refusal } from './sampling/plan-choice.ts';
import type { ExactRefusal } from './tree-explainer.ts';
import type { DecisionTrees } from './trees/decision-trees.ts';
import { interventional } from './trees/interventional.ts';
import { pathDependent } from './trees/path-dependent.ts';

/** Numbers at all nodes of trees, at most: as many as a kernel of 1 GiB could hold. */
const MOST_VALUES = 2 ** 27;

/** Difference to the answers of a graph that float32 makes, of an answer of 1. */
const TOLERANCE = 1e-5;

/** How the scores of trees become the numbers that a model gives. */
export type ScoreLink = 'NONE' | 'LOGISTIC' | 'SOFTMAX';

/** Trees that are read from what computes a model: what they come to is held against what the model answers. */
export interface CheckedTrees {
  readonly trees: DecisionTrees;
  /** Column of the model that each number of a prepared row is made of. */
  readonly source: Int32Array;
  readonly base: Float64Array;
  readonly link: ScoreLink;
  /** Of one score with a link, the class whose probability it gives, among so many; null where each class has a score. */
  readonly single: { readonly place: number; readonly classes: number } | null;
  /** Output of the model that the link gives. */
  readonly output: string;
  readonly classes: LabelSet | null;
  readonly hasCover: boolean;
  /** Rows as the trees compare them, `[rows, source.length]`; null where what they miss may leave one without an answer. */
  prepare(batch: Batch): Float64Array | null;
}

/** Whether so many nodes with so many scores each may be held: a file writes down both counts apart, and a large one takes few bytes. */
export const isHeld = (nodes: number, scores: number): boolean =>
  scores >= 1 && nodes * scores <= MOST_VALUES;

/** Names of the outputs of a model that are sums of its trees, the usual one first; `predict_proba` and `predict` as in scikit-learn. */
export function checkedOutputs({ link, output, classes }: CheckedTrees): readonly string[] {
  if (link !== 'NONE') return ['raw'];
  return [...new Set([classes === null ? 'predict' : 'predict_proba', output, 'raw'])];
}

/**
 * Exact Shapley values of trees, as `treeExplainer` gives them. Errors of `explain`: what `refuse` makes where the trees come to something
 * else than the model answers.
 */
export function checkedExplainer(
  checked: CheckedTrees,
  features: readonly string[],
  background: Batch | null,
  { infer }: Pick<Engine, 'infer'>,
  refuse: Refusal,
): Omit<Explainer<Batch>, 'output'> | ExactRefusal {
  const { trees, source, base, classes, hasCover } = checked;
  if (background === null && !hasCover)
    return { unfit: 'its file does not say how many training rows came to each node of its trees' };
  if (background !== null && source.length === 0) return { unfit: 'its trees ask about no column' };
  const players = { of: source, count: features.length };
  let isAnswered = true;
  const prepared = (rows: Batch): Float64Array => {
    const x = checked.prepare(rows);
    isAnswered &&= x !== null;
    return x ?? new Float64Array(0);
  };
  const shapley =
    background === null
      ? pathDependent(trees, players)
      : interventional(trees, players, preparedBlocks(background, source.length, prepared));
  if (!isAnswered)
    return { unfit: 'rows of the background miss values without which its trees answer nothing' };
  if (shapley === null) return { unfit: 'its trees are too large' };
  const baseValues = shapley.expected.map((value, score) => value + elementAt(base, score));
  const explain = async (batch: Batch): Promise<Attributions> => {
    const x = checked.prepare(batch);
    if (x === null) throw refuse('a row misses a value without which its trees answer nothing', OTHER_WAY);
    const values = shapley.explain(x, batch.rows);
    const sums = summed(checked, x, batch.rows);
    const width = features.length;
    let additivityError = 0;
    for (const [k, sum] of sums.entries()) {
      let total = baseValues[k % base.length]!;
      for (let column = 0; column < width; column++) total += values[k * width + column]!;
      additivityError = Math.max(additivityError, Math.abs(total - sum));
    }
    const largest = [...sums, ...baseValues].reduce((most, sum) => Math.max(most, Math.abs(sum)), 1);
    const found = distanceTo(await infer(batch), checked, sums, batch.rows);
    if (!(additivityError <= 1e-9 * largest && found <= TOLERANCE * largest))
      throw refuse(`its trees add up to something else than it answers, ${found} away`, OTHER_WAY);
    return {
      values,
      additivityError: checked.link === 'NONE' ? Math.max(found, additivityError) : additivityError,
    };
  };
  const method = background === null ? 'tree-path-dependent' : 'tree-interventional';
  return { method, features, baseValues, classes, explain };
}

/** Sums of the leaves that rows come to, `[rows, scores]`. */
function summed({ trees, source, base }: CheckedTrees, x: Float64Array, rows: number): Float64Array {
  const width = source.length;
  const { left, right, column, threshold, missingLeft, values } = trees;
  const sums = new Float64Array(rows * base.length);
  for (let row = 0; row < rows; row++) {
    const at = row * base.length;
    for (let k = 0; k < base.length; k++) sums[at + k] = base[k]!;
    for (const root of trees.roots) {
      let node = root;
      while (left[node] !== -1) {
        const value = x[row * width + column[node]!]!;
        const isLeft = Number.isNaN(value) ? missingLeft[node] === 1 : value <= threshold[node]!;
        node = isLeft ? left[node]! : right[node]!;
      }
      for (let k = 0; k < base.length; k++) sums[at + k]! += values[node * base.length + k]!;
    }
  }
  return sums;
}

/** Largest difference between what sums come to and what the model answers. */
function distanceTo(outputs: Outputs, checked: CheckedTrees, sums: Float64Array, rows: number): number {
  const answer = outputs[checked.output];
  if (answer === undefined || !('data' in answer)) return Number.POSITIVE_INFINITY;
  const scores = checked.base.length;
  const { place, classes: width } = checked.single ?? { place: 0, classes: scores };
  if (answer.data.length !== rows * width) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    const linked = linkedScores(sums.subarray(row * scores, (row + 1) * scores), checked);
    for (const [k, value] of linked.entries()) {
      const difference = Math.abs(Number(answer.data[row * width + place + k]) - value);
      if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
  }
  return worst;
}

function linkedScores(sums: Float64Array, { link }: CheckedTrees): Float64Array {
  if (link === 'LOGISTIC') return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
  if (link === 'NONE') return sums;
  const most = sums.reduce((a, b) => Math.max(a, b));
  const powers = sums.map((sum) => Math.exp(sum - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}
