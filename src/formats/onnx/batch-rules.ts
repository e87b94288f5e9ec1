import { attributeOf, fromFront, intOf, intsOf } from '../../onnx/check/fact.ts';
import type { OnnxNode } from '../../onnx/graph.ts';

/** What the proof knows of a value while it walks the graph at the frozen batch size. */
export interface BatchValue {
  /** True: axis 0 is the batch, and row i depends on row i of the inputs alone. False: no row plays a part in it. */
  readonly batched: boolean;
  readonly shape: readonly (number | null)[] | null;
  readonly numbers: readonly (number | null)[] | null;
}

type Values = readonly (BatchValue | null)[];

/** Whether a node whose inputs are batched or constant answers each row from that row alone, batch on axis 0. */
export type RowRule = (node: OnnxNode, inputs: Values, batch: number) => boolean;

const rankOf = (value: BatchValue | null | undefined): number | null => value?.shape?.length ?? null;
const isConstant = (value: BatchValue | null | undefined): boolean => value?.batched !== true;

/** Only the first input is batched; the others are weights. */
const rowWise: RowRule = (_node, inputs) => inputs[0]?.batched === true && inputs.slice(1).every(isConstant);

/** Rows of features: an input of one axis would be one row. */
const features: RowRule = (node, inputs, batch) =>
  (rankOf(inputs[0]) ?? 0) >= 2 && rowWise(node, inputs, batch);

/** Indices of what was largest count through the whole tensor, rows before theirs included. */
const maxPool: RowRule = (node, inputs, batch) =>
  node.outputs.slice(1).every((name) => name === '') && spatial(node, inputs, batch);

/** The same, on an axis that is not the batch. */
const alongAxis =
  (fallback: number): RowRule =>
  (node, inputs, batch) => {
    const rank = rankOf(inputs[0]);
    return (
      rank !== null && fromFront(intOf(node, 'axis', fallback), rank) > 0 && rowWise(node, inputs, batch)
    );
  };

/** Broadcasting lines shapes up at their ends: the batch stays in front only where nothing reaches beyond it. */
const elementwise: RowRule = (node, inputs) => {
  // Before opset 7 this attribute lined a small operand up with any axis.
  if (attributeOf(node, 'axis') !== undefined) return false;
  const given = inputs.filter((input) => input !== null);
  const ranks = given.filter(({ batched }) => batched).map(rankOf);
  const [rank] = ranks;
  if (rank == null || ranks.some((other) => other !== rank)) return false;
  return given.every(({ batched, shape }) => {
    if (batched) return true;
    return shape !== null && (shape.length < rank || (shape.length === rank && shape[0] === 1));
  });
};

const matmul: RowRule = (_node, [a, b]) => {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (left === null || right === null) return false;
  if (a?.batched && b?.batched) return left === right && left >= 3;
  if (a?.batched) return left >= 2 && (right <= 2 || (left >= 3 && right < left));
  return right >= 3 && left < right;
};

const gemm: RowRule = (node, [a, b, c]) => {
  const bias = c?.shape;
  const broadcastBias = c == null || (bias != null && (bias.length < 2 || bias[0] === 1));
  return (
    intOf(node, 'transA', 0) === 0 && a?.batched === true && isConstant(b) && isConstant(c) && broadcastBias
  );
};

/** Convolutions and poolings: [N, C, …]. */
const spatial: RowRule = (node, inputs, batch) =>
  (rankOf(inputs[0]) ?? 0) >= 3 && rowWise(node, inputs, batch);

const normalization: RowRule = (node, inputs, batch) =>
  intOf(node, 'training_mode', 0) === 0 && node.outputs.length === 1 && rowWise(node, inputs, batch);

const dropout: RowRule = (node, inputs, batch) => {
  const training = inputs[2];
  return (
    (training == null || training.numbers?.[0] === 0) &&
    node.outputs.length === 1 &&
    rowWise(node, inputs, batch)
  );
};

