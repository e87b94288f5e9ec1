import { elementAt } from '../core/element-at.ts';
import type { Batch } from '../model/batch.ts';
import { sliceBatch } from '../model/slice.ts';
import type { Attributions, Explainer, WorkProgress } from './explanation.ts';
import { mixedRows, thinnedRows } from './row-game.ts';
import { type Coalition, isNear, type PlayerWorths } from './sampling/game-plan.ts';
import { choosePlan, type Refusal, type SamplingChoice } from './sampling/plan-choice.ts';
import { checkedDistance } from './sampling/summed-answer.ts';

/** Rows that a model is asked for one explained row, at most, where values are estimates anyway. */
const ROWS_BUDGET = 2 ** 20;
/**
 * Rows, and cells of them, that are asked of themselves: 100 trees answer as many in half a second, half of what a server waits for an
 * explanation.
 */
const USUAL_ROWS = 2 ** 19;
const USUAL_CELLS = 2 ** 24;
/** Cells in one batch. */
const BATCH_CELLS = 2 ** 18;

/** Answers of a model as numbers, `[rows, scores]`. */
export type Score = (batch: Batch) => Promise<Float64Array>;

/** How a model is asked, and how much of itself. */
export interface AskingChoice extends SamplingChoice {
  /** @default {what half a second allows} */
  readonly usualRows?: number | undefined;
}

/** What asks a model. */
export interface SampledModel {
  readonly score: Score;
  readonly features: readonly string[];
  /** Places of the columns that its answers depend on: the players. The others add 0. */
  readonly read: readonly number[];
  readonly classes: Explainer<Batch>['classes'];
}

/** One row's answer, what its columns add to it, and how many coalitions were asked. */
interface PlayedRow {
  readonly full: Float64Array;
  readonly worths: readonly PlayerWorths[];
  readonly asked: number;
}

/**
 * Shapley values of any model against a background, by what it answers for coalitions of its columns. The same rows give the same
 * answer. Where all coalitions are asked it is of all rows of the background; else those beyond the budget are left out, evenly.
 * Errors: what `refuse` makes, and those of a prediction.
 */
export async function sampledExplainer(
  { score, features, read, classes }: SampledModel,
  background: Batch,
  { usualRows: wanted = USUAL_ROWS, ...choice }: AskingChoice,
  refuse: Refusal,
): Promise<Omit<Explainer<Batch>, 'output'>> {
  const width = features.length;
  const usualRows = Math.min(wanted, Math.ceil(USUAL_CELLS / Math.max(1, width)));
  const plan = choosePlan(choice, { columns: read.length, rows: background.rows, usualRows }, refuse);
  const { method } = plan;
  const coalitions = plan.coalitions.map((coalition) => ofColumns(coalition, read, width));
  const allowed = choice.method === undefined && choice.budget === undefined ? usualRows : ROWS_BUDGET;
  const most = Math.max(1, Math.floor(allowed / Math.max(1, coalitions.length)));
  const others = method === 'exact' ? background : thinnedRows(background, most);
  const atOnce = Math.max(1, Math.floor(BATCH_CELLS / (others.rows * Math.max(1, width))));
  const baseValues = meanOf(await score(others), others.rows);
  const scores = baseValues.length;

  /** Mean answers over the background of some coalitions, behind those of the ones before: `[scores][coalitions]`. */
  const ask = async (answers: readonly number[][], batch: Batch, row: number, some: typeof coalitions) => {
    const found = await score(mixedRows(batch, row, others, some));
    const each = scores * others.rows;
    for (let c = 0; c < some.length; c++) {
      const mean = meanOf(found.subarray(c * each, (c + 1) * each), others.rows);
      for (const [k, value] of mean.entries()) elementAt(answers, k).push(value);
    }
  };

  /** What players are worth in one row, and how many coalitions that took. */
  const play = async (batch: Batch, row: number, onProgress?: WorkProgress): Promise<PlayedRow> => {
    const full = await score(sliceBatch(batch, row, row + 1));
    const answers = Array.from(baseValues, (): number[] => []);
    const worths = () =>
      Array.from(baseValues, (none, k) => plan.worths(none, elementAt(full, k), elementAt(answers, k)));
    let asked = 0;
    for (const stop of [...(plan.looks ?? []), coalitions.length]) {
      for (; asked < stop; asked = Math.min(asked + atOnce, stop)) {
        onProgress?.((row + asked / coalitions.length) / batch.rows);
        await ask(answers, batch, row, coalitions.slice(asked, Math.min(asked + atOnce, stop)));
      }
      if (stop < coalitions.length && isNear(worths())) break;
    }
    return { full, worths: worths(), asked };
  };

  const explain = async (batch: Batch, onProgress?: WorkProgress): Promise<Attributions> => {
    const values = new Float64Array(batch.rows * scores * width);
    const standardErrors = new Float64Array(values.length);
    let [additivityError, evaluations] = [0, 0];
    for (let row = 0; row < batch.rows; row++) {
      const { full, worths, asked } = await play(batch, row, onProgress);
      evaluations = Math.max(evaluations, asked);
      for (const [k, found] of worths.entries()) {
        const from = (row * scores + k) * width;
        for (const [player, column] of read.entries()) {
          values[from + column] = elementAt(found.values, player);
          standardErrors[from + column] = elementAt(found.standardErrors, player);
        }
      }
      additivityError = Math.max(additivityError, checkedDistance(baseValues, full, worths, refuse));
    }
    return { values, additivityError, evaluations, ...(method === 'exact' ? {} : { standardErrors }) };
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
