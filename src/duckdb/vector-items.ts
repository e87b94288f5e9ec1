/** What DuckDB's vectors are made of, which their declared types do not show; checked once a vector, not once a value. Pure. */
import type { DuckDBVector } from '@duckdb/node-api';
import { isRecord } from '../core/record.ts';

/** The array of a vector of numbers, DuckDB's own. Throws TypeError where it is made of something else than `Kind`. */
export function vectorItems<T>(vector: DuckDBVector, Kind: abstract new (...args: never[]) => T): T {
  if ('items' in vector && vector.items instanceof Kind) return vector.items;
  throw new TypeError(`a vector of ${vector.type} is not made of ${Kind.name}`);
}

/** The array of a vector of 64-bit integers. Throws TypeError for any other vector. */
export function bigintItems(vector: DuckDBVector): BigInt64Array | BigUint64Array {
  if ('items' in vector && (vector.items instanceof BigInt64Array || vector.items instanceof BigUint64Array))
    return vector.items;
  throw new TypeError(`a vector of ${vector.type} is not made of 64-bit integers`);
}

/** The entries of a vector of texts or blobs, 16 bytes each. Throws TypeError for a vector of anything else. */
export function textEntries(vector: DuckDBVector): DataView {
  if ('dataView' in vector && vector.dataView instanceof DataView) return vector.dataView;
  throw new TypeError(`a vector of ${vector.type} is not made of texts`);
}

/** One bit a row, lowest first, 1 where there is a value; null where every row has one. */
export function validityBits(vector: DuckDBVector): BigUint64Array | null {
  const data = 'validity' in vector && isRecord(vector.validity) ? vector.validity['data'] : undefined;
  if (data === null || data instanceof BigUint64Array) return data;
  throw new TypeError(`a vector of ${vector.type} has no validity that is known`);
}

const NUMBER_ARRAYS = [
  Float64Array,
  Float32Array,
  Int32Array,
  Uint32Array,
  Int16Array,
  Uint16Array,
  Int8Array,
  Uint8Array,
] as const;

type NumberItems = InstanceType<(typeof NUMBER_ARRAYS)[number]>;

/** The array of a vector of numbers that JavaScript has as numbers. Throws TypeError for any other vector. */
export function numberItems(vector: DuckDBVector): NumberItems {
  if ('items' in vector && isNumberArray(vector.items)) return vector.items;
  throw new TypeError(`a vector of ${vector.type} is not made of numbers`);
}

const isNumberArray = (items: unknown): items is NumberItems =>
  NUMBER_ARRAYS.some((Kind) => items instanceof Kind);
