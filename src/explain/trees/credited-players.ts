import type { Players } from './decision-trees.ts';

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
