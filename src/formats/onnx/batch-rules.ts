import { attributeOf, fromFront, intOf, intsOf } from '../../onnx/check/fact.ts';
import type { OnnxNode } from '../../onnx/graph.ts';
import { alignedRows, einsumRows, elementwiseRows, gemmRows, matmulRows } from './batch-product-rules.ts';
import { type BatchValues, onlyRows, type RowChanges, type RowRule, statedAxes } from './batch-rule.ts';
import {
  constantOfShapeRows,
  expandRows,
  flattenRows,
  reshapeRows,
  transposeRows,
  unsqueezeRows,
} from './batch-size-rules.ts';
import { isConstant, isPlain, plainAxis, type RowAxis, rankOf, rowsMovedTo } from './batch-value.ts';

/** Each element by itself. */
const unary: RowRule = (_node, inputs) => onlyRows(inputs)?.rows ?? null;

const unless =
  (isIn: (node: OnnxNode, rank: number, rows: RowAxis, inputs: BatchValues) => boolean): RowRule =>
  (node, inputs) => {
    const data = onlyRows(inputs);
    return data === null || isIn(node, data.rank, data.rows, inputs) ? null : data.rows;
  };

/** The same along an axis that is not that of the rows. */
const alongAxis = (fallback: number): RowRule =>
  unless((node, rank, { at }) => fromFront(intOf(node, 'axis', fallback), rank) === at);

/** The same over all axes from one on, behind that of the rows. */
const fromAxis = (fallback: number): RowRule =>
  unless((node, rank, { at }) => fromFront(intOf(node, 'axis', fallback), rank) <= at);

/** Before opset 13 the default axis is 1 and all behind it count, from then on it is the last. */
const softmax: RowRule = unless((node, rank, { at }) => {
  const axis = attributeOf(node, 'axis') === undefined ? 1 : fromFront(intOf(node, 'axis', 1), rank);
  return rank < 2 || axis <= at;
});

/** [N, C, …]: convolutions, poolings, normalizations of samples. */
const samples = (least: number): RowRule => unless((_node, rank, { at }) => rank < least || at !== 0);

/** Indices of what was largest count through the whole tensor, rows before theirs included. */
const maxPool: RowRule = (node, inputs, changes) =>
  node.outputs.slice(1).every((name) => name === '') ? samples(3)(node, inputs, changes) : null;

const batchNormalization: RowRule = (node, inputs, changes) =>
  intOf(node, 'training_mode', 0) === 0 && node.outputs.length === 1
    ? samples(2)(node, inputs, changes)
    : null;

const dropout: RowRule = (node, inputs) => {
  const training = inputs[2];
  const isOff = training == null || training.numbers?.[0] === 0;
  return isOff && node.outputs.length === 1 ? unary(node, inputs, NO_CHANGES) : null;
};

const NO_CHANGES: RowChanges = { batch: 1, repeat: () => false, restate: () => false };

const quantize: RowRule = (node, inputs, changes) =>
  (inputs[1]?.shape?.length === 0 ? unary : alongAxis(1))(node, inputs, changes);

/** Reduce*, Squeeze: the axes are stated, and none is that of the rows. */
const dropping =
  (keeps: (node: OnnxNode) => boolean): RowRule =>
  (node, inputs) => {
    const data = onlyRows(inputs);
    const axes = statedAxes(node, inputs);
    if (data === null || axes === null || axes.length === 0) return null;
    const gone = axes.map((axis) => fromFront(axis, data.rank));
    const { at } = data.rows;
    if (gone.includes(at)) return null;
    return keeps(node) ? data.rows : rowsMovedTo(data.rows, at - gone.filter((axis) => axis < at).length);
  };
const keepsDimensions = (node: OnnxNode): boolean => intOf(node, 'keepdims', 1) === 1;

const argument: RowRule = (node, inputs) => {
  const data = onlyRows(inputs);
  if (data === null) return null;
  const axis = fromFront(intOf(node, 'axis', 0), data.rank);
  const { at } = data.rows;
  if (axis === at) return null;
  return keepsDimensions(node) || axis > at ? data.rows : rowsMovedTo(data.rows, at - 1);
};

const concat: RowRule = (node, inputs, { batch, repeat }) => {
  const owner = inputs.find((input) => input?.rows != null);
  const rank = rankOf(owner);
  if (owner?.rows == null || rank === null) return null;
  const { rows } = owner;
  if (fromFront(intOf(node, 'axis', 0), rank) === rows.at) return null;
  const fits = inputs.every((input, i) => {
    if (input === null || rankOf(input) !== rank) return false;
    if (input.rows !== null)
      return (
        input.rows.at === rows.at && input.rows.before === rows.before && input.rows.after === rows.after
      );
    return isConstant(input) && isPlain(rows) && input.shape?.[rows.at] === batch && repeat(i, rows.at, rank);
  });
  return fits ? rows : null;
};

