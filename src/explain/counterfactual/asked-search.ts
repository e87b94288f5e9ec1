import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import { isMissingCell, isSameCell, type RowCell, rowsOfCells } from './changed-rows.ts';
import { CHANGE_COST, cellDistance, READABLE_SHARE, type SearchedColumn } from './column-choices.ts';
import { columnScale, medianOf } from './distance.ts';
import type { SearchedRow, SearchOutcome } from './outcome.ts';
import { readableNumber } from './readable.ts';
import type { ColumnDomainRule } from './searched-columns.ts';
import { isWantedAnswer, type WantedAnswer } from './wanted.ts';

/** Rows that a model is asked of one row. */
const MOST_ROWS = 20_000;
/** Quantiles of a background, and steps on each side without one, that a number goes to. */
const QUANTILES = 16;
const STEPS = 12;
const MOST_CATEGORIES = 50;
/** Rows that changes are added to at once, and how many changes. */
const BEAM = 8;
const MOST_CHANGES = 5;
/** Halvings of the way back of a number. */
const HALVINGS = 24;
/** Rows that are brought back. */
const MOST_STARTS = 12;

/** What asking takes. */
export interface AskedModel {
  readonly rows: Batch;
  readonly wanted: WantedAnswer;
  /** `given`: what is answered to the row that is searched. */
  readonly answerWithLack: (batch: Batch, given: number) => Promise<LackingAnswers>;
}

/** Answers of rows, and how far each is from one that is wanted; 0 where nothing says. */
export interface LackingAnswers {
  readonly answers: Float64Array;
  readonly lacks: Float64Array;
}

type Cells = readonly RowCell[];

/** A row as the model answers it. */
interface AskedRow {
  readonly cells: Cells;
  readonly isWanted: boolean;
  readonly lack: number;
}

export function modelColumns(domains: readonly ColumnDomainRule[]): readonly SearchedColumn[] {
  return domains.map(({ spec, freedom, known, categories, isWhole }) => {
    const { scale } = columnScale(known, []);
    const middle = known.length > 0 ? medianOf(known) : 0;
    return { spec, freedom, categories, isWhole, scale, middle, cells: null };
  });
}

/**
 * A near row by asking the model: rows of the background, and changes of a few columns at a time, those first that bring the answer
 * furthest; then each column back towards the row as far as the answer stays. It proves nothing.
 */
export async function askedSearch(
  model: AskedModel,
  columns: readonly SearchedColumn[],
  domains: readonly ColumnDomainRule[],
  starts: readonly Cells[],
  { cells: own, given }: SearchedRow,
): Promise<SearchOutcome> {
  const search = new AskedSearch(model, columns, own, given);
  const found = await search.wantedOf(starts.map((start) => allowed(columns, own, start)));
  const moves = columns.map((column, k) => movesOf(column, domains[k]!.known, own[k] ?? null));
  let beam: readonly Cells[] = [own];
  // One change is tried in any case: rows of a background differ in every column.
  for (let change = 0; change < MOST_CHANGES && beam.length > 0; change++) {
    const asked = await search.ask([...changedRows(beam, moves, own, search.left)]);
    found.push(...asked.filter(({ isWanted }) => isWanted).map(({ cells }) => cells));
    if (found.length > 0) break;
    beam = nearest(asked, BEAM);
  }
  const ranked = found.toSorted((a, b) => search.distance(a) - search.distance(b)).slice(0, MOST_STARTS);
  let best: Cells | null = null;
  for (const start of ranked) {
    const back = await search.broughtBack(start);
    if (best === null || search.distance(back) < search.distance(best)) best = back;
  }
  return { method: 'heuristic', cells: best, lowerBound: null, isExact: false };
}

class AskedSearch {
  readonly #model: AskedModel;
  readonly #columns: readonly SearchedColumn[];
  readonly #own: Cells;
  readonly #given: number;
  /** Rows that may still be asked. */
  left = MOST_ROWS;

  constructor(model: AskedModel, columns: readonly SearchedColumn[], own: Cells, given: number) {
    this.#model = model;
    this.#columns = columns;
    this.#own = own;
    this.#given = given;
  }

