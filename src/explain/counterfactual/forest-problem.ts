import type { DecisionTrees } from '../trees/decision-trees.ts';
import type { ScoreGoal } from './score-goal.ts';

/** Values that one column may take, the cheapest first; the first is the row's own. */
export interface ColumnChoices {
  /** Ascending. */
  readonly costs: Float64Array;
  /** Of each value the numbers that trees compare, as `places` of the column orders them: `[values, places]`. */
  readonly prepared: Float64Array;
  /** The values as they ascend, where none is missing and costs rise on both sides of the row's own; else null. */
  readonly order: Int32Array | null;
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
