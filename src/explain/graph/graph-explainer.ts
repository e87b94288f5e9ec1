import { elementAt } from '../../core/element-at.ts';
import type { Engine } from '../../engine/engine.ts';
import { allocateCells } from '../../engine/native/block.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { Attributions, Explainer } from '../explanation.ts';
import type { Refusal } from '../sampling/plan-choice.ts';
import type { ExactRefusal } from '../tree-explainer.ts';
import { interventional } from '../trees/interventional.ts';
import { pathDependent } from '../trees/path-dependent.ts';
import type { GraphTrees } from './graph-trees.ts';

/** Rows of a background that are prepared at once. */
const BLOCK_ROWS = 2 ** 12;
/** Difference to the answers of a graph that float32 makes, of an answer of 1. */
const TOLERANCE = 1e-5;

/** Names of the outputs of a graph that are sums of its trees, the usual one first; `predict_proba` and `predict` as in scikit-learn. */
export function graphOutputs({ link, isBinary, output, classes }: GraphTrees): readonly string[] {
  if (link !== 'NONE' || isBinary) return ['raw'];
  return [classes === null ? 'predict' : 'predict_proba', output, 'raw'];
}

/**
 * Exact Shapley values of the trees of a graph, as `treeExplainer` of models that are steps. Their sums are held against what the graph
 * answers. Errors of `explain`: what `refuse` makes where they are something else.
 */
export function graphExplainer(
  graph: GraphTrees,
  features: readonly string[],
  background: Batch | null,
  { infer }: Pick<Engine, 'infer'>,
  refuse: Refusal,
): Omit<Explainer<Batch>, 'output'> | ExactRefusal {
  const { grown, columns, base, classes, hasCover } = graph;
  if (background === null && !hasCover)
    return { unfit: 'its file does not say how many training rows came to each node of its trees' };
  const of = [...columns, ...grown.questions.map(({ feature }) => elementAt(columns, feature))];
  const players = { of: Int32Array.from(of, ({ source }) => source), count: features.length };
  const shapley =
    background === null
      ? pathDependent(grown.trees, players)
      : interventional(grown.trees, players, preparedBlocks(graph, background));
  if (shapley === null) return { unfit: 'its trees are too large' };
  const baseValues = shapley.expected.map((value, score) => value + elementAt(base, score));
  const explain = async (batch: Batch): Promise<Attributions> => {
    const x = prepared(graph, batch);
    const values = shapley.explain(x, batch.rows);
    const sums = summed(graph, x, batch.rows);
    const width = features.length;
    let additivityError = 0;
    for (const [k, sum] of sums.entries()) {
      let total = baseValues[k % base.length]!;
      for (let column = 0; column < width; column++) total += values[k * width + column]!;
      additivityError = Math.max(additivityError, Math.abs(total - sum));
    }
    const largest = sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 1);
    const found = distanceTo(await infer(batch), graph, sums, batch.rows);
    if (!(additivityError <= 1e-9 * largest && found <= TOLERANCE * largest))
      throw refuse(
        `its trees add up to something else than it answers, ${found} away`,
        'Choose --method exact, permutation, kernel or sampling, with --background rows.csv',
      );
    return {
      values,
      additivityError: graph.link === 'NONE' ? Math.max(found, additivityError) : additivityError,
    };
  };
  const method = background === null ? 'tree-path-dependent' : 'tree-interventional';
  return { method, features, baseValues, classes, explain };
}

function* preparedBlocks(graph: GraphTrees, background: Batch): Generator<Float64Array> {
  for (let from = 0; from < background.rows; from += BLOCK_ROWS)
    yield prepared(graph, sliceBatch(background, from, Math.min(background.rows, from + BLOCK_ROWS)));
}

/** Rows as the trees compare them: their columns, then the answers to what is no comparison. */
function prepared({ columns, grown: { questions }, isSingle }: GraphTrees, batch: Batch): Float64Array {
  const width = columns.length + questions.length;
  const out = allocateCells(batch.rows * width);
  const cellOf = (row: number, column: number): number =>
    batch.kind === 'matrix'
      ? (batch.data[row * batch.width + column] ?? Number.NaN)
      : batch.kind === 'table'
        ? Number(batch.columns[column]?.[row] ?? Number.NaN)
        : Number.NaN;
  for (let row = 0; row < batch.rows; row++) {
    const at = row * width;
    for (const [k, { source, make }] of columns.entries()) {
      const value = make(cellOf(row, source));
      out[at + k] = isSingle ? Math.fround(value) : value;
    }
    for (const [k, { feature, value, isEqual, missingIsTrue }] of questions.entries()) {
      const cell = out[at + feature]!;
      const isYes = Number.isNaN(cell) ? missingIsTrue || !isEqual : (cell === value) === isEqual;
      out[at + columns.length + k] = isYes ? 0 : 1;
    }
  }
  return out;
}

/** Sums of the leaves that rows come to, `[rows, scores]`. */
function summed({ grown: { trees, questions }, columns, base }: GraphTrees, x: Float64Array, rows: number) {
  const width = columns.length + questions.length;
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

/** Largest difference between what sums come to and what the graph answers. */
function distanceTo(outputs: Outputs, graph: GraphTrees, sums: Float64Array, rows: number): number {
  const answer = outputs[graph.output];
  if (answer === undefined || !('data' in answer)) return Number.POSITIVE_INFINITY;
  const scores = graph.base.length;
  const given = answer.data.length / rows;
  let worst = 0;
  for (let row = 0; row < rows; row++) {
    const linked = linkedScores(sums.subarray(row * scores, (row + 1) * scores), graph);
    // Of one score for two classes the second is compared.
    const first = graph.isBinary ? given - 1 : 0;
    if (given !== (graph.isBinary ? 2 : scores)) return Number.POSITIVE_INFINITY;
    for (const [k, value] of linked.entries()) {
      const found = Number(answer.data[row * given + first + k]);
      const difference = Math.abs(found - value);
      if (!(difference <= worst)) worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    }
  }
  return worst;
}

function linkedScores(sums: Float64Array, { link }: GraphTrees): Float64Array {
  if (link === 'LOGISTIC') return sums.map((sum) => 1 / (1 + Math.exp(-sum)));
  if (link === 'NONE') return sums;
  const most = sums.reduce((a, b) => Math.max(a, b));
  const powers = sums.map((sum) => Math.exp(sum - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}
