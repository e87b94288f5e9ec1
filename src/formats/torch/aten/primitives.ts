import type { DType } from '../../../model/tensor.ts';
import type { AttributeInput } from '../../../onnx/graph.ts';
import type { AtenGraph } from './graph.ts';
import { type AtenInteger, type AtenTensor, sizeOfInteger, type TensorSize } from './value.ts';

/** Operators of ONNX with what they do to sizes: what emitters are made of. */

/** Axis counted from the front. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + Math.max(1, rank) : axis);

/** The sizes of what operands of different shapes make together. */
export function broadcastSizes(
  g: AtenGraph,
  shapes: readonly (readonly TensorSize[])[],
): readonly TensorSize[] {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = new Set(shapes.map((shape) => shape[axis - rank + shape.length] ?? 1));
    sizes.delete(1);
    if (sizes.size === 0) return 1;
    const [first = 1] = sizes;
    if (sizes.size === 1) return first;
    return [...sizes].find((size) => typeof size === 'number') ?? g.unknownSize();
  });
}

/** An operator whose operands are broadcast. */
export function elementwise(
  g: AtenGraph,
  op: string,
  inputs: readonly AtenTensor[],
  dtype: DType,
  attributes: Record<string, AttributeInput> = {},
): AtenTensor {
  return g.add(
    op,
    inputs,
    {
      dtype,
      shape: broadcastSizes(
        g,
        inputs.map(({ shape }) => shape),
      ),
    },
    attributes,
  );
}

/** An operator that keeps type and sizes of its first input. */
export const mapped = (
  g: AtenGraph,
  op: string,
  x: AtenTensor,
  attributes: Record<string, AttributeInput> = {},
  others: readonly (AtenTensor | null)[] = [],
): AtenTensor => g.add(op, [x, ...others], x, attributes);

export function transposed(g: AtenGraph, x: AtenTensor, order: readonly number[]): AtenTensor {
  if (order.every((axis, i) => axis === i)) return x;
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  return g.add('Transpose', [x], { dtype: x.dtype, shape }, { perm: order.map(BigInt) });
}

