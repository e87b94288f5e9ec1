import { elementAt } from '../../../core/element-at.ts';
import type { ColumnValues } from '../../../model/batch.ts';
import type { PmmlValue } from '../../../model/pmml/value.ts';
import type { RowBlock } from '../block.ts';
import { columnOf } from '../block.ts';

/** What a model makes of a row. Results are reused: whoever keeps one copies it. */
export interface PmmlResult {
  /** The prediction; null where the model gives none. */
  value: PmmlValue;
  /** One number a class, where there is a prediction with probabilities. */
  scores: Float64Array | null;
  entity: string | null;
  affinity: number | null;
  reasons: readonly string[];
}

export const emptyResult = (): PmmlResult => ({
  value: null,
  scores: null,
  entity: null,
  affinity: null,
  reasons: [],
});

/** Refuses the row that is being evaluated. */
export type RefuseRow = (name: string, problem: string) => never;

/**
 * Values of the fields and results of the models for one row after the other. Each is computed when something first asks
 * for it, so that a field which only a branch needs that is not taken costs nothing and refuses nothing.
 */
export class PmmlState {
  row = 0;
  readonly #values: PmmlValue[] = [];
  readonly #computes: (() => PmmlValue)[] = [];
  readonly #results: PmmlResult[] = [];
  readonly #evaluates: (() => PmmlResult)[] = [];
  #fieldStamps = new Float64Array(0);
  #modelStamps = new Float64Array(0);
  #stamp = 0;
  #columns: readonly ColumnValues[] = [];

  /** Takes the rows that are evaluated next. */
  open(block: RowBlock, names: readonly string[]): void {
    this.#columns = Array.from({ length: block.cols }, (_, col) => columnOf(block, col, names));
    if (this.#fieldStamps.length < this.#computes.length)
      this.#fieldStamps = new Float64Array(this.#computes.length);
    if (this.#modelStamps.length < this.#evaluates.length)
      this.#modelStamps = new Float64Array(this.#evaluates.length);
  }

  /** Begins a row: nothing is known of it yet. */
  begin(row: number): void {
    this.row = row;
    this.#stamp++;
  }

  close(): void {
    this.#columns = [];
  }

  addField(compute: () => PmmlValue): void {
    this.#computes.push(compute);
    this.#values.push(null);
  }

  addModel(evaluate: () => PmmlResult): void {
    this.#evaluates.push(evaluate);
    this.#results.push(emptyResult());
  }

  /** The cell of an input column: a missing number is null, as a missing string is. */
  cell(column: number): number | string | null {
    const cell = elementAt(this.#columns, column)[this.row];
    return cell === undefined || Number.isNaN(cell) ? null : cell;
  }

  field(index: number): PmmlValue {
    if (this.#fieldStamps[index] === this.#stamp) return this.#values[index] ?? null;
    const value = elementAt(this.#computes, index)();
    this.#values[index] = value;
    this.#fieldStamps[index] = this.#stamp;
    return value;
  }

  /** The field as a number: a boolean is 0 or 1; null where it is missing. */
  number(index: number): number | null {
    const value = this.field(index);
    return typeof value === 'number' || value === null ? value : Number(value);
  }

  result(index: number): PmmlResult {
    if (this.#modelStamps[index] === this.#stamp) return elementAt(this.#results, index);
    const result = elementAt(this.#evaluates, index)();
    this.#results[index] = result;
    this.#modelStamps[index] = this.#stamp;
    return result;
  }
}
