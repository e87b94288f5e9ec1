import { readFileSync } from 'node:fs';

/** What `torch_networks.py` and `keras_networks.py` say of a network that they made. */
export interface Network {
  /** Bytes of all weights. */
  readonly weights: number;
  /** Of the input, without the batch. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'int64';
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, int64: BigInt64Array } as const;

export const networkAt = (base: string): Network =>
  JSON.parse(readFileSync(`${base}.json`, 'utf8')) as Network;

/** The input of a batch of `rows`, of which there are 1 and 8. */
export function inputOf(
  base: string,
  { dtype }: Network,
  rows: number,
): Float32Array | Int32Array | BigInt64Array {
  return new ARRAYS[dtype](Uint8Array.from(readFileSync(`${base}.input-${rows}`)).buffer);
}

/** The framework's own answer. */
export const answerOf = (base: string, rows: number): Float32Array =>
  new Float32Array(Uint8Array.from(readFileSync(`${base}.answer-${rows}`)).buffer);