  distance(cells: Cells): number {
    return this.#columns.reduce((sum, column, k) => {
      const added = cellDistance(column, this.#own[k] ?? null, cells[k] ?? null);
      return sum + added + (added > 0 ? CHANGE_COST : 0);
    }, 0);
  }

  /** Those of the rows that the model takes. */
  ask(list: readonly Cells[]): Promise<readonly AskedRow[]> {
    this.left -= list.length;
    return this.#told(list);
  }

  async wantedOf(list: readonly Cells[]): Promise<Cells[]> {
    return (await this.ask(list)).filter(({ isWanted }) => isWanted).map(({ cells }) => cells);
  }

  /** Each changed column as it was, or as near to that as the answer lets it; until nothing goes further back. */
  async broughtBack(start: Cells): Promise<Cells> {
    let cells = start;
    for (let round = 0; round < 3; round++) {
      const before = this.distance(cells);
      const changed = [...cells.keys()].filter((k) => !isSameCell(cells[k] ?? null, this.#own[k] ?? null));
      const cost = (k: number): number =>
        cellDistance(this.#columns[k]!, this.#own[k] ?? null, start[k] ?? null);
      for (const k of changed.sort((a, b) => cost(b) - cost(a))) cells = await this.#columnBack(cells, k);
      if (this.distance(cells) >= before) break;
    }
    return cells;
  }

  async #columnBack(cells: Cells, k: number): Promise<Cells> {
    const whole = cells.with(k, this.#own[k] ?? null);
    if (this.left <= 0) return cells;
    if ((await this.wantedOf([whole])).length > 0) return whole;
    const [own, far] = [this.#own[k] ?? null, cells[k] ?? null];
    const column = this.#columns[k]!;
    if (column.categories !== null || typeof own !== 'number' || typeof far !== 'number' || Number.isNaN(own))
      return cells;
    const round = (value: number): number =>
      column.isWhole && Number.isInteger(own) ? Math.round(value) : value;
    let [bad, good] = [own, far];
    for (let step = 0; step < HALVINGS && this.left > 0; step++) {
      const middle = round((bad + good) / 2);
      if (middle === bad || middle === good) break;
      if ((await this.wantedOf([cells.with(k, middle)])).length > 0) good = middle;
      else bad = middle;
    }
    const slack = READABLE_SHARE * column.scale;
    const furthest = good > own ? Math.min(far, good + slack) : Math.max(far, good - slack);
    const readable = cells.with(k, readableNumber(good, furthest));
    return (await this.wantedOf([readable])).length > 0 ? readable : cells.with(k, good);
  }

  async #told(list: readonly Cells[]): Promise<readonly AskedRow[]> {
    if (list.length === 0) return [];
    const { wanted, answerWithLack } = this.#model;
    try {
      const { answers, lacks } = await answerWithLack(this.#batch(list), this.#given);
      return list.map((cells, k) => {
        const isWanted = isWantedAnswer(wanted, this.#given, answers[k] ?? Number.NaN);
        return { cells, isWanted, lack: lacks[k] ?? Number.NaN };
      });
    } catch (error) {
      if (!(error instanceof PlimsollError && error.code === 'INPUT_INVALID')) throw error;
    }
    if (list.length === 1) return [];
    const half = list.length >> 1;
    return [...(await this.#told(list.slice(0, half))), ...(await this.#told(list.slice(half)))];
  }

  #batch(list: readonly Cells[]): Batch {
    return rowsOfCells(this.#model.rows, list.length, (row, k) => list[row]![k] ?? null);
  }
}

/** The rows with one more column moved, the first `most` of them: all of many columns would fill the memory. */
function* changedRows(
  rows: readonly Cells[],
  moves: readonly (readonly RowCell[])[],
  own: Cells,
  most: number,
): Generator<Cells, void> {
  let left = most;
  for (const cells of rows)
    for (const [k, list] of moves.entries()) {
      if (!isSameCell(cells[k] ?? null, own[k] ?? null)) continue;
      for (const cell of list) {
        if (left-- <= 0) return;
        yield cells.with(k, cell);
      }
    }
}

/** The rows that lack least. */
const nearest = (asked: readonly AskedRow[], count: number): readonly Cells[] =>
  asked
    .filter(({ lack }) => !Number.isNaN(lack))
    .sort((a, b) => a.lack - b.lack)
    .slice(0, count)
    .map(({ cells }) => cells);

/** A row with what its columns may not become taken back. */
const allowed = (columns: readonly SearchedColumn[], own: Cells, cells: Cells): Cells =>
  columns.map((column, k) => {
    const [from, to] = [own[k] ?? null, cells[k] ?? null];
    return !isMissingCell(to) && mayBecome(column, from, to) ? to : from;
  });

function mayBecome({ freedom, categories, spec }: SearchedColumn, from: RowCell, to: RowCell): boolean {
  if (freedom === 'held' || spec.ignored) return false;
  if (freedom === 'any' || isMissingCell(from)) return true;
  const rises =
    typeof from === 'number' && typeof to === 'number'
      ? to >= from
      : (categories ?? []).indexOf(to) >= (categories ?? []).indexOf(from);
  return isSameCell(from, to) || rises === (freedom === 'up');
}

/** Values that a column may be moved to. */
function movesOf(column: SearchedColumn, known: Float64Array, own: RowCell): readonly RowCell[] {
  const { categories, spec, scale, isWhole } = column;
  const largest = spec.largest ?? Number.MAX_VALUE;
  const values = (): readonly RowCell[] => {
    if (categories !== null) return categories.slice(0, MOST_CATEGORIES);
    if (spec.type !== 'number') return [];
    const from = isMissingCell(own) ? column.middle : Number(own);
    const quantiles = Array.from(
      { length: known.length === 0 ? 0 : QUANTILES + 1 },
      (_, k) => known[Math.round((k * (known.length - 1)) / QUANTILES)]!,
    );
    const unit = known.length > 0 ? scale : Math.max(1, Math.abs(from)) / 8;
    const steps = Array.from({ length: STEPS }, (_, k) => unit * 2 ** (k - 3));
    const numbers = [...quantiles, ...steps.flatMap((step) => [from + step, from - step])];
    return isWhole ? numbers.map(Math.round) : numbers;
  };
  return [...new Set(values())].filter(
    (cell) =>
      !isSameCell(cell, own) &&
      mayBecome(column, own, cell) &&
      (typeof cell !== 'number' || Math.abs(cell) <= largest),
  );
}
