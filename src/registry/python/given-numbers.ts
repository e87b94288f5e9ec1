import type { CallSpec } from '../../engine/python/messages.ts';
import type { Batch } from '../../model/batch.ts';

/** How rows are given to a library, and the names of their columns, where they have some. */
export interface GivenRows {
  readonly call: CallSpec | null;
  readonly names: readonly string[] | null;
}

/**
 * Types of frames and arrays that round the float64 of requests. Those of whole numbers change none (`exactly` in
 * `python/plimsoll/worker/frames.py`).
 */
const ROUNDING: ReadonlyMap<string, (value: number) => number> = new Map([
  ['float32', Math.fround],
  ['float16', Math.f16round],
]);

/** Rows with the numbers that a library gets of them. Pure. */
export function asGiven(batch: Batch, { call, names }: GivenRows): Batch {
  const { container, dtype, dtypes = {} } = call ?? { container: 'list' };
  if (batch.kind === 'tensors' || container === 'list' || container === 'tensors') return batch;
  const rounding = (index: number) => {
    const name = names?.[index] ?? String(index);
    const own = container === 'frame' && Object.hasOwn(dtypes, name) ? dtypes[name] : undefined;
    return ROUNDING.get(own ?? dtype ?? '');
  };
  if (batch.kind === 'table') {
    const columns = batch.columns.map((column, index) => {
      const round = rounding(index);
      return round !== undefined && column instanceof Float64Array ? column.map(round) : column;
    });
    return { ...batch, columns };
  }
  const roundings = Array.from({ length: batch.width }, (_, index) => rounding(index));
  if (roundings.every((round) => round === undefined)) return batch;
  const data = batch.data.map((value, i) => roundings[i % batch.width]?.(value) ?? value);
  return { ...batch, data };
}
