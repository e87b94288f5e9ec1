import { elementAt } from '../core/element-at.ts';
import type { Batch } from '../model/batch.ts';
import { sliceBatch } from '../model/slice.ts';
import type { Attributions, Explainer, WorkProgress } from './explanation.ts';
import { mixedRows, thinnedRows } from './row-game.ts';
import type { Coalition } from './sampling/game-plan.ts';
import { choosePlan, type Refusal, type SamplingChoice } from './sampling/plan-choice.ts';
import { checkedDistance } from './sampling/summed-answer.ts';

/** Rows that a model is asked for one explained row, at most, where values are estimates anyway; and cells in one batch. */
const ROWS_BUDGET = 2 ** 20;
const BATCH_CELLS = 2 ** 18;

/** Answers of a model as numbers, `[rows, scores]`. */
export type Score = (batch: Batch) => Promise<Float64Array>;

/** What asks a model. */
export interface SampledModel {
  readonly score: Score;
  readonly features: readonly string[];
  /** Places of the columns that its answers depend on: the players. The others add 0. */
  readonly read: readonly number[];
  readonly classes: Explainer<Batch>['classes'];
}

/**
 * Shapley values of any model against a background, by what it answers for coalitions of its columns. The same rows give the same
 * answer. Where all coalitions are asked it is of all rows of the background; else those beyond the budget are left out, evenly.
 * Errors: what `refuse` makes, and those of a prediction.
 */
export async function sampledExplainer(
  { score, features, read, classes }: SampledModel,
  background: Batch,
  choice: SamplingChoice,
  refuse: Refusal,
): Promise<Omit<Explainer<Batch>, 'output'>> {
  const width = features.length;
  const plan = choosePlan(choice, read.length, background.rows, refuse);
  const { method } = plan;
  const coalitions = plan.coalitions.map((coalition) => ofColumns(coalition, read, width));
  const most = Math.max(1, Math.floor(ROWS_BUDGET / Math.max(1, coalitions.length)));
  const others = method === 'exact' ? background : thinnedRows(background, most);
  const atOnce = Math.max(1, Math.floor(BATCH_CELLS / (others.rows * Math.max(1, width))));
  const baseValues = meanOf(await score(others), others.rows);
  const scores = baseValues.length;

  /** The mean answer over the background of each coalition, `[scores][coalitions]`. */
  const play = async (
    batch: Batch,
    row: number,
    onProgress?: WorkProgress,
  ): Promise<readonly Float64Array[]> => {
    const answers = Array.from(baseValues, () => new Float64Array(coalitions.length));
    for (let from = 0; from < coalitions.length; from += atOnce) {
      onProgress?.((row + from / coalitions.length) / batch.rows);
      const some = coalitions.slice(from, from + atOnce);
      const found = await score(mixedRows(batch, row, others, some));
      const each = scores * others.rows;
      for (let c = 0; c < some.length; c++) {
        const mean = meanOf(found.subarray(c * each, (c + 1) * each), others.rows);
        for (const [k, value] of mean.entries()) elementAt(answers, k)[from + c] = value;
      }
    }
    return answers;
  };

  const explain = async (batch: Batch, onProgress?: WorkProgress): Promise<Attributions> => {
    const values = new Float64Array(batch.rows * scores * width);
    const standardErrors = new Float64Array(values.length);
    let additivityError = 0;
    for (let row = 0; row < batch.rows; row++) {
      const full = await score(sliceBatch(batch, row, row + 1));
      const answers = await play(batch, row, onProgress);
      const worths = Array.from(baseValues, (none, k) =>
        plan.worths(none, elementAt(full, k), elementAt(answers, k)),
      );
      for (const [k, found] of worths.entries()) {
        const from = (row * scores + k) * width;
        for (const [player, column] of read.entries()) {
          values[from + column] = elementAt(found.values, player);
          standardErrors[from + column] = elementAt(found.standardErrors, player);
        }
      }
      additivityError = Math.max(additivityError, checkedDistance(baseValues, full, worths, refuse));
    }
    return { values, additivityError, ...(method === 'exact' ? {} : { standardErrors }) };
  };
  return {
    ...{ method, features, baseValues, classes, explain },
    sampling: {
      ...{ evaluations: coalitions.length, backgroundRows: others.rows },
      ...(plan.isExact ? {} : { seed: plan.seed }),
    },
  };
}

/** A coalition of players as one of columns. A column that is no player is known to all, since it changes nothing. */
function ofColumns(coalition: Coalition, read: readonly number[], width: number): Coalition {
  if (read.length === width) return coalition;
  const players = new Int32Array(width).fill(-1);
  for (const [player, column] of read.entries()) players[column] = player;
  return (column) => {
    const player = elementAt(players, column);
    return player < 0 || coalition(player);
  };
}

function meanOf(scores: Float64Array, rows: number): Float64Array {
  const width = scores.length / rows;
  const mean = new Float64Array(width);
  for (const [k, value] of scores.entries()) mean[k % width]! += value / rows;
  return mean;
}
