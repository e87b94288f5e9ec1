import { elementAt, lastOf } from '../../core/element-at.ts';
import type { OnnxNode } from '../graph.ts';
import { CLASSICAL_RULES, tfIdf } from './classical.ts';
import { einsumShape } from './einsum.ts';
import {
  attributeOf,
  fromFront,
  intOf,
  intsOf,
  ofElements,
  ofNumbers,
  ofShape,
  ofTensor,
  type ValueFact,
} from './fact.ts';
import {
  constantOfShape,
  convolution,
  expand,
  oneHotRule,
  pad,
  range,
  resize,
  shapedByAttribute,
  tile,
} from './grow.ts';
import {
  argument,
  blocks,
  concatRule,
  flattenRule,
  gather,
  reduceRule,
  reshape,
  shapeRule,
  sizeOf,
  slice,
  squeeze,
  transpose,
  unsqueeze,
} from './rearrange.ts';
import { broadcast, first, type ShapeRule, UNKNOWN_FACT } from './rule.ts';
import { SIGNAL_RULES } from './signal.ts';

/** Element-wise arithmetic, computed where every operand is small and known. */
function arithmetic(compute: (a: number, b: number) => number, bounded = false): ShapeRule {
  return (_node, inputs) => {
    const shape = broadcast(inputs);
    const [a, b] = [inputs[0] ?? null, inputs[1] ?? null];
    const upper = bounded ? lowestUpper(inputs) : null;
    if (a?.numbers == null || b?.numbers == null) return { ...shape, upper };
    const [left, right] = [a.numbers, b.numbers];
    const length = Math.max(left.length, right.length);
    if ([left, right].some((side) => side.length !== 1 && side.length !== length)) return { ...shape, upper };
    const numbers = Array.from({ length }, (_, i) => {
      const x = left[left.length === 1 ? 0 : i] ?? null;
      const y = right[right.length === 1 ? 0 : i] ?? null;
      return x === null || y === null ? null : compute(x, y);
    });
    const result = ofNumbers(numbers, shape.shape ?? [length]);
    return { ...result, upper: result.upper ?? upper };
  };
}

function lowestUpper(inputs: readonly (ValueFact | null)[]): number | null {
  const lowest = inputs.reduce(
    (least, input) => Math.min(least, input?.upper ?? least),
    Number.POSITIVE_INFINITY,
  );
  return Number.isFinite(lowest) ? lowest : null;
}

/** Integers divide toward zero; these are sizes, never negative fractions. */
const divide = (a: number, b: number): number =>
  Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b;

/** Of sizes, which are not negative; what else there is stays unknown. */
const remainder = (a: number, b: number): number => (a >= 0 && b > 0 ? a % b : Number.NaN);

/** Sizes that an exporter chooses between, all of them known. */
const where: ShapeRule = (_node, inputs) => {
  const shape = broadcast(inputs);
  const [condition, yes, no] = inputs.map((input) => input?.numbers ?? null);
  const length = condition?.length;
  if (condition == null || yes?.length !== length || no?.length !== length) return shape;
  const numbers = condition.map((chosen, i) =>
    chosen === null ? null : ((chosen === 0 ? no : yes)?.[i] ?? null),
  );
  return ofNumbers(numbers, shape.shape ?? [numbers.length]);
};

const same: ShapeRule = (_node, inputs) => first(inputs);
const shapeOnly: ShapeRule = (_node, inputs) => ({ ...first(inputs), numbers: null, upper: null });

const constant: ShapeRule = (node) => {
  for (const attribute of Object.values(node.attributes)) {
    if (attribute.type === 'tensor') return ofTensor(attribute.value);
    if (attribute.type === 'int') return ofNumbers([Number(attribute.value)], []);
    if (attribute.type === 'float') return ofNumbers([attribute.value], []);
    if (attribute.type === 'ints')
      return ofNumbers(Array.from(attribute.value, Number), [attribute.value.length]);
    if (attribute.type === 'floats') return ofNumbers(Array.from(attribute.value), [attribute.value.length]);
    if (attribute.type === 'strings') return ofShape([attribute.value.length]);
    if (attribute.type === 'sparse-tensor') return ofShape(attribute.value.shape);
  }
  return UNKNOWN_FACT;
};

const clip: ShapeRule = (node, inputs) => {
  const data = first(inputs);
  const attribute = attributeOf(node, 'max');
  const max = inputs[2]?.upper ?? (attribute?.type === 'float' ? attribute.value : null);
  const uppers = [data.upper, max].filter((x) => x !== null);
  return { ...data, numbers: null, upper: uppers.length === 0 ? null : Math.min(...uppers) };
};

const matmul: ShapeRule = (_node, inputs) => {
  const [a, b] = [inputs[0]?.shape ?? null, inputs[1]?.shape ?? null];
  if (a === null || b === null || a.length < 2 || b.length < 2) {
    return ofElements(Math.max(inputs[0]?.elements ?? 1, inputs[1]?.elements ?? 1));
  }
  const batch = broadcast([ofShape(a.slice(0, -2)), ofShape(b.slice(0, -2))]);
  return ofShape([...(batch.shape ?? []), elementAt(a, a.length - 2), lastOf(b)]);
};

const gemm: ShapeRule = (node, inputs) => {
  const [a, b] = [inputs[0]?.shape, inputs[1]?.shape];
  const rows = a?.[intOf(node, 'transA', 0) === 0 ? 0 : 1] ?? null;
  const cols = b?.[intOf(node, 'transB', 0) === 0 ? 1 : 0] ?? null;
  return ofShape([rows, cols]);
};

