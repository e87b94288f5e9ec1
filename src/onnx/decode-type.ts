import type { ProtoReader } from '../bytes/protobuf.ts';
import type { DecodeBudget } from './budget.ts';
import { dtypeOf } from './dtype.ts';
import type { GraphShape, ValueInfo, ValueType } from './graph.ts';

/** ValueInfoProto. A value without a type is a tensor of which nothing is known: refused where it matters. */
export function readValueInfo(r: ProtoReader, budget: DecodeBudget): ValueInfo {
  budget.record(r.offset);
  let name = '';
  let type: ValueType | null = null;
  while (r.next()) {
    if (r.field === 1) name = r.string();
    else if (r.field === 2) type = readType(r.message('a type'), budget, 1);
    else r.skip();
  }
  if (type === null) return { name, dtype: null, shape: null };
  const dtype = type.kind === 'tensor' ? dtypeOf(type.elementType) : null;
  const shape = type.kind === 'tensor' ? type.shape : null;
  return dtype === null ? { name, dtype, shape, type } : { name, dtype, shape };
}

/** TypeProto. */
export function readType(r: ProtoReader, budget: DecodeBudget, depth: number): ValueType {
  const at = r.offset;
  budget.record(at);
  budget.depth(depth, 'onnxTypeDepth', at);
  let type: ValueType | null = null;
  while (r.next()) {
    if (r.field === 1 || r.field === 8) {
      type = readTensorType(r.message('a tensor type'), r.field === 1 ? 'tensor' : 'sparse-tensor', budget);
    } else if (r.field === 4 || r.field === 9) {
      type = readElementType(
        r.message('a nested type'),
        r.field === 4 ? 'sequence' : 'optional',
        budget,
        depth,
      );
    } else if (r.field === 5) type = readMapType(r.message('a map type'), budget, depth);
    else if (r.field === 7) throw r.corrupt('an opaque type', 'a tensor, sequence, map or optional', at);
    else r.skip();
  }
  if (type === null) throw r.corrupt('an empty type', 'a tensor, sequence, map or optional', at);
  return type;
}

function readTensorType(r: ProtoReader, kind: 'tensor' | 'sparse-tensor', budget: DecodeBudget): ValueType {
  let elementType = 0;
  let shape: GraphShape = null;
  while (r.next()) {
    if (r.field === 1) elementType = r.int();
    else if (r.field === 2) shape = readShape(r.message('a shape'), budget);
    else r.skip();
  }
  return { kind, elementType, shape };
}

function readElementType(
  r: ProtoReader,
  kind: 'sequence' | 'optional',
  budget: DecodeBudget,
  depth: number,
): ValueType {
  const at = r.offset;
  let element: ValueType | null = null;
  while (r.next()) {
    if (r.field === 1) element = readType(r.message('an element type'), budget, depth + 1);
    else r.skip();
  }
  if (element === null) throw r.corrupt(`a ${kind} of nothing`, 'an element type', at);
  return { kind, element };
}

function readMapType(r: ProtoReader, budget: DecodeBudget, depth: number): ValueType {
  const at = r.offset;
  let keyType = 0;
  let element: ValueType | null = null;
  while (r.next()) {
    if (r.field === 1) keyType = r.int();
    else if (r.field === 2) element = readType(r.message('a value type'), budget, depth + 1);
    else r.skip();
  }
  if (element === null) throw r.corrupt('a map to nothing', 'a value type', at);
  return { kind: 'map', keyType, element };
}

function readShape(r: ProtoReader, budget: DecodeBudget): GraphShape {
  const shape: (number | string)[] = [];
  while (r.next()) {
    if (r.field === 1) shape.push(readDimension(r.message('a dimension'), budget));
    else r.skip();
    if (shape.length > budget.limits.onnxRank)
      throw budget.over('onnxRank', 'dimensions', shape.length, r.offset);
  }
  return shape;
}

/** Negative sizes are how old converters say "free". */
function readDimension(r: ProtoReader, budget: DecodeBudget): number | string {
  budget.record(r.offset);
  let size: number | string = '';
  while (r.next()) {
    if (r.field === 1) {
      const value = r.int();
      size = value < 0 ? '' : value;
    } else if (r.field === 2) size = r.string();
    else r.skip();
  }
  return size;
}
