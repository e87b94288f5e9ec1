import type { Batch } from '../model/batch.ts';
import { sliceBatch } from '../model/slice.ts';
import type { Attributions, Explainer } from './explanation.ts';
import { type Coalition, mixedRows } from './row-game.ts';
import { weightOf } from './trees/seen-patterns.ts';

/** Columns up to which all coalitions are asked. */
const EXACT_COLUMNS = 10;
/** Rows that a model is asked for one explained row, at most; and in one batch. */
const ROWS_BUDGET = 200_000;
const BATCH_ROWS = 4096;
/** Orders of columns, each with its reverse. */
const ORDERS = 10;

/** Answers of a model as numbers, `[rows, scores]`. */
export type Score = (batch: Batch) => Promise<Float64Array>;

/**
 * Shapley values of any model against a background: by all coalitions of its columns, or where there are more than
 * `EXACT_COLUMNS` by orders at random, each beside its reverse (Mitchell et al., JMLR 23, 2022). The same rows give the same
 * answer. Rows of the background beyond the budget are left out, evenly.
 */
export async function sampledExplainer(
  score: Score,
  features: readonly string[],
  background: Batch,
  classes: Explainer<Batch>['classes'],
): Promise<Omit<Explainer<Batch>, 'output'>> {
  const width = features.length;
  const isExact = width <= EXACT_COLUMNS;
  const plan = isExact ? allCoalitions(width) : orders(width, ORDERS);
  const others = thinned(background, Math.max(1, Math.floor(ROWS_BUDGET / plan.coalitions.length)));
  const baseValues = meanOf(await score(others), others.rows);
  const explain = async (batch: Batch): Promise<Attributions> => {
    const values: Float64Array[] = [];
    let additivityError = 0;
    for (let row = 0; row < batch.rows; row++) {
      const answers = await play(score, batch, row, others, plan.coalitions);
      const own = plan.attribute(answers);
      const full = await score(sliceBatch(batch, row, row + 1));
      for (let k = 0; k < full.length; k++) {
        let sum = baseValues[k]!;
        for (let column = 0; column < width; column++) sum += own[k * width + column]!;
        additivityError = Math.max(additivityError, Math.abs(sum - full[k]!));
      }
      values.push(own);
    }
    return { values: joined(values), additivityError };
  };
  return { method: isExact ? 'exact' : 'permutation', features, baseValues, classes, explain };
}

/** Coalitions to ask, and what their answers (`[coalition][score]`) come to: `[scores, columns]`. */
interface GamePlan {
  readonly coalitions: readonly Coalition[];
  attribute(answers: readonly Float64Array[]): Float64Array;
}

function allCoalitions(width: number): GamePlan {
  const count = 2 ** width;
  const bits = (set: number): Coalition => Uint8Array.from({ length: width }, (_, k) => (set >> k) & 1);
  const coalitions = Array.from({ length: count }, (_, set) => bits(set));
  const attribute = (answers: readonly Float64Array[]): Float64Array => {
    const scores = answers[0]?.length ?? 0;
    const out = new Float64Array(scores * width);
    for (const [set, known] of coalitions.entries()) {
      const size = known.reduce((sum, one) => sum + one, 0);
      for (let column = 0; column < width; column++) {
        if (known[column] === 1) continue;
        // size! (width - size - 1)! / width!.
        const weight = weightOf(width - size, size);
        const more = answers[set + 2 ** column]!;
        for (let k = 0; k < scores; k++) out[k * width + column]! += weight * (more[k]! - answers[set]![k]!);
      }
    }
    return out;
  };
  return { coalitions, attribute };
}

/** Mulberry32: the same orders in every explanation. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function orders(width: number, count: number): GamePlan {
  const random = generator(width);
  const paths = Array.from({ length: count }, () => {
    const order = Array.from({ length: width }, (_, k) => k);
    for (let k = width - 1; k > 0; k--) {
      const other = Math.floor(random() * (k + 1));
      [order[k], order[other]] = [order[other]!, order[k]!];
    }
    return [order, order.toReversed()];
  }).flat();
  const coalitions = paths.flatMap((order) => {
    const known = new Uint8Array(width);
    return [
      known.slice(),
      ...order.map((column) => {
        known[column] = 1;
        return known.slice();
      }),
    ];
  });
  const attribute = (answers: readonly Float64Array[]): Float64Array => {
    const scores = answers[0]?.length ?? 0;
    const out = new Float64Array(scores * width);
    for (const [p, order] of paths.entries())
      for (const [step, column] of order.entries()) {
        const at = p * (width + 1) + step;
        for (let k = 0; k < scores; k++)
          out[k * width + column]! += (answers[at + 1]![k]! - answers[at]![k]!) / paths.length;
      }
    return out;
  };
  return { coalitions, attribute };
}

/** The mean answer over the background of each coalition. */
async function play(
  score: Score,
  batch: Batch,
  row: number,
  background: Batch,
  coalitions: readonly Coalition[],
): Promise<readonly Float64Array[]> {
  const step = Math.max(1, Math.floor(BATCH_ROWS / background.rows));
  const answers: Float64Array[] = [];
  for (let from = 0; from < coalitions.length; from += step) {
    const some = coalitions.slice(from, from + step);
    const scores = await score(mixedRows(batch, row, background, some));
    const width = scores.length / some.length;
    for (let k = 0; k < some.length; k++)
      answers.push(meanOf(scores.subarray(k * width, (k + 1) * width), background.rows));
  }
  return answers;
}

function meanOf(scores: Float64Array, rows: number): Float64Array {
  const width = scores.length / rows;
  const mean = new Float64Array(width);
  for (const [k, value] of scores.entries()) mean[k % width]! += value / rows;
  return mean;
}

/** Every n-th row, so that at most `most` are left. */
function thinned(batch: Batch, most: number): Batch {
  if (batch.rows <= most) return batch;
  const chosen = Array.from({ length: most }, (_, k) => Math.floor((k * batch.rows) / most));
  if (batch.kind === 'matrix') {
    const { width } = batch;
    const data = new Float64Array(most * width);
    for (const [k, row] of chosen.entries())
      data.set(batch.data.subarray(row * width, (row + 1) * width), k * width);
    return { kind: 'matrix', rows: most, width, data };
  }
  if (batch.kind === 'tensors') return batch;
  const columns = batch.columns.map((column) =>
    column instanceof Float64Array
      ? Float64Array.from(chosen, (row) => column[row]!)
      : chosen.map((row) => column[row] ?? null),
  );
  return { kind: 'table', rows: most, columns };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
