import type { ProtoReader } from '../../bytes/protobuf.ts';
import type { GraphBudget } from './graph-budget.ts';

/** A dimension of -1 is unknown; `null` is an unknown rank. */
export type TensorShape = readonly number[] | null;

/** TensorShapeProto; -1 is an unknown size, null an unknown rank. */
export function readShape(r: ProtoReader, budget: GraphBudget): TensorShape {
  const sizes: number[] = [];
  let unknown = false;
  while (r.next()) {
    if (r.field === 2) {
      budget.record(r.offset);
      sizes.push(readDimension(r.message('a dimension')));
    } else if (r.field === 3) unknown = r.int() !== 0;
    else r.skip();
  }
  return unknown ? null : sizes;
}

function readDimension(r: ProtoReader): number {
  let size = 0;
  while (r.next()) {
    if (r.field === 1) size = r.int();
    else r.skip();
  }
  return size < 0 ? -1 : size;
}
