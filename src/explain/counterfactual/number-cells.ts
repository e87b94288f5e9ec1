import { nextDown, nextDown32, nextUp, nextUp32 } from '../../core/float.ts';
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

/** Where the answer to one question changes is between two numbers, of which the first answers as the least number does. */
interface Search {
  readonly column: number;
  readonly place: number;
  readonly threshold: number;
  low: number;
  high: number;
  isLeft: boolean;
  /** Whether the answer changes at all. */
  changes: boolean;
}

/** Halvings after which two float64 are neighbours. */
const HALVINGS = 66;
/** Share of a number within which it is sought where it should be. */
const NEAR = 1e-9;

/**
 * The cells of columns whose compared numbers never fall, or never rise, with them. Where the answer of a question changes is searched
 * by asking: two neighbouring float64 part it, whatever scales and rounds on the way. It is looked for first where a column that is only
 * scaled, and rounded to float32, has it.
 */
export function numberCells(
  trees: DecisionTrees,
  compared: ComparedRows,
  row: readonly RowCell[],
  columns: readonly NumberColumn[],
): readonly NumberCells[] {
  const lists = searchesOf(trees, compared, columns);
  const ask = (
    given: ReadonlyMap<number, readonly Search[]>,
    at: (search: Search) => number,
    tell: (search: Search, number: number) => void,
  ): void => {
    const most = Math.max(0, ...Array.from(given.values(), ({ length }) => length));
    const points = new Map(Array.from(given, ([column, list]) => [column, Float64Array.from(list, at)]));
    const numbers = compared.prepare(most, (k, column) => points.get(column)?.[k] ?? row[column] ?? null);
    for (const list of given.values())
      for (const [k, search] of list.entries())
        tell(search, numbers[k * compared.column.length + search.place]!);
  };
  const isLeft = ({ threshold }: Search, x: number): boolean =>
    trees.split === 'le' ? x <= threshold : x < threshold;
  /** Looks at a number between the ends of each search. */
  const narrow = (given: ReadonlyMap<number, readonly Search[]>, at: (search: Search) => number): void => {
    const point = (search: Search): number => Math.min(Math.max(at(search), search.low), search.high);
    ask(given, point, (search, x) => {
      if (isLeft(search, x) === search.isLeft) search.low = Math.max(search.low, point(search));
      else search.high = Math.min(search.high, point(search));
    });
  };
  ask(
    lists,
    ({ low }) => low,
    (search, x) => {
      search.isLeft = isLeft(search, x);
    },
  );
  ask(
    lists,
    ({ high }) => high,
    (search, x) => {
      search.changes = isLeft(search, x) !== search.isLeft;
    },
  );
  const changing = openSearches(lists, ({ changes }) => changes);
  const guess = straightGuesses(compared, row, columns);
  for (const near of NEARBY) narrow(changing, (search) => near(guess(search)));
  for (let step = 0; step < HALVINGS; step++) {
    const open = openSearches(changing, ({ low, high }) => nextUp(low) < high);
    if (open.size === 0) break;
    narrow(open, ({ low, high }) => between(low, high));
  }
  return columns.map(({ column, low, high }) => cellsBetween(low, high, changing.get(column) ?? []));
}

/** Numbers around one at which its float64, or its float32, changes. */
const NEARBY: readonly ((x: number) => number)[] = [
  (x) => x - NEAR * Math.abs(x),
  (x) => x + NEAR * Math.abs(x),
  ...[
    (x: number) => (Math.fround(x) + nextUp32(x)) / 2,
    (x: number) => x,
    (x: number) => (Math.fround(x) + nextDown32(x)) / 2,
  ].flatMap((of) => [of, (x: number) => nextDown(of(x)), (x: number) => nextUp(of(x))]),
];

/** Where a search of a column that is only scaled ends, by what 0 and 1 become. */
function straightGuesses(
  compared: ComparedRows,
  row: readonly RowCell[],
  columns: readonly NumberColumn[],
): (search: Search) => number {
  const taken = new Set(columns.filter(({ low, high }) => low <= 0 && high >= 1).map(({ column }) => column));
  const numbers = compared.prepare(2, (k, column) => (taken.has(column) ? k : (row[column] ?? null)));
  const width = compared.column.length;
  return ({ place, threshold }) => {
    const [start, slope] = [numbers[place]!, numbers[width + place]! - numbers[place]!];
    const found = (threshold - start) / slope;
    return Number.isFinite(found) ? found : 0;
  };
}

const openSearches = (
  lists: ReadonlyMap<number, readonly Search[]>,
  isOpen: (search: Search) => boolean,
): ReadonlyMap<number, readonly Search[]> =>
  new Map(
    Array.from(lists, ([column, list]) => [column, list.filter(isOpen)] as const).filter(
      ([, { length }]) => length > 0,
    ),
  );

/** One search for each threshold that a number of a column is compared with. */
function searchesOf(
  trees: DecisionTrees,
  compared: ComparedRows,
  columns: readonly NumberColumn[],
): ReadonlyMap<number, readonly Search[]> {
  const seen = new Set<string>();
  const lists = new Map(columns.map(({ column }) => [column, [] as Search[]]));
  const ends = new Map(columns.map((column) => [column.column, column]));
  for (const [node, left] of trees.left.entries()) {
    const place = trees.column[node]!;
    const column = left === -1 ? -1 : compared.column[place]!;
    const end = ends.get(column);
    const threshold = trees.threshold[node]!;
    const key = `${place}:${threshold}`;
    if (end === undefined || seen.has(key)) continue;
    seen.add(key);
    const { low, high } = end;
    lists.get(column)?.push({ column, place, threshold, low, high, isLeft: false, changes: false });
  }
  return lists;
}

function cellsBetween(low: number, high: number, searches: readonly Search[]): NumberCells {
  const starts = [...new Set(searches.map((search) => search.high))].sort((a, b) => a - b);
  return {
    first: Float64Array.from([low, ...starts]),
    last: Float64Array.from([...starts.map(nextDown), high]),
  };
}

/** Ends of the numbers around `inside` that the model takes: the first and last of [-largest, largest] for which `takes` is true. */
export function takenNumbers(
  takes: (value: number) => boolean,
  inside: number,
  largest: number,
): readonly [low: number, high: number] {
  const furthest = (end: number): number => {
    if (takes(end)) return end;
    let [good, bad] = [inside, end];
    for (let middle = between(good, bad); middle !== good && middle !== bad; middle = between(good, bad)) {
      if (takes(middle)) good = middle;
      else bad = middle;
    }
    return good;
  };
  return [furthest(-largest), furthest(largest)];
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
const WITHOUT_SIGN = 0x7fffffffffffffffn;

/** The float64 that has as many between it and one number as between it and the other; one of them where they are neighbours. */
function between(a: number, b: number): number {
  const middle = (ordinal(a) + ordinal(b)) >> 1n;
  bits[0] = middle < 0n ? -middle : middle;
  return middle < 0n ? -float[0]! : float[0]!;
}

/** Neighbouring float64 have neighbouring ordinals; both zeros have 0. */
function ordinal(x: number): bigint {
  float[0] = x;
  const image = bits[0]!;
  return image < 0n ? -(image & WITHOUT_SIGN) : image;
}