/** Columns of rows (data has them), or entries of a table (indices have them). */
const gather: RowRule = (node, [data, indices]) => {
  const [rank, depth] = [rankOf(data), rankOf(indices)];
  if (data == null || indices == null || rank === null || depth === null) return null;
  const axis = fromFront(intOf(node, 'axis', 0), rank);
  if (data.rows !== null) {
    if (!isConstant(indices) || axis === data.rows.at) return null;
    return axis > data.rows.at ? data.rows : rowsMovedTo(data.rows, data.rows.at + depth - 1);
  }
  return isConstant(data) && indices.rows !== null ? rowsMovedTo(indices.rows, indices.rows.at + axis) : null;
};

const gatherElements: RowRule = (node, inputs) => {
  const [data, indices] = inputs;
  const rank = rankOf(data);
  if (data?.rows == null || indices?.rows == null || rank === null || rank !== rankOf(indices)) return null;
  return fromFront(intOf(node, 'axis', 0), rank) === data.rows.at ? null : alignedRows(inputs);
};

/** Nothing is put in front of the rows or behind them: the amounts are stated, those of all fronts first. */
const pad: RowRule = unless((_node, rank, { at }, inputs) => {
  const amounts = inputs[1]?.numbers;
  const isStated = amounts != null && amounts.length === 2 * rank && inputs[3] == null;
  return !isStated || amounts[at] !== 0 || amounts[at + rank] !== 0;
});

/** What no axis is longer than: the end of `x[:]`. */
const NO_END = 2 ** 31 - 1;

const slice: RowRule = unless((node, rank, { at }, inputs) => {
  const list = (input: number, name: string) => intsOf(node, name) ?? inputs[input]?.numbers ?? null;
  const starts = list(1, 'starts');
  const axes = list(3, 'axes') ?? starts?.map((_, axis) => axis) ?? null;
  if (axes === null || axes.includes(null)) return true;
  const place = axes.findIndex((axis) => fromFront(axis ?? 0, rank) === at);
  if (place < 0) return false;
  const steps = list(4, 'steps');
  const isWhole =
    starts?.[place] === 0 &&
    (list(2, 'ends')?.[place] ?? 0) >= NO_END &&
    (inputs[4] == null || steps?.[place] === 1);
  return !isWhole;
});

const tile: RowRule = unless((_node, _rank, { at }, inputs) => inputs[1]?.numbers?.[at] !== 1);

const cumulativeSum: RowRule = unless((_node, rank, { at }, inputs) => {
  const axis = inputs[1]?.numbers?.[0] ?? null;
  return axis === null || fromFront(axis, rank) === at;
});

const triangle: RowRule = unless((_node, rank, { at }) => at >= rank - 2);

const oneHot: RowRule = (node, inputs) => {
  const data = onlyRows(inputs);
  if (data === null) return null;
  const axis = fromFront(intOf(node, 'axis', -1), data.rank + 1);
  return data.rows.at < axis ? data.rows : rowsMovedTo(data.rows, data.rows.at + 1);
};

/** The policy of Resize that takes sizes as they are. */
const isStretched = (node: OnnxNode): boolean => {
  const policy = attributeOf(node, 'keep_aspect_ratio_policy');
  return policy === undefined || (policy.type === 'string' && policy.value === 'stretch');
};

/** The rows are neither scaled nor resized; sizes that are stated for all axes say the frozen one. */
const resize: RowRule = (node, inputs, { batch, restate }) => {
  const [data, , , wanted] = inputs;
  const rank = rankOf(data);
  if (data?.rows == null || rank === null || !inputs.slice(1, 3).every(isConstant) || !isStretched(node))
    return null;
  const mode = attributeOf(node, 'coordinate_transformation_mode');
  if (mode?.type === 'string' && mode.value === 'tf_crop_and_resize') return null;
  const { rows } = data;
  const axes = intsOf(node, 'axes');
  if (axes !== null) return axes.some((axis) => fromFront(axis, rank) === rows.at) ? null : rows;
  const sizes = wanted?.numbers ?? null;
  // Sizes that follow those of the input.
  if (wanted?.counts != null)
    return wanted.counts.every((count, at) => count === (at === rows.at ? rows.before * rows.after : null))
      ? rows
      : null;
  if (sizes === null || sizes.length === 0)
    return (inputs[2]?.numbers ?? inputs[1]?.numbers)?.[rows.at] === 1 ? rows : null;
  const known = sizes.filter((size) => size !== null);
  if (known.length !== rank || !isPlain(rows) || known[rows.at] !== batch) return null;
  return restate(
    3,
    known.map((size, at) => (at === rows.at ? 'rows' : size)),
  )
    ? rows
    : null;
};

