/** A model document as XGBoost writes it, whatever its spelling (JSON or UBJSON): plain data, numbers in typed arrays. */
export type DocumentValue =
  | null
  | boolean
  | number
  | string
  | DocumentNumbers
  | readonly DocumentValue[]
  | DocumentObject;

/** An array of numbers only; the empty array of JSON is one. */
export type DocumentNumbers = Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint8Array;

/** An object, and the byte at which it begins. */
export interface DocumentObject {
  readonly offset: number;
  readonly fields: ReadonlyMap<string, DocumentValue>;
}

export const isNumbers = (value: DocumentValue | undefined): value is DocumentNumbers =>
  ArrayBuffer.isView(value);

export const isItems = (value: DocumentValue | undefined): value is readonly DocumentValue[] =>
  Array.isArray(value);

export const isObject = (value: DocumentValue | undefined): value is DocumentObject =>
  typeof value === 'object' && value !== null && !isNumbers(value) && !isItems(value);
