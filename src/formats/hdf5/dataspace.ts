import type { ByteCursor } from '../../bytes/cursor.ts';
import type { ReadBudget } from '../budget.ts';
import { expectVersion } from './file-bytes.ts';

const WHAT = 'a dataspace';
const NULL_SPACE = 2;

/** Shape of a data set or an attribute (specification, section IV.A.2.b); a null dataspace has no elements. */
export function readDataspace(cursor: ByteCursor, budget: ReadBudget): readonly number[] {
  const at = cursor.offset;
  const version = expectVersion(cursor, [1, 2], WHAT);
  const rank = cursor.u8(WHAT);
  cursor.advance(1, WHAT);
  const kind = version === 2 ? cursor.u8(WHAT) : cursor.advance(5, WHAT) * 0;
  if (kind === NULL_SPACE) return [0];
  budget.check('dimensions', rank, WHAT, at);
  const shape = Array.from({ length: rank }, () => cursor.u64(WHAT));
  elementsIn(shape, budget, at);
  return shape;
}

/** Number of elements of a shape, within the limit. */
export function elementsIn(shape: readonly number[], budget: ReadBudget, offset: number): number {
  const elements = shape.reduce((product, size) => product * size, 1);
  budget.check('arrayElements', elements, WHAT, offset);
  return elements;
}
