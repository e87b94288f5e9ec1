import type { Players } from './decision-trees.ts';
import type { ExplainedEnsemble } from './ensemble.ts';

/** Sets of columns that a note names. */
const NAMED_SETS = 5;

/** Players of trees, and how what they add comes to the columns of a model. */
export interface CreditedPlayers {
  readonly players: Players;
  /** Columns of each player after those that are columns themselves; they share what it adds alike. */
  readonly shared: readonly (readonly number[])[];
}

/**
 * Gives each number of a prepared row its player: of one column that column; of several one that stands for them, since no one
 * of them decides the number. `sources` are columns of the model, `width` of them.
 */
export function creditedPlayers(sources: readonly (readonly number[])[], width: number): CreditedPlayers {
  const shared: (readonly number[])[] = [];
  const places = new Map<string, number>();
  const of = Int32Array.from(sources, (columns) => {
    const own = [...new Set(columns)].sort((a, b) => a - b);
    const [first = 0] = own;
    if (own.length <= 1) return first;
    const key = own.join();
    const place = places.get(key) ?? width + shared.length;
    if (!places.has(key)) shared.push(own);
    places.set(key, place);
    return place;
  });
  return { players: { of, count: width + shared.length }, shared };
}

/** Values of players, `[rows, scores, players]`, as those of `width` columns. */
export function creditedValues(
  values: Float64Array,
  { players, shared }: CreditedPlayers,
  width: number,
): Float64Array {
  if (shared.length === 0) return values;
  const cells = values.length / players.count;
  const out = new Float64Array(cells * width);
  for (let cell = 0; cell < cells; cell++) {
    const from = cell * players.count;
    out.set(values.subarray(from, from + width), cell * width);
    for (const [k, columns] of shared.entries())
      for (const column of columns) out[cell * width + column]! += values[from + width + k]! / columns.length;
  }
  return out;
}

/**
 * Says of which columns trees ask together: what such a question adds is no Shapley value of theirs, but split as CatBoost splits it
 * (catboost/libs/fstr/shap_values.cpp). `source` has the column of the model that each input of the ensemble is made of.
 */
export function sharedNotes(
  { trees, sources, made = sources }: ExplainedEnsemble,
  source: Int32Array,
  features: readonly string[],
): readonly string[] {
  const sets = new Set<string>();
  for (const [node, left] of trees.left.entries()) {
    const columns = left === -1 ? [] : (made[trees.column[node]!] ?? []).map((column) => source[column]!);
    const own = [...new Set(columns)].sort((a, b) => a - b);
    if (own.length > 1) sets.add(own.map((column) => features[column]).join(' + '));
  }
  if (sets.size === 0) return [];
  const named = [...sets].slice(0, NAMED_SETS).join(', ');
  const more = sets.size > NAMED_SETS ? ` and ${sets.size - NAMED_SETS} more` : '';
  return [
    `Its trees ask about several columns in one question (${named}${more}): what that adds is split equally between the categorical ones, as CatBoost defines it; it is no Shapley value of each column`,
  ];
}
