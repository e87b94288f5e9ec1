import type { DType } from '../../../model/tensor.ts';
import { fromFront } from '../../../onnx/check/fact.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { reshapedShape, transposedShape } from '../shapes.ts';

/** Sizes are int64 in ONNX and mostly int32 in TensorFlow. */
export const sizes = (c: NodeContext, value: TensorValue): TensorValue => c.g.cast(value, 'int64');

export const vectorOf = (c: NodeContext, value: TensorValue): TensorValue => {
  if (value.shape?.length === 1) return sizes(c, value);
  return c.emit(
    'Reshape',
    [sizes(c, value), c.g.ints([-1])],
    {},
    {
      dtype: 'int64',
      shape: [1],
      numbers: value.numbers,
    },
  );
};

/** The shape of a value, in the type that the node asks for. */
function shapeAs(c: NodeContext, value: TensorValue, dtype: DType): TensorValue {
  const rank = value.shape?.length ?? null;
  const made = { dtype: 'int64', shape: [rank], numbers: value.shape } as const;
  if (value.shape?.every((size) => size !== null))
    return c.g.cast({ ...c.g.ints(value.shape), shape: [rank] }, dtype);
  return c.g.cast(c.emit('Shape', [value], {}, made), dtype);
}

const shape: OperatorRule = (c) => shapeAs(c, c.tensor(0), c.dtype('out_type', 'int32'));

const shapeN: OperatorRule = (c) => c.tensors.map((value) => shapeAs(c, value, c.dtype('out_type', 'int32')));

const size: OperatorRule = (c) => {
  const value = c.emit('Size', [c.tensor(0)], {}, { dtype: 'int64', shape: [] });
  return c.g.cast(value, c.dtype('out_type', 'int32'));
};

const rank: OperatorRule = (c) => c.g.cast(c.g.int(c.rank(0)), 'int32');

const reshape: OperatorRule = (c) => {
  const [x, wanted] = [c.tensor(0), c.tensor(1)];
  const made = { dtype: x.dtype, shape: reshapedShape(x.shape, wanted.numbers), numbers: x.numbers };
  // A size of 0 is 0 here, and not the size that was there before.
  return c.emit('Reshape', [x, sizes(c, wanted)], { allowzero: 1n }, made);
};

const expandDims: OperatorRule = (c) => {
  const [x, [axis = 0]] = [c.tensor(0), c.ints(1)];
  return unsqueezeAt(c, x, axis);
};

export function unsqueezeAt(c: NodeContext, x: TensorValue, axis: number): TensorValue {
  const at = x.shape === null ? 0 : fromFront(axis, x.shape.length + 1);
  const shape = x.shape === null ? null : x.shape.toSpliced(at, 0, 1);
  return c.emit('Unsqueeze', [x, c.g.ints([axis])], {}, { dtype: x.dtype, shape, numbers: x.numbers });
}

const squeeze: OperatorRule = (c) => {
  const x = c.tensor(0);
  const dims = c.intList('squeeze_dims');
  if (dims.length === 0 && (x.shape === null || x.shape.includes(null)))
    throw c.unsupported('squeeze_dims', 'none, over sizes that are not known', 'the axes to leave out are');
  const { shape } = x;
  const gone = dims.length > 0 ? dims : (shape ?? []).flatMap((size, at) => (size === 1 ? [at] : []));
  if (gone.length === 0) return x;
  const out = new Set(gone.map((axis) => fromFront(axis, shape?.length ?? 0)));
  const left = shape === null ? null : shape.filter((_, at) => !out.has(at));
  return c.emit('Squeeze', [x, c.g.ints(gone)], {}, { dtype: x.dtype, shape: left, numbers: x.numbers });
};

const transpose: OperatorRule = (c) => transposeBy(c, c.tensor(0), c.ints(1));

export function transposeBy(c: NodeContext, x: TensorValue, perm: readonly number[]): TensorValue {
  if (perm.every((at, i) => at === i)) return x;
  return c.emit(
    'Transpose',
    [x],
    { perm: perm.map(BigInt) },
    { dtype: x.dtype, shape: transposedShape(x.shape, perm) },
  );
}

const tile: OperatorRule = (c) => {
  const [x, repeats] = [c.tensor(0), sizes(c, c.tensor(1))];
  const shape =
    x.shape === null || repeats.numbers === null
      ? null
      : x.shape.map((size, i) => {
          const times = repeats.numbers?.[i] ?? null;
          return size === null || times === null ? null : size * times;
        });
  return c.emit('Tile', [x, repeats], {}, { dtype: x.dtype, shape });
};

const fill: OperatorRule = (c) => {
  const [wanted, value] = [sizes(c, c.tensor(0)), c.tensor(1)];
  return c.emit('Expand', [value, vectorOf(c, wanted)], {}, { dtype: value.dtype, shape: wanted.numbers });
};

const range: OperatorRule = (c) => {
  const [start, limit, delta] = [c.tensor(0), c.tensor(1), c.tensor(2)];
  const known = [start, limit, delta].map(({ numbers }) => numbers?.[0] ?? null);
  const [from, to, step] = known;
  const made = { dtype: start.dtype };
  if (from == null || to == null || step == null || step === 0)
    return {
      ...c.emit('Range', [start, limit, delta], {}, { ...made, shape: [null] }),
      isRange: from === 0 && step === 1,
    };
  const length = Math.max(0, Math.ceil((to - from) / step));
  const numbers = length > 256 ? null : Array.from({ length }, (_, i) => from + i * step);
  const all = c.emit('Range', [start, limit, delta], {}, { ...made, shape: [length], numbers });
  return { ...all, isRange: from === 0 && step === 1 };
};

const broadcastTo: OperatorRule = (c) => {
  const [x, wanted] = [c.tensor(0), sizes(c, c.tensor(1))];
  return c.emit('Expand', [x, wanted], {}, { dtype: x.dtype, shape: wanted.numbers });
};

/** Operators of shapes: what they are, and values in another one. */
export const SHAPE_OPERATORS: OperatorTable = {
  Shape: shape,
  ShapeN: shapeN,
  Size: size,
  Rank: rank,
  Reshape: reshape,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Transpose: transpose,
  Tile: tile,
  BroadcastTo: broadcastTo,
  Fill: fill,
  Range: range,
};
