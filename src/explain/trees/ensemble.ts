import { elementAt } from '../../core/element-at.ts';
import { allocateCells, type RowBlock } from '../../engine/native/block.ts';
import { isMember } from '../../engine/native/tree/branchy.ts';
import { prepareRowFill } from '../../engine/native/tree/rows.ts';
import { withZeroColumns } from '../../engine/native/tree/zero-columns.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { TreeArena } from '../../model/tree.ts';
import type { DecisionTrees } from './decision-trees.ts';

/** An ensemble as its explanation takes it. */
export interface ExplainedEnsemble {
  readonly trees: DecisionTrees;
  /** Columns of the ensemble's input that each number of a prepared row is put down to, alike. */
  readonly sources: readonly (readonly number[])[];
  /** Columns that it is made of, where they are others. */
  readonly made?: ExplainedEnsemble['sources'];
  /** Rows as the trees compare them: `[rows, source.length]`. Errors: those of a prediction. */
  readonly prepare: (block: RowBlock) => Float64Array;
}

/** A question about a set of categories: a number of its own, 0 where it goes left, 1 where not. */
interface SetQuestion {
  readonly node: number;
  readonly column: number;
}

/** The trees of an ensemble whose rows have `width` columns, and whose leaves compute nothing. */
export function explainedEnsemble(
  given: TreeEnsembleStep,
  width: number,
  names: readonly string[],
): ExplainedEnsemble {
  const { step, zeros } = withZeroColumns(given, width);
  const { arena } = step;
  const { cover } = arena;
  const questions = setQuestions(arena);
  const whole = width + zeros.length;
  const places = new Map(questions.map(({ node }, k) => [node, whole + k]));
  const column = arena.feature.map((feature, node) => places.get(node) ?? feature);
  const threshold = arena.threshold.map((value, node) => (places.has(node) ? 0.5 : value));
  const sources = [
    ...Array.from({ length: width }, (_, k) => k),
    ...zeros,
    ...questions.map((question) => question.column),
  ].map((column) => [column]);
  const fill = prepareRowFill(step, { width, zeros, mirrored: false, names });
  const trees: DecisionTrees = {
    ...arena,
    column,
    threshold,
    split: step.split,
    cover: cover ?? new Float64Array(0),
    values: leafValues(step),
    target: step.target ?? new Int32Array(arena.roots.length),
    scores: step.scores,
  };
  const prepare = (block: RowBlock): Float64Array => {
    const { rows } = block;
    const filled = allocateCells(rows * whole);
    fill(block, 0, rows, filled);
    if (questions.length === 0) return filled;
    return withAnswers(filled, arena, questions, rows, whole);
  };
  return { trees, sources, prepare };
}

/** As trees add them: of forests over the number of trees. */
function leafValues({ arena, aggregate, target, scores }: TreeEnsembleStep): Float64Array {
  if (aggregate === 'sum') return arena.values;
  const trees = target === null ? arena.roots.length : arena.roots.length / scores;
  return arena.values.map((value) => value / trees);
}

function setQuestions({ categorical, feature, left }: TreeArena): readonly SetQuestion[] {
  if (categorical === null) return [];
  const nodes = [...categorical.keys()].filter((node) => categorical[node]! >= 0 && left[node]! >= 0);
  return nodes.map((node) => ({ node, column: feature[node]! }));
}

/** Rows followed by the answers to the questions about sets; a missing number stays missing. */
function withAnswers(
  filled: Float64Array,
  arena: TreeArena,
  questions: readonly SetQuestion[],
  rows: number,
  width: number,
): Float64Array {
  const stride = width + questions.length;
  const out = allocateCells(rows * stride);
  for (let row = 0; row < rows; row++) {
    out.set(filled.subarray(row * width, (row + 1) * width), row * stride);
    for (let k = 0; k < questions.length; k++) {
      const { node, column } = elementAt(questions, k);
      const value = filled[row * width + column]!;
      out[row * stride + width + k] = Number.isNaN(value) ? value : isMember(arena, node, value) ? 0 : 1;
    }
  }
  return out;
}