/** [time, batch, features], from states [directions, batch, hidden] that are the same for all rows or their own. */
const recurrent: RowRule = (node, inputs, { batch, repeat }) => {
  const [x, w, r, b, lengths, ...states] = inputs;
  if (x?.rows == null || x.rows.at !== 1 || !isPlain(x.rows) || intOf(node, 'layout', 0) !== 0) return null;
  const peepholes = node.op === 'LSTM' ? states[2] : null;
  if (![w, r, b, peepholes].every(isConstant) || lengths != null) return null;
  const fits = states.slice(0, 2).every((state, i) => {
    if (state == null) return true;
    if (state.rows !== null) return state.rows.at === 1 && isPlain(state.rows);
    return isConstant(state) && state.shape?.[1] === batch && repeat(5 + i, 1, 3);
  });
  return fits ? [plainAxis(2), plainAxis(1), plainAxis(1)] : null;
};

/** Rows of features: an input of one axis would be one row. */
const features: RowRule = (_node, inputs) => {
  const data = onlyRows(inputs);
  return data !== null && data.rank >= 2 && data.rows.at === 0 && isPlain(data.rows) ? data.rows : null;
};

const each = (rule: RowRule, ops: string): [string, RowRule][] => ops.split(/\s+/).map((op) => [op, rule]);

/** Operators of ai.onnx by what keeps their rows apart; one that is not here is not proved. */
const STANDARD = new Map<string, RowRule>([
  ...each(
    unary,
    `Identity Cast Relu Sigmoid Tanh Exp Log Sqrt Neg Abs Erf Not LeakyRelu Elu Selu Celu HardSigmoid HardSwish Softplus Softsign Gelu
    Reciprocal Sign Sin Cos Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh Floor Ceil Round IsNaN IsInf Mish Clip ThresholdedRelu
    Shrink Swish`,
  ),
  ...each(
    elementwiseRows,
    `Add Sub Mul Div Pow Min Max Sum Mean Mod PRelu Where Equal Less Greater LessOrEqual GreaterOrEqual And Or Xor`,
  ),
  ...each(
    dropping(keepsDimensions),
    `ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceSumSquare`,
  ),
  ['Squeeze', dropping(() => false)],
  ...each(
    samples(3),
    'Conv ConvTranspose AveragePool LpPool GlobalAveragePool GlobalMaxPool LRN InstanceNormalization',
  ),
  ...each(samples(3), 'DepthToSpace SpaceToDepth GroupNormalization'),
  ['MaxPool', maxPool],
  ...each(softmax, 'Softmax LogSoftmax Hardmax'),
  ...each(alongAxis(-1), 'TopK LpNormalization'),
  ...each(alongAxis(0), 'Split'),
  ...each(argument, 'ArgMax ArgMin'),
  ...each(fromAxis(-1), 'LayerNormalization RMSNormalization'),
  ...each(quantize, 'QuantizeLinear DequantizeLinear'),
  ['BatchNormalization', batchNormalization],
  ['Dropout', dropout],
  ['MatMul', matmulRows],
  ['Gemm', gemmRows],
  ['Einsum', einsumRows],
  ['Concat', concat],
  ['Gather', gather],
  ['GatherElements', gatherElements],
  ['Pad', pad],
  ['Slice', slice],
  ['Reshape', reshapeRows],
  ['Expand', expandRows],
  ['ConstantOfShape', constantOfShapeRows],
  ['Tile', tile],
  ['Flatten', flattenRows],
  ['Transpose', transposeRows],
  ['Unsqueeze', unsqueezeRows],
  ['CumSum', cumulativeSum],
  ['Trilu', triangle],
  ['OneHot', oneHot],
  ['Resize', resize],
  ...each(recurrent, 'LSTM GRU RNN'),
]);

/** Operators of ai.onnx.ml work on rows of features [N, C]. */
const CLASSICAL = new Map<string, RowRule>([
  ...each(unary, 'LabelEncoder CategoryMapper'),
  ...each(
    features,
    'Scaler Normalizer Imputer Binarizer ArrayFeatureExtractor LinearClassifier LinearRegressor',
  ),
  ...each(features, 'SVMClassifier SVMRegressor TreeEnsembleClassifier TreeEnsembleRegressor TreeEnsemble'),
]);

/** The rule that proves an operator, or null where there is none. */
export function rowRule(node: OnnxNode): RowRule | null {
  if (node.domain === '') return STANDARD.get(node.op) ?? null;
  return node.domain === 'ai.onnx.ml' ? (CLASSICAL.get(node.op) ?? null) : null;
}
