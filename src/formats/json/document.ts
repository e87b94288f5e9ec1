/** A document of JSON or UBJSON as plain data: numbers of arrays in typed arrays, objects with their keys in order. */
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

/** An object, and the byte at which it begins. `JSON.parse` would move keys that look like numbers to the front. */
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

/** The items of a list, also where all are numbers; null of anything else. */
export const itemsOf = (value: DocumentValue | undefined): readonly DocumentValue[] | null => {
  if (isNumbers(value)) return Array.from(value);
  return isItems(value) ? value : null;
};

/** A document as `JSON.parse` gives it. */
export function plainJson(value: DocumentValue): unknown {
  if (isNumbers(value)) return Array.from(value);
  if (isItems(value)) return value.map(plainJson);
  if (!isObject(value)) return value;
  return Object.fromEntries(Array.from(value.fields, ([name, item]) => [name, plainJson(item)]));
}
