import type { DecisionTrees } from '../trees/decision-trees.ts';
import type { RowCell } from './changed-rows.ts';
import type { ComparedRows } from './compared-rows.ts';

/** Numbers of a column that every question answers alike: the first and the last of each cell, which ascend. */
export interface NumberCells {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

/** A column of numbers, and those between which the model takes any. */
export interface NumberColumn {
  readonly column: number;
  readonly low: number;
  readonly high: number;
}

/** Where the answer to one question changes is between two numbers, whose ordinals these are. */
interface Search {
  readonly column: number;
  readonly place: number;
  readonly threshold: number;
  low: bigint;
  high: bigint;
  /** Answer at `low`. */
  isLeft: boolean;
}

/** Halvings after which two float64 are neighbours. */
const HALVINGS = 66;

/**
 * The cells of columns whose compared numbers never fall, or never rise, with them. Where the answer of a question changes is searched
 * by asking: two neighbouring float64 part it, whatever scales and rounds on the way.
 */
export function numberCells(
  trees: DecisionTrees,
  compared: ComparedRows,
  row: readonly RowCell[],
  columns: readonly NumberColumn[],
): readonly NumberCells[] {
  const searches = columns.map((column) => searchesOf(trees, compared, column));
  const most = searches.reduce((count, list) => Math.max(count, list.length), 0);
  const listAt = new Map(columns.map(({ column }, k) => [column, searches[k] ?? []]));
  const ask = (at: (search: Search) => bigint, tell: (search: Search, isLeft: boolean) => void): void => {
    const cell = (k: number, column: number): RowCell => {
      const search = listAt.get(column)?.[k];
      return search === undefined ? (row[column] ?? null) : numberAt(at(search));
    };
    const numbers = compared.prepare(most, cell);
    for (const list of searches)
      for (const [k, search] of list.entries())
        tell(search, goesLeft(trees, numbers[k * compared.column.length + search.place]!, search.threshold));
  };
  if (most > 0) {
    ask(
      ({ low }) => low,
      (search, isLeft) => {
        search.isLeft = isLeft;
      },
    );
    // One whose answer is the same at both ends is of no cell.
    ask(
      ({ high }) => high,
      (search, isLeft) => {
        if (isLeft === search.isLeft) search.high = search.low;
      },
    );
    for (let step = 0; step < HALVINGS; step++)
      ask(
        ({ low, high }) => (low + high) >> 1n,
        (search, isLeft) => {
          const middle = (search.low + search.high) >> 1n;
          if (isLeft === search.isLeft) search.low = middle;
          else search.high = middle;
        },
      );
  }
  return columns.map(({ low, high }, k) => cellsBetween(low, high, searches[k] ?? []));
}

function searchesOf(
  trees: DecisionTrees,
  compared: ComparedRows,
  { column, low, high }: NumberColumn,
): Search[] {
  const seen = new Set<string>();
  const found: Search[] = [];
  for (const [node, left] of trees.left.entries()) {
    const place = trees.column[node]!;
    if (left === -1 || compared.column[place] !== column) continue;
    const threshold = trees.threshold[node]!;
    const key = `${place}:${threshold}`;
    if (seen.has(key)) continue;
    seen.add(key);
    found.push({ column, place, threshold, low: ordinal(low), high: ordinal(high), isLeft: false });
  }
  return found;
}

function cellsBetween(low: number, high: number, searches: readonly Search[]): NumberCells {
  const starts = searches.filter((search) => search.high - search.low === 1n).map((search) => search.high);
  const ends = [...new Set(starts)].sort((a, b) => (a < b ? -1 : 1));
  return {
    first: Float64Array.from([low, ...ends.map(numberAt)]),
    last: Float64Array.from([...ends.map((start) => numberAt(start - 1n)), high]),
  };
}

function goesLeft({ split }: DecisionTrees, x: number, threshold: number): boolean {
  return split === 'le' ? x <= threshold : x < threshold;
}

/** Ends of the numbers around `inside` that the model takes: the first and last of [-largest, largest] for which `takes` is true. */
export function takenNumbers(
  takes: (value: number) => boolean,
  inside: number,
  largest: number,
): readonly [low: number, high: number] {
  const furthest = (end: number): number => {
    if (takes(end)) return end;
    let [good, bad] = [ordinal(inside), ordinal(end)];
    while (good - bad > 1n || bad - good > 1n) {
      const middle = (good + bad) >> 1n;
      if (takes(numberAt(middle))) good = middle;
      else bad = middle;
    }
    return numberAt(good);
  };
  return [furthest(-largest), furthest(largest)];
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
const WITHOUT_SIGN = 0x7fffffffffffffffn;

/** Neighbouring float64 have neighbouring ordinals; both zeros have 0. */
function ordinal(x: number): bigint {
  float[0] = x;
  const image = bits[0]!;
  return image < 0n ? -(image & WITHOUT_SIGN) : image;
}

function numberAt(place: bigint): number {
  bits[0] = place < 0n ? -place : place;
  return place < 0n ? -float[0]! : float[0]!;
}