const sum: ShapeRule = (_node, inputs) =>
  ofElements(inputs.reduce((total, input) => total + (input?.elements ?? 0), 0));
const outer: ShapeRule = (_node, inputs) =>
  ofElements(inputs.reduce((p, input) => p * (input?.elements ?? 1), 1));
const einsum: ShapeRule = (node, inputs) => {
  const equation = attributeOf(node, 'equation');
  const text = equation?.type === 'string' ? equation.value : '';
  const shape = einsumShape(
    text,
    inputs.map((input) => input?.shape ?? null),
  );
  return shape === null ? outer(node, inputs, 0) : ofShape(shape);
};
const largest: ShapeRule = (_node, inputs) =>
  ofElements(inputs.reduce((most, input) => Math.max(most, input?.elements ?? 1), 1));
/** Rows that are kept are at most all. */
const compress: ShapeRule = (node, inputs) => {
  const { shape, elements } = first(inputs);
  const axis = intsOf(node, 'axis')?.[0];
  if (shape === null || axis === undefined) return ofElements(elements);
  const at = fromFront(axis, shape.length);
  return ofShape(shape.map((size, i) => (i === at ? null : size)));
};
const elementwise: ShapeRule = (_node, inputs) => broadcast(inputs);

const each = (rule: ShapeRule, ...ops: string[]): [string, ShapeRule][] => ops.map((op) => [op, rule]);

const RULES = new Map<string, ShapeRule>([
  ...each(same, 'Identity', 'Cast', 'Floor', 'Ceil', 'Round', 'Dropout'),
  ...each(
    shapeOnly,
    ...[
      'Relu',
      'Sigmoid',
      'Tanh',
      'Exp',
      'Log',
      'Sqrt',
      'Neg',
      'Abs',
      'Erf',
      'Softmax',
      'LogSoftmax',
      'Not',
      'Gelu',
      'Celu',
      'Hardmax',
      'IsInf',
      'ThresholdedRelu',
    ],
    ...[
      'LeakyRelu',
      'Elu',
      'Selu',
      'HardSigmoid',
      'HardSwish',
      'Softplus',
      'Softsign',
      'Reciprocal',
      'Sign',
      'Sin',
    ],
    ...[
      'Cos',
      'BatchNormalization',
      'LayerNormalization',
      'InstanceNormalization',
      'LRN',
      'CumSum',
      'IsNaN',
      'Mish',
    ],
    ...[
      'Scaler',
      'Normalizer',
      'Imputer',
      'Binarizer',
      'LabelEncoder',
      'CategoryMapper',
      'QuantizeLinear',
      'DequantizeLinear',
    ],
  ),
  ...each(
    arithmetic((a, b) => a + b),
    'Add',
  ),
  ...each(
    arithmetic((a, b) => a - b),
    'Sub',
  ),
  ...each(
    arithmetic((a, b) => a * b),
    'Mul',
  ),
  ...each(arithmetic(divide), 'Div'),
  ...each(
    arithmetic((a, b) => a ** b),
    'Pow',
  ),
  ...each(arithmetic(Math.max), 'Max'),
  ...each(arithmetic(Math.min, true), 'Min'),
  ...each(
    arithmetic((a, b) => Number(a === b)),
    'Equal',
  ),
  ...each(arithmetic(remainder), 'Mod'),
  ...each(elementwise, 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual', 'And', 'Or', 'Xor'),
  ...each(elementwise, 'PRelu', 'Sum', 'Mean', 'BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'),
  ...each(
    reduceRule,
    'ReduceSum',
    'ReduceMean',
    'ReduceProd',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
  ),
  ...each(reduceRule, 'ReduceLogSum', 'ReduceLogSumExp', 'ReduceSumSquare'),
  ...each(convolution, 'Conv', 'ConvTranspose', 'ConvInteger', 'FusedConv'),
  ...each(shapedByAttribute, 'RandomNormal', 'RandomUniform'),
  ...each(sum, 'SequenceConstruct', 'SequenceInsert', 'ConcatFromSequence'),
  ['Einsum', einsum],
  ...each(gemm, 'Gemm', 'FusedGemm'),
  ...each(matmul, 'MatMul', 'MatMulInteger'),
  ...each(resize, 'Resize', 'Upsample'),
  ['Constant', constant],
  ['ConstantOfShape', constantOfShape],
  ['Shape', shapeRule],
  ['Size', sizeOf],
  ['Where', where],
  ['Concat', concatRule],
  ['Gather', gather],
  ['Slice', slice],
  ['Unsqueeze', unsqueeze],
  ['Squeeze', squeeze],
  ['Flatten', flattenRule],
  ...each(argument, 'ArgMax', 'ArgMin'),
  // Each part, and what is sorted out, is at most as large as the whole; what is put in places changes no size.
  ...each(shapeOnly, 'Split', 'TopK', 'ScatterND', 'ScatterElements'),
  ['Compress', compress],
  ...each(blocks, 'DepthToSpace', 'SpaceToDepth'),
  ['Reshape', reshape],
  ['Transpose', transpose],
  ['Expand', expand],
  ['Tile', tile],
  ['Range', range],
  ['Clip', clip],
  ['Pad', pad],
  ['OneHot', oneHotRule],
  ['TfIdfVectorizer', tfIdf],
  ...CLASSICAL_RULES,
  ...SIGNAL_RULES,
]);

/** What a node makes as output `index`; operators without a rule are taken to make no more than their largest input. */
export function outputFact(node: OnnxNode, inputs: readonly (ValueFact | null)[], index: number): ValueFact {
  return (RULES.get(node.op) ?? largest)(node, inputs, index);
}