/** The last two axes changed for each other. */
export function swapLast(g: AtenGraph, x: AtenTensor): AtenTensor {
  const order = x.shape.map((_, axis) => axis);
  return transposed(g, x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
}

export function unsqueezed(g: AtenGraph, x: AtenTensor, axes: readonly number[]): AtenTensor {
  if (axes.length === 0) return x;
  const rest = [...x.shape];
  const shape = Array.from({ length: x.shape.length + axes.length }, (_, axis) =>
    axes.includes(axis) ? 1 : (rest.shift() ?? 1),
  );
  return g.add('Unsqueeze', [x, g.numbers(axes, 'int64')], { dtype: x.dtype, shape });
}

export function squeezed(g: AtenGraph, x: AtenTensor, axes: readonly number[]): AtenTensor {
  if (axes.length === 0) return x;
  const shape = x.shape.filter((_, axis) => !axes.includes(axis));
  return g.add('Squeeze', [x, g.numbers(axes, 'int64')], { dtype: x.dtype, shape });
}

export function joined(g: AtenGraph, parts: readonly AtenTensor[], axis: number): AtenTensor {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  const sizes = parts.map(({ shape }) => shape[axis] ?? 1);
  const total = sizes.every((size) => typeof size === 'number')
    ? sizes.reduce((sum, size) => sum + size, 0)
    : g.unknownSize();
  const shape = (first?.shape ?? []).map((size, at) =>
    at === axis
      ? total
      : (parts.map((part) => part.shape[at]).find((one) => typeof one === 'number') ?? size),
  );
  return g.add('Concat', parts, { dtype: first?.dtype ?? 'float32', shape }, { axis: BigInt(axis) });
}

/** A slice of one axis by Python's rules; negative ends count from the back. */
export function sliced(
  g: AtenGraph,
  x: AtenTensor,
  axis: number,
  [start, end, step]: readonly [start: AtenInteger, end: AtenInteger, step: number],
): AtenTensor {
  const size = x.shape[axis] ?? 1;
  const isWhole =
    start === 0 &&
    step === 1 &&
    (typeof end === 'number' ? end >= (typeof size === 'number' ? size : 2 ** 53 - 1) : end.symbol === size);
  if (isWhole) return x;
  const shape = x.shape.with(axis, slicedSize(g, size, start, end, step));
  const inputs = [x, g.integers([start]), g.integers([end]), g.numbers([axis], 'int64')];
  return g.add('Slice', step === 1 ? inputs : [...inputs, g.numbers([step], 'int64')], {
    dtype: x.dtype,
    shape,
  });
}

function slicedSize(
  g: AtenGraph,
  size: TensorSize,
  start: AtenInteger,
  end: AtenInteger,
  step: number,
): TensorSize {
  if (typeof start !== 'number') return g.unknownSize();
  if (typeof size !== 'number') {
    if (start >= 0 && typeof end === 'number' && end < 2 ** 31 && end >= 0 && step === 1)
      return end === 1 && start === 0 ? 1 : g.unknownSize();
    // x[-k:] of an axis of free size has k elements where there are as many.
    return start === -1 && typeof end === 'number' && end >= 2 ** 31 ? 1 : g.unknownSize();
  }
  if (typeof end !== 'number') return start === 0 && step === 1 ? end.symbol : g.unknownSize();
  const clamp = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
}

export function gathered(g: AtenGraph, x: AtenTensor, indices: AtenTensor, axis: number): AtenTensor {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return g.add('Gather', [x, indices], { dtype: x.dtype, shape }, { axis: BigInt(axis) });
}

/** The element at a place of an axis, which goes. */
export const elementOf = (g: AtenGraph, x: AtenTensor, axis: number, index: AtenInteger): AtenTensor =>
  typeof index === 'number'
    ? gathered(g, x, g.scalar(index, 'int64'), axis)
    : squeezed(g, gathered(g, x, index.tensor, axis), [axis]);

/** The sizes of all axes. */
export const sizesOf = (g: AtenGraph, x: AtenTensor): readonly AtenInteger[] =>
  x.shape.map((_, axis) => g.sizeOf(x, axis));

/** Stretches axes of size 1, and puts new ones in front; -1 keeps a size. */
export function expanded(g: AtenGraph, x: AtenTensor, sizes: readonly AtenInteger[]): AtenTensor {
  const lead = sizes.length - x.shape.length;
  const wanted = sizes.map((size, axis) => (size === -1 ? g.sizeOf(x, axis - lead) : size));
  const shape = wanted.map((size, axis) => {
    const own = x.shape[axis - lead] ?? 1;
    return sizeOfInteger(size) === 1 ? own : sizeOfInteger(size);
  });
  if (lead === 0 && shape.every((size, axis) => size === x.shape[axis])) return x;
  return g.add('Expand', [x, g.integers(wanted)], { dtype: x.dtype, shape });
}

export function matmul(g: AtenGraph, a: AtenTensor, b: AtenTensor): AtenTensor {
  const [left, right] = [a.shape, b.shape];
  const lead = broadcastSizes(g, [left.slice(0, -2), right.slice(0, -2)]);
  const rows = left.length > 1 ? [left.at(-2) ?? 1] : [];
  const columns = right.length > 1 ? [right.at(-1) ?? 1] : [];
  return g.add('MatMul', [a, b], { dtype: a.dtype, shape: [...lead, ...rows, ...columns] });
}

/** Reduce* over axes; none is all of them. */
export function reduced(
  g: AtenGraph,
  op: string,
  x: AtenTensor,
  axes: readonly number[],
  keep: boolean,
): AtenTensor {
  const gone = axes.length === 0 ? x.shape.map((_, axis) => axis) : axes;
  const ones = x.shape.map((size, axis) => (gone.includes(axis) ? 1 : size));
  const shape = keep ? ones : ones.filter((_, axis) => !gone.includes(axis));
  if (gone.length === 0) return x;
  const attributes = { keepdims: keep ? 1n : 0n };
  return g.add(op, [x, g.numbers(gone, 'int64')], { dtype: x.dtype, shape }, attributes);
}

/** Types that onnxruntime has no kernel of `Where` for, with one that holds all of their values. */
const CHOSEN_AS: Partial<Record<DType, DType>> = { bool: 'uint8', int8: 'int32', int16: 'int32' };

export function where(g: AtenGraph, condition: AtenTensor, yes: AtenTensor, no: AtenTensor): AtenTensor {
  const dtype = CHOSEN_AS[yes.dtype] ?? yes.dtype;
  const chosen = elementwise(g, 'Where', [condition, g.cast(yes, dtype), g.cast(no, dtype)], dtype);
  return g.cast(chosen, yes.dtype);
}