const axesOf = (node: OnnxNode, inputs: Values): readonly number[] | null => {
  const numbers = inputs[1]?.numbers;
  const fromInput = numbers?.every((x) => x !== null) ? numbers : null;
  return intsOf(node, 'axes') ?? fromInput;
};

/** Reduce*, Squeeze: the axes are stated, and none is the batch. */
const statedAxes: RowRule = (node, inputs, batch) => {
  const rank = rankOf(inputs[0]);
  const axes = axesOf(node, inputs);
  if (rank === null || axes === null || axes.length === 0) return false;
  return axes.every((axis) => fromFront(axis, rank) > 0) && rowWise(node, inputs, batch);
};

const unsqueeze: RowRule = (node, inputs, batch) => {
  const rank = rankOf(inputs[0]);
  const axes = axesOf(node, inputs);
  if (rank === null || axes === null) return false;
  return axes.every((axis) => fromFront(axis, rank + axes.length) > 0) && rowWise(node, inputs, batch);
};

const transpose: RowRule = (node, inputs, batch) =>
  intsOf(node, 'perm')?.[0] === 0 && rowWise(node, inputs, batch);

const flatten: RowRule = (node, inputs, batch) => {
  const rank = rankOf(inputs[0]);
  return rank !== null && fromFront(intOf(node, 'axis', 1), rank) === 1 && rowWise(node, inputs, batch);
};

const concat: RowRule = (node, inputs) => {
  const ranks = inputs.map(rankOf);
  const [rank] = ranks;
  if (rank == null || ranks.some((other) => other !== rank)) return false;
  return fromFront(intOf(node, 'axis', 0), rank) > 0 && inputs.every((input) => input?.batched === true);
};

/** Columns of rows (data batched), or rows of an embedding table (indices batched). */
const gather: RowRule = (node, [data, indices]) => {
  const rank = rankOf(data);
  if (rank === null) return false;
  const axis = fromFront(intOf(node, 'axis', 0), rank);
  if (data?.batched) return axis > 0 && isConstant(indices);
  return axis === 0 && indices?.batched === true && rankOf(indices) !== null;
};

/** Nothing is put in front of the batch or behind it: the amounts are stated, those of all fronts first. */
const pad: RowRule = (node, inputs, batch) => {
  const rank = rankOf(inputs[0]);
  const amounts = inputs[1]?.numbers;
  if (rank === null || amounts == null || amounts.length !== 2 * rank || inputs[3] != null) return false;
  return amounts[0] === 0 && amounts[rank] === 0 && rowWise(node, inputs, batch);
};

const slice: RowRule = (node, inputs, batch) => {
  const rank = rankOf(inputs[0]);
  const numbers = inputs[3]?.numbers;
  const axes = intsOf(node, 'axes') ?? (numbers?.every((x) => x !== null) ? numbers : null);
  if (rank === null || axes === null || axes.length === 0) return false;
  return axes.every((axis) => fromFront(axis, rank) > 0) && rowWise(node, inputs, batch);
};

/**
 * The first size of the target must stay the batch. 0 copies it; the frozen batch is rewritten to 0; -1 is the batch
 * where the other sizes come to the elements of a row.
 */
const reshape: RowRule = (node, inputs, batch) => {
  const [data, target] = inputs;
  const sizes = target?.numbers;
  if (!data?.batched || !isConstant(target) || sizes == null || intOf(node, 'allowzero', 0) !== 0)
    return false;
  const head = sizes[0];
  if (head === 0) return true;
  const row = data.shape?.slice(1);
  const rest = sizes.slice(1);
  if (head === batch) return rest.every(Number.isSafeInteger);
  if (head !== -1 || row === undefined || row.includes(null)) return false;
  const whole = (list: readonly (number | null)[]): number =>
    list.reduce<number>((p, size) => p * (size ?? 1), 1);
  return rest.every((size) => size !== null && size > 0) && whole(rest) === whole(row);
};

