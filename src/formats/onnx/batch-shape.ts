import { attributeOf, fromFront, intOf, intsOf, ofShape, type ValueFact } from '../../onnx/check/fact.ts';
import { outputFact } from '../../onnx/check/rules.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import type { BatchValue } from './batch-value.ts';

type Values = readonly (BatchValue | null)[];
type Sizes = readonly (number | null)[] | null;

/** What the rules of sizes work with. */
export const factOf = ({ shape, numbers }: BatchValue): ValueFact => ({
  ...ofShape(shape ?? []),
  shape,
  numbers,
});

/** Operators whose output has the sizes of the first input. */
const SAME = new Set(
  `Identity Cast Relu Sigmoid Tanh Exp Log Sqrt Neg Abs Erf Not LeakyRelu Elu Selu Celu HardSigmoid HardSwish Softplus Softsign Gelu
  Reciprocal Sign Sin Cos Floor Ceil Round IsNaN IsInf Mish Clip ThresholdedRelu Softmax LogSoftmax Hardmax BatchNormalization
  LayerNormalization RMSNormalization InstanceNormalization GroupNormalization LRN CumSum Trilu Dropout QuantizeLinear
  DequantizeLinear Swish Shrink Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh LpNormalization MeanVarianceNormalization`.split(
    /\s+/,
  ),
);

/** Operators whose rule in `onnx/check` gives the very sizes, where all sizes that go in are known. */
const EXACT = new Set(
  `Reshape Add Sub Mul Div Pow Min Max Sum Mean Mod PRelu Where Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor MatMul Gemm Concat
  Transpose Unsqueeze Squeeze Flatten Gather Expand Tile Pad Einsum DepthToSpace SpaceToDepth ArgMax ArgMin ReduceSum ReduceMean
  ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare ConstantOfShape`.split(
    /\s+/,
  ),
);

/** Sizes of output `index` at the frozen batch, null in place of one that does not follow; null where the rank does not. */
export function batchShape(node: OnnxNode, inputs: Values, index: number): Sizes {
  const data = inputs[0]?.shape ?? null;
  if (node.domain === 'ai.onnx.ml') return classicalShape(node, index);
  if (RECURRENT.has(node.op)) return recurrentShape(node, data, inputs[2]?.shape ?? null, index);
  if (node.op === 'Split') return splitShape(node, data, inputs[1] ?? null, index);
  if (node.op === 'TopK') return data?.map(() => null) ?? null;
  if (index > 0) return null;
  if (SAME.has(node.op)) return data;
  if (node.op === 'Slice') return sliceShape(node, inputs);
  if (node.op === 'GatherElements') return inputs[1]?.shape ?? null;
  if (node.op === 'OneHot') return data === null ? null : [...data.map(() => null), null];
  if (GLOBAL.has(node.op)) return data?.map((size, axis) => (axis < 2 ? size : 1)) ?? null;
  if (POOLS.has(node.op) || node.op === 'Conv') return windowShape(node, data, inputs[1]?.shape ?? null);
  const facts = inputs.map((input) => (input === null ? null : factOf(input)));
  const { shape } = outputFact(node, facts, index);
  if (node.op === 'Resize' && isResizeExact(node, inputs)) return shape;
  const known = EXACT.has(node.op) && inputs.every((input) => input === null || isKnown(input.shape));
  return known ? shape : (shape?.map(() => null) ?? null);
}

const isKnown = (shape: Sizes): boolean => shape?.every((size) => size !== null) === true;

const CLASSIFIERS = new Set(['LinearClassifier', 'SVMClassifier', 'TreeEnsembleClassifier']);
const classicalShape = ({ op }: OnnxNode, index: number): Sizes =>
  CLASSIFIERS.has(op) && index === 0 ? [null] : [null, null];

const RECURRENT: ReadonlySet<string> = new Set(['LSTM', 'GRU', 'RNN']);

