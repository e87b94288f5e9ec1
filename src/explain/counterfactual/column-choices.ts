import type { ColumnSpec } from '../../model/signature.ts';
import { isMissingCell, isSameCell, type RowCell } from './changed-rows.ts';
import type { ColumnFreedom } from './column-rules.ts';
import type { ComparedRows } from './compared-rows.ts';
import type { ColumnChoices } from './forest-problem.ts';
import type { NumberCells } from './number-cells.ts';
import { readableNumber } from './readable.ts';

/** What each changed column costs beyond its distance, so that of rows as near as one another that with fewer changes is the cheapest. */
export const CHANGE_COST = 1e-9;
/** Share of a column's scale that a number may go further than it must, to be one that is easy to read. */
export const READABLE_SHARE = 1e-3;

/** What is known of one column of a model before any row. */
export interface SearchedColumn {
  readonly spec: ColumnSpec;
  readonly freedom: ColumnFreedom;
  readonly scale: number;
  /** Values that may be chosen, each a step of cost 1 away; null of numbers. */
  readonly categories: readonly RowCell[] | null;
  /** Null where it has none, and is held. */
  readonly cells: NumberCells | null;
  /** Whether only whole numbers may be chosen. */
  readonly isWhole: boolean;
  /** To which a missing number goes where many will do. */
  readonly middle: number;
}

/** A value that a column may take instead of its own. */
export interface CellChoice {
  readonly cell: RowCell;
  /** Distance of the nearest such value, and `CHANGE_COST`; 0 of the row's own. */
  readonly cost: number;
  /** Number of its cell, of a number; -1 of the row's own and of categories. */
  readonly at: number;
}

/** The values that a column of a row may take, the cheapest first; the first is its own. */
export function cellChoices(column: SearchedColumn, own: RowCell): readonly CellChoice[] {
  const { categories, cells, freedom, spec } = column;
  const kept: CellChoice = { cell: own, cost: 0, at: -1 };
  if (freedom === 'held' || spec.ignored) return [kept];
  if (categories !== null) {
    const at = categories.findIndex((category) => isSameCell(category, own));
    const others = categories.filter((category, k) => {
      if (isSameCell(category, own)) return false;
      if (at < 0 || freedom === 'any') return true;
      const isUp = typeof category === 'number' && typeof own === 'number' ? category > own : k > at;
      return isUp === (freedom === 'up');
    });
    return [kept, ...others.map((cell) => ({ cell, cost: 1 + CHANGE_COST, at: -1 }))];
  }
  if (cells === null || typeof own === 'string') return [kept];
  const found: CellChoice[] = [];
  for (const [k, first] of cells.first.entries()) {
    const choice = isMissingCell(own)
      ? filledChoice(column, first, cells.last[k]!)
      : movedChoice(column, Number(own), first, cells.last[k]!);
    if (choice !== null) found.push({ ...choice, at: k });
  }
  return [kept, ...found.sort((a, b) => a.cost - b.cost)];
}

type FoundCell = Omit<CellChoice, 'at'>;

/** The number of a cell that is nearest to the row's own; null where it is inside, or may not go there. */
function movedChoice(column: SearchedColumn, own: number, first: number, last: number): FoundCell | null {
  if (own >= first && own <= last) return null;
  const isUp = own < first;
  if (column.freedom === (isUp ? 'down' : 'up')) return null;
  const isWhole = column.isWhole && Number.isInteger(own);
  const [low, high] = isWhole ? [Math.ceil(first), Math.floor(last)] : [first, last];
  if (low > high) return null;
  const nearest = isUp ? low : high;
  const slack = READABLE_SHARE * column.scale;
  const furthest = isUp ? Math.min(high, nearest + slack) : Math.max(low, nearest - slack);
  const cell = isWhole ? nearest : readableNumber(nearest, furthest);
  return { cell, cost: Math.abs(nearest - own) / column.scale + CHANGE_COST };
}

/** A number for a missing one: of the cell the one that is nearest to the middle. */
function filledChoice(column: SearchedColumn, first: number, last: number): FoundCell | null {
  const [low, high] = column.isWhole ? [Math.ceil(first), Math.floor(last)] : [first, last];
  if (low > high) return null;
  const nearest = Math.min(Math.max(column.middle, low), high);
  const slack = READABLE_SHARE * column.scale;
  const furthest = nearest === low ? Math.min(high, nearest + slack) : Math.max(low, nearest - slack);
  return {
    cell: column.isWhole ? nearest : readableNumber(nearest, furthest),
    cost: 1 + Math.abs(nearest - column.middle) / column.scale + CHANGE_COST,
  };
}

/**
 * What a column adds to the distance of rows: a number's step over its scale; 1 for another category; where nothing was 1, and the step of a
 * number from the middle of its column.
 */
export function cellDistance(column: SearchedColumn, from: RowCell, to: RowCell): number {
  const { scale, categories, middle } = column;
  if (isSameCell(from, to)) return 0;
  if (categories !== null || typeof to !== 'number') return 1;
  return isMissingCell(from) ? 1 + Math.abs(to - middle) / scale : Math.abs(to - Number(from)) / scale;
}

/** The distance of two rows: the sum over their columns. */
export const rowDistance = (
  columns: readonly SearchedColumn[],
  from: readonly RowCell[],
  to: readonly RowCell[],
): number =>
  columns.reduce((sum, column, k) => sum + cellDistance(column, from[k] ?? null, to[k] ?? null), 0);

/** Choices of all columns as a forest compares them. Categories that it compares alike are one: the first of them stays. */
export function comparedChoices(
  compared: ComparedRows,
  choices: readonly (readonly CellChoice[])[],
): { readonly columns: readonly ColumnChoices[]; readonly choices: readonly (readonly CellChoice[])[] } {
  const most = choices.reduce((count, list) => Math.max(count, list.length), 0);
  const numbers = compared.prepare(
    most,
    (row, k) => choices[k]![Math.min(row, choices[k]!.length - 1)]!.cell,
  );
  const places = choices.map((): number[] => []);
  for (const [at, column] of compared.column.entries()) if (column >= 0) places[column]!.push(at);
  const width = compared.column.length;
  const kept = choices.map((list, k) => {
    const seen = new Set<string>();
    return list.flatMap((choice, row) => {
      const prepared = places[k]!.map((at) => numbers[row * width + at]!);
      const key = prepared.join();
      if (seen.has(key)) return [];
      seen.add(key);
      return [{ ...choice, prepared }];
    });
  });
  return {
    columns: kept.map((list) => ({
      costs: Float64Array.from(list, ({ cost }) => cost),
      prepared: Float64Array.from(list.flatMap(({ prepared }) => prepared)),
      order: orderOf(list),
    })),
    choices: kept,
  };
}

/** The choices as their numbers ascend; null of categories, and where the row's own is missing. */
function orderOf(list: readonly CellChoice[]): Int32Array | null {
  if (isMissingCell(list[0]?.cell ?? null) || !list.slice(1).every(({ at }) => at >= 0)) return null;
  const numbers = Float64Array.from(list, ({ cell }) => Number(cell));
  return Int32Array.from([...list.keys()].sort((a, b) => numbers[a]! - numbers[b]!));
}
