import type { PlimsollError } from '../../core/errors.ts';
import type { SampledMethod } from '../explanation.ts';
import { allCoalitions } from './all-coalitions.ts';
import type { GamePlan } from './game-plan.ts';
import { kernelPlan } from './kernel.ts';
import { type DrawCount, pathsPlan, permutationPlan } from './orders.ts';

/** How a model is to be asked. */
export interface SamplingChoice {
  /** Exact where that is little work, else permutation, where it is not said. */
  readonly method?: SampledMethod | undefined;
  /** Coalitions to ask for one row at most, each with all rows of the background; nobody and all are not counted. */
  readonly budget?: number | undefined;
  /** Of what is left to chance. The same seed gives the same values. */
  readonly seed?: number | undefined;
}

/** A plan under the name of its method. */
export interface ChosenPlan extends GamePlan {
  readonly method: SampledMethod;
  readonly seed: number;
}

/** Says what cannot be done, and what can be had. */
export type Refusal = (reason: string, way: string) => PlimsollError;

/** Columns up to which all coalitions are asked: of themselves, and where it is asked for. */
const USUAL_EXACT_COLUMNS = 10;
const MOST_EXACT_COLUMNS = 16;
/** Rows that all coalitions may take of a model for one explained row. */
const EXACT_ROWS = 2 ** 22;
/** Pairs of orders that are drawn where no budget says otherwise, at least and at most; twice as many orders alone. */
const LEAST_PAIRS = 5;
const MOST_PAIRS = 100;
/** Coalitions that the kernel asks beside two a column: the `nsamples` of shap. */
const USUAL_KERNEL = 2048;
/** Steps that the regression of the kernel may take. */
const KERNEL_STEPS = 2 ** 31;
/** Coalitions that a plan holds at most, whatever the budget. */
const MOST_COALITIONS = 2 ** 18;
/** Cells of rows of one order that are made up, at most. */
const CELLS_BUDGET = 2 ** 30;
/** Columns beyond which not even one order fits the budget of cells. */
export const MOST_COLUMNS = Math.floor(Math.sqrt(CELLS_BUDGET / 2));

/** What is to be explained. */
export interface AskedGame {
  readonly columns: number;
  /** Rows of the background. */
  readonly rows: number;
  /** Rows that a model is asked for one explained row where neither method nor budget says otherwise. */
  readonly usualRows: number;
}

/** Plans how columns are explained. Throws what `refuse` makes. */
export function choosePlan(choice: SamplingChoice, game: AskedGame, refuse: Refusal): ChosenPlan {
  const { budget, seed = 0 } = choice;
  const { columns, rows, usualRows } = game;
  const isLittle =
    columns <= USUAL_EXACT_COLUMNS &&
    exactObstacle(columns, rows, budget) === null &&
    (budget !== undefined || 2 ** columns * rows <= usualRows);
  const method = choice.method ?? (isLittle ? 'exact' : 'permutation');
  return { ...PLANS[method]({ ...game, budget, seed, refuse }), method, seed };
}

interface PlanQuestion extends AskedGame {
  readonly budget: number | undefined;
  readonly seed: number;
  readonly refuse: Refusal;
}

const PLANS: { readonly [M in SampledMethod]: (question: PlanQuestion) => GamePlan } = {
  exact({ columns, rows, budget, refuse }) {
    const obstacle = exactObstacle(columns, rows, budget);
    if (obstacle !== null) throw refuse(...obstacle);
    return allCoalitions(columns);
  },
  permutation(question) {
    return permutationPlan(question.columns, drawsOf(2, question), question.seed);
  },
  sampling(question) {
    return pathsPlan(question.columns, drawsOf(1, question), question.seed);
  },
  kernel({ columns, budget, seed, refuse }) {
    const all = 2 ** columns - 2;
    const least = Math.min(2 * columns, all);
    const most = Math.min(MOST_COALITIONS, Math.floor(KERNEL_STEPS / columns ** 2));
    if (most < least)
      throw refuse(`the kernel of ${columns} columns is too much work`, 'Choose --method permutation');
    const wanted = budget ?? 2 * columns + USUAL_KERNEL;
    if (wanted < least)
      throw refuse(
        `the kernel of ${columns} columns takes ${least} evaluations at least, and the budget is ${wanted}`,
        `Give --budget ${least} or more, or choose --method permutation`,
      );
    return kernelPlan(columns, Math.min(wanted, most, all), seed);
  },
};

/** Why all coalitions are not asked, and what to do; null where they are. */
function exactObstacle(
  columns: number,
  rows: number,
  budget: number | undefined,
): readonly [reason: string, way: string] | null {
  const coalitions = 2 ** columns;
  const other = 'choose --method permutation';
  if (columns > MOST_EXACT_COLUMNS)
    return [
      `all coalitions are asked of at most ${MOST_EXACT_COLUMNS} columns, and its answers depend on ${columns}`,
      `C${other.slice(1)}`,
    ];
  if (coalitions - 2 > (budget ?? coalitions))
    return [
      `all coalitions of ${columns} columns are ${coalitions - 2} evaluations, and the budget is ${budget}`,
      `Give --budget ${coalitions - 2}, or ${other}`,
    ];
  if (coalitions * rows > EXACT_ROWS)
    return [
      `all coalitions of ${columns} columns, each with ${rows} rows of the background, are too many rows`,
      `Give a background of at most ${Math.floor(EXACT_ROWS / coalitions)} rows, or ${other}`,
    ];
  return null;
}

/** How many draws of so many orders each: all that a budget allows; without one until they are near enough, as far as that is usual. */
function drawsOf(orders: number, { columns, rows, usualRows, budget, refuse }: PlanQuestion): DrawCount {
  const each = orders * Math.max(0, columns - 1);
  const most = Math.max(1, Math.floor(CELLS_BUDGET / (orders * Math.max(1, columns) ** 2)));
  const least = Math.min((2 * LEAST_PAIRS) / orders, most);
  if (each === 0) return { most: least };
  if (budget === undefined) {
    const allowed = Math.floor(usualRows / (each * rows));
    return { most: Math.max(least, Math.min((2 * MOST_PAIRS) / orders, most, allowed)), first: least };
  }
  if (budget < each)
    throw refuse(
      `${orders === 2 ? 'an order of the columns and its reverse take' : 'one order of the columns takes'} ${each} evaluations, and the budget is ${budget}`,
      `Give --budget ${each} or more`,
    );
  return { most: Math.min(Math.floor(Math.min(budget, Math.max(each, MOST_COALITIONS)) / each), most) };
}
