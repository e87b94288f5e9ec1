/** Takes rows out of requests and their answers, as captured columns. Pure. */
import type { Batch, Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import {
  type CapturedCells,
  type CapturedColumnSlot,
  type RowSample,
  type RowShape,
  rowShapeOf,
  sampledRow,
} from './captured-cells.ts';
import { TensorColumns } from './tensor-columns.ts';
import { truncateText } from './truncate-text.ts';

/** Input columns that are captured; of a wider table, the first ones. */
const COLUMNS_MAX = 4096;

type Column = Pick<CapturedColumnSlot, 'name' | 'kind'>;

/** The columns of a table that are captured, and where in the batch each is. */
interface TablePlan {
  readonly width: number;
  readonly columns: readonly Column[];
  /** Index in the batch, by slot of numbers and by slot of texts. */
  readonly numbers: Int32Array;
  readonly texts: Int32Array;
}

/** Made of the first request of a kind; takes the rows of all others like it. */
export class RowExtractor {
  readonly shape: RowShape;
  readonly #kind: Batch['kind'];
  readonly #table: TablePlan;
  readonly #tensors: TensorColumns | null;
  readonly #outputs: TensorColumns;

  constructor(signature: Signature, batch: Batch, outputs: Outputs) {
    this.#kind = batch.kind;
    this.#table = planOf(signature, batch);
    this.#tensors = batch.kind === 'tensors' ? new TensorColumns(batch.tensors, [], batch.rows, 0, 0) : null;
    const inputs = this.#tensors?.columns ?? this.#table.columns;
    const { numbers, texts } = rowShapeOf(inputs, []);
    this.#outputs = new TensorColumns(outputs, signature.outputs, batch.rows, numbers, texts);
    this.shape = rowShapeOf(inputs, this.#outputs.columns);
  }

  /** Whether a request and its answer have the columns of the first one. */
  fits(batch: Batch, outputs: Outputs): boolean {
    if (batch.kind !== this.#kind || !this.#outputs.fits(outputs, batch.rows)) return false;
    if (batch.kind === 'tensors') return this.#tensors?.fits(batch.tensors, batch.rows) ?? false;
    const { width, columns } = this.#table;
    return columns.length === 0 || (batch.kind === 'matrix' ? batch.width : batch.columns.length) === width;
  }

  /** Writes the picked rows from row `at` of the cells on. */
  write(batch: Batch, outputs: Outputs, picks: RowSample, cells: CapturedCells, at: number): void {
    const stride = this.shape.numbers;
    if (batch.kind === 'matrix') this.#writeMatrix(batch, picks, cells.numbers, at * stride);
    else if (batch.kind === 'table') this.#writeTable(batch, picks, cells, at);
    else this.#tensors?.write(batch.tensors, picks, cells, at, stride);
    this.#outputs.write(outputs, picks, cells, at, stride);
  }

  #writeMatrix(
    { data, width }: Extract<Batch, { kind: 'matrix' }>,
    picks: RowSample,
    cells: Float64Array,
    start: number,
  ): void {
    const { numbers } = this.#table;
    const stride = this.shape.numbers;
    for (let j = 0, to = start; j < picks.taken; j++, to += stride) {
      const from = sampledRow(picks, j) * width;
      for (let c = 0; c < numbers.length; c++) cells[to + c] = data[from + numbers[c]!]!;
    }
  }

  #writeTable(
    { columns }: Extract<Batch, { kind: 'table' }>,
    picks: RowSample,
    cells: CapturedCells,
    at: number,
  ): void {
    const { numbers, texts } = this.#table;
    const stride = this.shape.numbers;
    for (let j = 0; j < picks.taken; j++) {
      const row = sampledRow(picks, j);
      const to = (at + j) * stride;
      for (let c = 0; c < numbers.length; c++) cells.numbers[to + c] = columns[numbers[c]!]![row] as number;
      for (let c = 0; c < texts.length; c++) {
        const text = columns[texts[c]!]![row] as string | null;
        cells.texts[c]![at + j] = text === null ? null : truncateText(text);
      }
    }
  }
}

/** Columns that no step reads are left out, and so are those of a model that takes any. */
function planOf(signature: Signature, batch: Batch): TablePlan {
  const specs = signature.form === 'tensors' || signature.open ? [] : signature.columns;
  const used = specs.flatMap(({ name, ignored }, j) => (ignored ? [] : [{ name, j }])).slice(0, COLUMNS_MAX);
  const kindOf = (j: number): Column['kind'] =>
    batch.kind === 'table' && !(batch.columns[j] instanceof Float64Array) ? 'text' : 'number';
  const columns = used.map(({ name, j }) => ({ name, kind: kindOf(j), j }));
  const indices = (kind: Column['kind']): Int32Array =>
    Int32Array.from(columns.filter((column) => column.kind === kind).map(({ j }) => j));
  return { width: specs.length, columns, numbers: indices('number'), texts: indices('text') };
}
