/** The same rows in the bodies of every protocol, as their clients would write them. */
import type { Call } from '../serving/client.ts';

type Row = unknown;

/** Rows of a body of `/predict`, as lists or bare values. */
export interface Rows {
  readonly columns: readonly string[] | null;
  readonly data: readonly Row[];
}

export function rowsOf(input: unknown): Rows {
  const { dataframe_split: split, instances } = input as {
    dataframe_split?: { columns?: readonly string[]; data: readonly Row[] };
    instances?: readonly Row[];
  };
  return { columns: split?.columns ?? null, data: split?.data ?? instances ?? [] };
}

/** A value as JSON text; JSON has no infinities. */
export const wire = (body: unknown): string =>
  JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'number' && Math.abs(value) === Infinity ? String(value) : value,
  );

interface Metadata {
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
  }[];
}

/** A V2 body after the metadata that the server gave: one matrix, or an input a column. */
export function v2Body({ inputs }: Metadata, { columns, data }: Rows): unknown {
  const [first, second] = inputs;
  const cellsOf = (row: Row): readonly unknown[] => (Array.isArray(row) ? row : [row]);
  if (second === undefined && first!.shape[1] !== 1) {
    const width = cellsOf(data[0]).length;
    return { inputs: [{ ...first, shape: [data.length, width], data: data.flatMap(cellsOf) }] };
  }
  return {
    inputs: inputs.map((input, j) => {
      const at = columns === null ? j : columns.indexOf(input.name);
      return {
        ...input,
        shape: [data.length, 1],
        data: data.map((row) => valueFor(input.datatype, cellsOf(row)[at])),
      };
    }),
  };
}

/** A text where numbers are wanted stands in a column that the model does not read. */
const valueFor = (datatype: string, cell: unknown): unknown =>
  datatype === 'FP64' && typeof cell === 'string' && !/^(?:-?Infinity|NaN)$/.test(cell)
    ? null
    : (cell ?? null);

/** CSV with a header where columns have names; null where a row has what CSV cannot hold. */
export function csvBody({ columns, data }: Rows): string | null {
  const cells = data.map((row) => (Array.isArray(row) ? (row as readonly unknown[]) : [row]));
  const isFlat = cells.every((row) => row.every((cell) => typeof cell !== 'object' || cell === null));
  // An empty text would be a missing value.
  if (!isFlat || cells.some((row) => row.includes(''))) return null;
  const lines = [...(columns === null ? [] : [columns]), ...cells];
  return lines.map((line) => `${line.map(csvCell).join(',')}\n`).join('');
}

function csvCell(cell: unknown): string {
  if (cell === null) return '""';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const jsonLinesBody = ({ columns, data }: Rows): string =>
  data
    .map((row) =>
      Array.isArray(row) && columns !== null
        ? Object.fromEntries(columns.map((name, j) => [name, row[j]]))
        : row,
    )
    .map((row) => `${wire(row)}\n`)
    .join('');

export const typed = (type: string, body: string, accept?: string): Call => ({
  method: 'POST',
  body,
  headers: { 'content-type': type, ...(accept === undefined ? {} : { accept }) },
});

/** Elements in row-major order as nested lists. */
export function nested(flat: readonly unknown[], shape: readonly number[]): unknown {
  if (shape.length === 1) return flat;
  const size = shape.slice(1).reduce((a, b) => a * b, 1);
  return Array.from({ length: shape[0]! }, (_, i) =>
    nested(flat.slice(i * size, (i + 1) * size), shape.slice(1)),
  );
}
