import type { DType } from '../../../model/tensor.ts';
import { fromFront } from '../../../onnx/check/fact.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import { inWidestType } from '../operations/operands.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { computesMask } from './kind.ts';

/** The tensors that are merged, in the widest of their types. */
const inOneType = (context: LayerContext): readonly KerasTensor[] =>
  inWidestType(
    context.graph,
    context.inputs.map((input) => context.autocast(input)),
  );

/** The tensors that are merged, of one rank: what has fewer axes gets them behind the batch. */
function alignedInputs(context: LayerContext): readonly KerasTensor[] {
  const inputs = inOneType(context);
  if (inputs.length === 0) throw context.invalid('its inputs', 'none', 'tensors');
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return inputs.map((input) => {
    let aligned = input;
    while (aligned.shape.length < rank) aligned = context.graph.expandDims(aligned, 1);
    return aligned;
  });
}

/**
 * Keras 2 joins the masks that there are by and. Keras 3 joins them by or, and has none where one input has none; before 3.6 masks of
 * lists of tensors were not looked for.
 */
function mergedMask({ graph, inputs, scope }: LayerContext): KerasTensor | null {
  const masks = inputs.flatMap(({ mask }) => (mask === null ? [] : [mask]));
  if (masks.length === 0) return null;
  if (scope.kerasMajor < 3) return graph.fold('And', masks);
  if (!scope.isSince(3, 6)) return null;
  return masks.length === inputs.length ? graph.fold('Or', masks) : null;
}

const merging = (merge: (context: LayerContext, inputs: readonly KerasTensor[]) => KerasTensor) =>
  computesMask((context) => ({ ...merge(context, alignedInputs(context)), mask: mergedMask(context) }));

/** Keras 3.6 and later leave masked places out of what they multiply and compare. */
const leavesOutMasked = ({ inputs, scope }: LayerContext): boolean =>
  scope.isSince(3, 6) && inputs.some(({ mask }) => mask !== null);

/** A mask for every element. */
const spreadMask = ({ graph }: LayerContext, mask: KerasTensor, x: KerasTensor): KerasTensor => {
  let spread = graph.cast(mask, 'bool');
  while (spread.shape.length < x.shape.length) spread = graph.expandDims(spread, spread.shape.length);
  return spread;
};

/** Products of what is not masked: masked factors count as 1, and where all factors are masked there is 0. */
function product(context: LayerContext, inputs: readonly KerasTensor[]): KerasTensor {
  const { graph } = context;
  if (!leavesOutMasked(context)) return graph.fold('Mul', inputs);
  const masks = context.inputs.map(({ mask }, i) => {
    const x = inputs[i];
    return mask === null || x === undefined ? null : spreadMask(context, mask, x);
  });
  const factors = inputs.map((x, i) => {
    const mask = masks[i] ?? null;
    return mask === null ? x : graph.where(mask, x, graph.scalar(1, x.dtype));
  });
  const result = graph.fold('Mul', factors);
  const given = masks.filter((mask) => mask !== null);
  return given.length < inputs.length
    ? result
    : graph.where(graph.fold('Or', given), result, graph.scalar(0, result.dtype));
}

/** The largest or smallest of what is not masked, one input after the other (`_apply_merge_op_and_or_mask` of Keras). */
const extreme =
  (op: 'Max' | 'Min') =>
  (context: LayerContext, inputs: readonly KerasTensor[]): KerasTensor => {
    const { graph } = context;
    if (!leavesOutMasked(context)) return graph.fold(op, inputs);
    const [first, ...others] = inputs.map((x, i) => {
      const mask = context.inputs[i]?.mask ?? null;
      return { x, mask: mask === null ? null : spreadMask(context, mask, x) };
    });
    if (first === undefined) throw context.invalid('its inputs', 'none', 'tensors');
    return others.reduce((so, { x, mask }) => {
      const own = mask === null ? x : graph.where(mask, x, so.x);
      const before = so.mask === null ? so.x : graph.where(so.mask, so.x, own);
      const both = mask === null || so.mask === null ? null : graph.binary('Or', so.mask, mask);
      return { x: graph.binary(op, before, own), mask: both };
    }, first).x;
  };

const folding = (op: string) => merging(({ graph }, inputs) => graph.fold(op, inputs));