/** `Y` is [time, directions, batch, hidden], the states are [directions, batch, hidden]; `r` is [directions, …, hidden]. */
function recurrentShape(node: OnnxNode, x: Sizes, r: Sizes, index: number): Sizes {
  if (x?.length !== 3) return null;
  const [time = null, batch = null] = x;
  const state = [r?.[0] ?? null, batch, r?.[2] ?? intOf(node, 'hidden_size', -1)];
  return index === 0 ? [time, ...state] : state;
}

function splitShape(node: OnnxNode, data: Sizes, split: BatchValue | null, index: number): Sizes {
  if (data === null) return null;
  const axis = fromFront(intOf(node, 'axis', 0), data.length);
  const whole = data[axis] ?? null;
  const stated = intsOf(node, 'split') ?? split?.numbers ?? null;
  const parts = node.outputs.length;
  const equal = whole !== null && whole % parts === 0 ? whole / parts : null;
  const size = stated !== null ? (stated[index] ?? null) : split === null ? equal : null;
  return data.map((old, at) => (at === axis ? size : old));
}

/** Steps of one, with starts and ends that are known. */
function sliceShape(node: OnnxNode, inputs: Values): Sizes {
  const data = inputs[0]?.shape ?? null;
  if (data === null) return null;
  const list = (at: number, name: string) => intsOf(node, name) ?? inputs[at]?.numbers ?? null;
  const [starts, ends, steps] = [list(1, 'starts'), list(2, 'ends'), list(4, 'steps')];
  const axes = list(3, 'axes') ?? starts?.map((_, at) => at) ?? null;
  if (axes === null || axes.includes(null)) return data.map(() => null);
  const sizes = [...data];
  for (const [i, axis] of axes.entries()) {
    const at = fromFront(axis ?? 0, data.length);
    const [size, start, end] = [data[at] ?? null, starts?.[i] ?? null, ends?.[i] ?? null];
    const single = steps === null ? inputs[4] == null : steps[i] === 1;
    if (size === null || start === null || end === null || !single) sizes[at] = null;
    else sizes[at] = Math.max(0, clamp(end, size) - clamp(start, size));
  }
  return sizes;
}

const clamp = (place: number, size: number): number =>
  Math.min(size, Math.max(0, place < 0 ? place + size : place));

const GLOBAL = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool']);
const POOLS = new Set(['MaxPool', 'AveragePool', 'LpPool']);

/** Convolutions and poolings with padding that is stated: what the runtime could choose stays unknown. */
function windowShape(node: OnnxNode, data: Sizes, weight: Sizes): Sizes {
  if (data === null) return null;
  const [batch = null, channels = null, ...places] = data;
  const kernel = intsOf(node, 'kernel_shape') ?? (weight?.slice(2) as (number | null)[] | undefined) ?? [];
  const padding = attributeOf(node, 'auto_pad');
  const isChosen = padding !== undefined && !(padding.type === 'string' && padding.value === 'NOTSET');
  const open = isChosen || intOf(node, 'ceil_mode', 0) !== 0;
  const [pads, strides, dilations] = ['pads', 'strides', 'dilations'].map((name) => intsOf(node, name));
  const sizes = places.map((size, i) => {
    const width = kernel[i] ?? null;
    if (open || size === null || width === null) return null;
    const window = (width - 1) * (dilations?.[i] ?? 1) + 1;
    const padded = size + (pads?.[i] ?? 0) + (pads?.[i + places.length] ?? 0);
    return Math.floor((padded - window) / (strides?.[i] ?? 1)) + 1;
  });
  return [batch, node.op === 'Conv' ? (weight?.[0] ?? null) : channels, ...sizes];
}

/** A number for each axis, and nothing that changes what they mean. */
function isResizeExact(node: OnnxNode, [data, , scales, sizes]: Values): boolean {
  const rank = data?.shape?.length;
  const numbers = sizes?.numbers ?? scales?.numbers ?? null;
  return (
    rank !== undefined &&
    isKnown(data?.shape ?? null) &&
    numbers?.length === rank &&
    !numbers.includes(null) &&
    intsOf(node, 'axes') === null
  );
}
