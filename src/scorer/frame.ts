/**
 * Columns as a source has them, a block of rows at a time. Pure. `valid` holds 1 where there is a value and 0 where it
 * is null; null where every row has one. Arrays may be longer than `rows` and may be reused once `score` has answered.
 */
export type ColumnVector =
  | { readonly kind: 'numbers'; readonly values: NumberArray; readonly valid: Uint8Array | null }
  /** 64-bit integers, exact. */
  | {
      readonly kind: 'bigints';
      readonly values: BigInt64Array | BigUint64Array;
      readonly valid: Uint8Array | null;
    }
  /** 1 is true. */
  | { readonly kind: 'bools'; readonly values: Uint8Array; readonly valid: Uint8Array | null }
  | { readonly kind: 'texts'; readonly values: readonly (string | null)[] }
  /** Tensors a row, for models whose inputs are tensors: nested lists of numbers, booleans or strings. */
  | { readonly kind: 'lists'; readonly values: readonly unknown[] };

export type NumberArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export interface ColumnFrame {
  readonly rows: number;
  /** One for each of the scorer's `inputs`, in that order. */
  readonly columns: readonly ColumnVector[];
}
