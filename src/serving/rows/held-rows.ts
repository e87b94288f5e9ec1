import type { Tensor } from '../../model/tensor.ts';
import { InputErrors, type InputLocation } from './input-errors.ts';

/**
 * Throws INPUT_INVALID where there are no rows, or several that hold nothing in any tensor: a shape alone may announce any number of
 * those.
 */
export function checkHeldRows(
  rows: number,
  tensors: readonly (readonly [name: string, Tensor])[],
  loc: InputLocation,
): void {
  const fail = (type: string, msg: string): never => new InputErrors().fail(loc, { type, msg });
  if (rows === 0) fail('too_short', 'expected at least one row, got none');
  if (rows > 1 && tensors.every(([, { data }]) => data.length === 0))
    fail('shape', `expected rows of elements, got ${rows} of none`);
}
