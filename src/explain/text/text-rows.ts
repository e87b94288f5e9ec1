import { PlimsollError } from '../../core/errors.ts';
import type { Batch, ColumnValues } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { newTensor } from '../../model/tensor.ts';

/** Where the texts of rows are, among what else a model takes. */
export interface TextPlace {
  readonly name: string;
  /** Whether the rows have nothing else, so that a row without words is the same row everywhere. */
  readonly isAlone: boolean;
  textOf(batch: Batch, row: number): string;
  /** A row once for each text. */
  withTexts(batch: Batch, row: number, texts: readonly string[]): Batch;
}

/** The column or input of texts by its name, or the only one there is where none is named; null where there is none. */
export function textPlace(signature: Signature, name: string | undefined): TextPlace | null {
  if (signature.form === 'tensors') {
    const [input] = signature.tensors;
    const isText = signature.tensors.length === 1 && input?.dtype === 'string' && width(input.shape) === 1;
    return input !== undefined && isText && (name ?? input.name) === input.name
      ? tensorPlace(input.name)
      : null;
  }
  const texts = signature.columns.flatMap(({ name: own, type }, k) =>
    type === 'string' && (name === undefined || name === own) ? [{ own, k }] : [],
  );
  const [first] = texts;
  if (first === undefined || texts.length > 1) return null;
  return columnPlace(first.own, first.k, signature.columns.length === 1);
}

/** Texts of one row. */
const width = (shape: readonly number[]): number =>
  shape.slice(1).reduce((product, size) => product * size, 1);

function columnPlace(name: string, place: number, isAlone: boolean): TextPlace {
  const columnsOf = (batch: Batch): readonly ColumnValues[] => (batch.kind === 'table' ? batch.columns : []);
  return {
    ...{ name, isAlone },
    textOf: (batch, row) => textAt(columnsOf(batch)[place]?.[row], name, row),
    withTexts: (batch, row, texts) => ({
      ...{ kind: 'table', rows: texts.length },
      columns: columnsOf(batch).map((column, k) => {
        if (k === place) return texts;
        return column instanceof Float64Array
          ? new Float64Array(texts.length).fill(column[row] ?? Number.NaN)
          : texts.map(() => column[row] ?? null);
      }),
    }),
  };
}

function tensorPlace(name: string): TextPlace {
  const tensorOf = (batch: Batch) => (batch.kind === 'tensors' ? batch.tensors[name] : undefined);
  return {
    ...{ name, isAlone: true },
    textOf: (batch, row) => textAt(tensorOf(batch)?.data[row], name, row),
    withTexts: (batch, _row, texts) => {
      const shape = [texts.length, ...(tensorOf(batch)?.shape.slice(1) ?? [])];
      return {
        kind: 'tensors',
        rows: texts.length,
        tensors: { [name]: newTensor('string', shape, [...texts]) },
      };
    },
  };
}

function textAt(cell: unknown, name: string, row: number): string {
  if (typeof cell === 'string') return cell;
  throw new PlimsollError('INPUT_INVALID', {
    problem: `row ${row}, column "${name}": there is no text to explain`,
    ...{ row, column: name },
  });
}