const softmax: RowRule = (node, inputs, batch) => {
  const rank = rankOf(inputs[0]);
  // Before opset 13 the default axis is 1, from then on the last: neither is the batch where there are two axes.
  const axis = attributeOf(node, 'axis') === undefined ? 1 : intOf(node, 'axis', 1);
  return rank !== null && rank >= 2 && fromFront(axis, rank) > 0 && rowWise(node, inputs, batch);
};

const each = (rule: RowRule, ops: readonly string[]): [string, RowRule][] => ops.map((op) => [op, rule]);

/** Operators of ai.onnx by what makes them row-wise; one that is not here is not proved. */
const STANDARD = new Map<string, RowRule>([
  ...each(rowWise, [
    'Identity',
    'Cast',
    'Relu',
    'Sigmoid',
    'Tanh',
    'Exp',
    'Log',
    'Sqrt',
    'Neg',
    'Abs',
    'Erf',
    'Not',
  ]),
  ...each(rowWise, [
    'LeakyRelu',
    'Elu',
    'Selu',
    'Celu',
    'HardSigmoid',
    'HardSwish',
    'Softplus',
    'Softsign',
    'Gelu',
  ]),
  ...each(rowWise, [
    'Reciprocal',
    'Sign',
    'Sin',
    'Cos',
    'Floor',
    'Ceil',
    'Round',
    'IsNaN',
    'IsInf',
    'Mish',
    'Clip',
  ]),
  ...each(rowWise, ['ThresholdedRelu']),
  ...each(elementwise, [
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Pow',
    'Min',
    'Max',
    'Sum',
    'Mean',
    'Mod',
    'PRelu',
    'Where',
  ]),
  ...each(elementwise, ['Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual', 'And', 'Or', 'Xor']),
  ...each(statedAxes, [
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceProd',
    'ReduceL1',
    'ReduceL2',
  ]),
  ...each(statedAxes, ['ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare', 'Squeeze']),
  ...each(spatial, ['Conv', 'AveragePool', 'LpPool', 'GlobalAveragePool', 'GlobalMaxPool', 'LRN']),
  ...each(spatial, ['ConvTranspose', 'InstanceNormalization', 'DepthToSpace', 'SpaceToDepth']),
  ...each(softmax, ['Softmax', 'LogSoftmax', 'Hardmax']),
  ...each(alongAxis(0), ['ArgMax', 'ArgMin', 'Split']),
  ...each(alongAxis(-1), ['LayerNormalization', 'TopK']),
  ...each(alongAxis(1), ['QuantizeLinear', 'DequantizeLinear']),
  ['MaxPool', maxPool],
  ['BatchNormalization', normalization],
  ['Dropout', dropout],
  ['MatMul', matmul],
  ['Gemm', gemm],
  ['Concat', concat],
  ['Gather', gather],
  ['Pad', pad],
  ['Slice', slice],
  ['Reshape', reshape],
  ['Flatten', flatten],
  ['Transpose', transpose],
  ['Unsqueeze', unsqueeze],
]);

/** Operators of ai.onnx.ml work on rows of features [N, C]. */
const CLASSICAL = new Map<string, RowRule>([
  ...each(rowWise, ['LabelEncoder', 'CategoryMapper']),
  ...each(features, ['Scaler', 'Normalizer', 'Imputer', 'Binarizer', 'ArrayFeatureExtractor']),
  ...each(features, ['LinearClassifier', 'LinearRegressor', 'SVMClassifier', 'SVMRegressor']),
  ...each(features, ['TreeEnsembleClassifier', 'TreeEnsembleRegressor', 'TreeEnsemble']),
]);

/** The rule that proves an operator, or null where there is none. */
export function rowRule(node: OnnxNode): RowRule | null {
  if (node.domain === '') return STANDARD.get(node.op) ?? null;
  return node.domain === 'ai.onnx.ml' ? (CLASSICAL.get(node.op) ?? null) : null;
}
