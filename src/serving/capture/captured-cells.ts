/** Captured values of rows as they are held until a block is made of them. Pure. */

/** Where the values of a column are: cell `index` of each row of numbers, or list `index` of texts. */
export interface CapturedColumnSlot {
  readonly name: string;
  readonly kind: 'number' | 'text';
  readonly index: number;
}

/** The columns that rows have. */
export interface RowShape {
  /** Everything below as text: the same for the same shape, also from another thread. */
  readonly key: string;
  readonly inputs: readonly CapturedColumnSlot[];
  readonly outputs: readonly CapturedColumnSlot[];
  /** Numbers a row. */
  readonly numbers: number;
  /** Texts a row. */
  readonly texts: number;
}

type Column = Pick<CapturedColumnSlot, 'name' | 'kind'>;

export function rowShapeOf(inputs: readonly Column[], outputs: readonly Column[]): RowShape {
  const counts = { number: 0, text: 0 };
  const placed = (columns: readonly Column[]): CapturedColumnSlot[] =>
    columns.map(({ name, kind }) => ({ name, kind, index: counts[kind]++ }));
  const slots = { inputs: placed(inputs), outputs: placed(outputs) };
  const key = JSON.stringify(
    [slots.inputs, slots.outputs].map((side) => side.map((slot) => [slot.name, slot.kind])),
  );
  return { key, ...slots, numbers: counts.number, texts: counts.text };
}

/** The shape of a key that `shapeOf` has made. */
export function parseRowShape(key: string): RowShape {
  const [inputs, outputs] = JSON.parse(key) as [string, Column['kind']][][];
  const columns = (side: [string, Column['kind']][] = []): Column[] =>
    side.map(([name, kind]) => ({ name, kind }));
  return rowShapeOf(columns(inputs), columns(outputs));
}

/** Values of rows: numbers row by row, as a request brings them, texts column by column. */
export interface CapturedCells {
  readonly numbers: Float64Array;
  readonly texts: readonly (string | null)[][];
}

export const allocateCapturedCells = ({ numbers, texts }: RowShape, rows: number): CapturedCells => ({
  numbers: new Float64Array(rows * numbers),
  texts: Array.from({ length: texts }, () => new Array<string | null>(rows).fill(null)),
});

/** Which rows of a request are captured: `taken` of its `rows`, evenly spread; `offset`, a multiple of 2^-16 below 1, says from where. */
export interface RowSample {
  readonly rows: number;
  readonly taken: number;
  readonly offset: number;
}

/** Place in its request of the `j`-th row that is captured: each row is as likely as any other (systematic sampling). */
export const sampledRow = ({ rows, taken, offset }: RowSample, j: number): number =>
  taken === rows ? j : Math.floor(((j + offset) * rows) / taken);
