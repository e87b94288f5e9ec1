import type { Tensor } from './tensor.ts';

/** A missing cell is NaN in a number column and `null` in a string column. */
export type ColumnValues = Float64Array | readonly (string | null)[];

/** Rows to score, in the form their model's signature asks for. */
export type Batch =
  /** Every column is a number: row-major `[rows, width]`, NaN is missing. */
  | { readonly kind: 'matrix'; readonly rows: number; readonly width: number; readonly data: Float64Array }
  /** At least one string column (a text model is a table of one string column). */
  | { readonly kind: 'table'; readonly rows: number; readonly columns: readonly ColumnValues[] }
  /** Named tensors with a leading batch dimension (ONNX graphs with tensor inputs). */
  | { readonly kind: 'tensors'; readonly rows: number; readonly tensors: Readonly<Record<string, Tensor>> };

/** Rows of columns. */
export type ColumnBatch = Exclude<Batch, { readonly kind: 'tensors' }>;

/** Named outputs (`predict`, `predict_proba`, …); a multi-output `predict_proba` is a list of matrices. */
export type Outputs = Readonly<Record<string, Tensor | readonly Tensor[]>>;