function concatenate(context: LayerContext): KerasTensor {
  const { graph, config, inputs, scope } = context;
  const axis = config.integer('axis', -1);
  const tensors = inOneType(context);
  const [first] = tensors;
  if (first === undefined) throw context.invalid('its inputs', 'none', 'tensors');
  const rank = first.shape.length;
  if (tensors.some(({ shape }) => shape.length !== rank))
    throw context.invalid('its inputs', 'tensors of different ranks', 'one rank');
  const joined = graph.concat(tensors, axis);
  const isForgotten = scope.kerasMajor >= 3 && !scope.isSince(3, 6);
  if (isForgotten || inputs.every(({ mask }) => mask === null)) return joined;
  const at = fromFront(axis, rank);
  // Along time masks are put together as the tensors are; along features they are joined.
  if (rank !== 3)
    throw context.unsupported('its inputs', 'masked tensors of other ranks than 3', 'masked sequences are');
  const masks = inputs.map((input) => input.mask ?? trueMask(context, input));
  const mask = at === 1 ? graph.concat(masks, 1) : graph.fold(scope.kerasMajor < 3 ? 'And' : 'Or', masks);
  return { ...joined, mask };
}

/** A mask that hides nothing, of the length of a sequence. */
function trueMask({ graph }: LayerContext, x: KerasTensor): KerasTensor {
  const first = graph.slice(x, 2, 0, 1);
  return graph.squeeze(graph.binary('Equal', first, first), [2]);
}

/** Products along one axis of each input, batch by batch. */
function dot(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const [left, right] = context.inputs.map((input) => context.autocast(input));
  if (left === undefined || right === undefined)
    throw context.invalid('its inputs', 'fewer than two', 'two tensors');
  const stated = config.integers('axes');
  const [a = 0, b = a] = stated;
  if (left.shape.length > 3 || right.shape.length > 3)
    throw context.unsupported('its inputs', 'tensors of more than three axes', 'two or three axes are');
  const [x, y] = config.flag('normalize', false)
    ? [unit(context, left, a), unit(context, right, b)]
    : [left, right];
  const [xAxis, yAxis] = [fromFront(a, left.shape.length), fromFront(b, right.shape.length)];
  // [batch, rest, axis] · [batch, axis, rest]
  const rows =
    left.shape.length === 2
      ? graph.expandDims(x, 1)
      : graph.transpose(x, xAxis === 1 ? [0, 2, 1] : axesBetween(0, 3));
  const columns =
    right.shape.length === 2
      ? graph.expandDims(y, 2)
      : graph.transpose(y, yAxis === 2 ? [0, 2, 1] : axesBetween(0, 3));
  const product = graph.matmul(rows, columns);
  if (left.shape.length === 2) {
    const flat = graph.squeeze(product, [1]);
    return flat;
  }
  return right.shape.length === 2 ? graph.squeeze(product, [2]) : product;
}

function unit({ graph }: LayerContext, x: KerasTensor, axis: number): KerasTensor {
  const square = graph.reduce('ReduceSum', graph.binary('Mul', x, x), [axis], true);
  return graph.binary('Div', x, graph.unary('Sqrt', graph.clip(square, 1e-12, null)));
}

/** What whole numbers become where they are divided (tf.math.truediv). */
const DIVIDED_AS: Partial<Record<DType, DType>> = {
  ...{ int8: 'float32', uint8: 'float32', int16: 'float32', uint16: 'float32' },
  ...{ int32: 'float64', uint32: 'float64', int64: 'float64', uint64: 'float64' },
};

export const MERGING_LAYERS: LayerTable = [
  ['Add', folding('Add')],
  ['Subtract', folding('Sub')],
  ['Multiply', merging(product)],
  ['Maximum', merging(extreme('Max'))],
  ['Minimum', merging(extreme('Min'))],
  [
    'Average',
    merging(({ graph }, inputs) => {
      const sum = graph.fold('Add', inputs);
      return graph.withScalar('Div', graph.cast(sum, DIVIDED_AS[sum.dtype] ?? sum.dtype), inputs.length);
    }),
  ],
  ['Concatenate', computesMask(concatenate)],
  ['Dot', computesMask(dot)],
];
