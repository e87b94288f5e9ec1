import type { CompileLayer, LayerContext } from '../layer.ts';
import type { KerasTensor, TensorGraph } from '../tensor-graph.ts';
import { floatOperand, isFraction, operandLike, twoOperands } from './operands.ts';

/** Functions by the names that files have for them. */
export type OperationTable = readonly (readonly [name: string, compile: CompileLayer])[];

/** An operator of ONNX on floats. */
const float =
  (op: string): CompileLayer =>
  (context) =>
    context.graph.unary(op, floatOperand(context));

const onFloat =
  (compute: (graph: TensorGraph, x: KerasTensor) => KerasTensor): CompileLayer =>
  (context) =>
    compute(context.graph, floatOperand(context));

/** An operator of ONNX on any numbers. */
const any =
  (op: string): CompileLayer =>
  (context) =>
    context.graph.unary(op, context.tensorAt(0, 'x'));

const binary =
  (op: string): CompileLayer =>
  (context) =>
    context.graph.binary(op, ...twoOperands(context));

const logical =
  (op: string): CompileLayer =>
  (context) => {
    const { graph } = context;
    const [a, b] = twoOperands(context);
    return graph.binary(op, graph.cast(a, 'bool'), graph.cast(b, 'bool'));
  };

const asFloats = ({ graph }: LayerContext, x: KerasTensor): KerasTensor =>
  isFraction(x.dtype) ? x : graph.cast(x, 'float32');

function divide(context: LayerContext): KerasTensor {
  const [a, b] = twoOperands(context);
  return context.graph.binary('Div', asFloats(context, a), asFloats(context, b));
}

/** x / y, and 0 where y is 0. */
function divideNoNan(context: LayerContext): KerasTensor {
  const { graph } = context;
  const [a, b] = twoOperands(context).map((x) => asFloats(context, x)) as [KerasTensor, KerasTensor];
  return graph.where(graph.withScalar('Equal', b, 0), graph.scalar(0, a.dtype), graph.binary('Div', a, b));
}

function floorDivide(context: LayerContext): KerasTensor {
  const { graph } = context;
  const [a, b] = twoOperands(context);
  if (!isFraction(a.dtype)) throw context.unsupported('x1', 'integers', 'floor division of floats is');
  return graph.unary('Floor', graph.binary('Div', a, b));
}

/** The remainder with the sign of the divisor, as Python has it: a - floor(a / b) · b. */
function modulo(context: LayerContext): KerasTensor {
  const { graph } = context;
  const [a, b] = twoOperands(context);
  if (!isFraction(a.dtype)) return graph.binary('Mod', a, b);
  return graph.binary('Sub', a, graph.binary('Mul', graph.unary('Floor', graph.binary('Div', a, b)), b));
}

const notEqual: CompileLayer = (context) =>
  context.graph.unary('Not', context.graph.binary('Equal', ...twoOperands(context)));

const square: CompileLayer = (context) => {
  const x = context.tensorAt(0, 'x');
  return context.graph.binary('Mul', x, x);
};

const clip: CompileLayer = (context) => {
  const { graph, config } = context;
  return graph.clip(context.tensorAt(0, 'x'), config.number('x_min'), config.number('x_max'));
};

const where: CompileLayer = (context) => {
  const { graph } = context;
  const condition = graph.cast(context.tensorAt(0, 'condition'), 'bool');
  const typed = context.tensorOrNull(1, 'x1') ?? context.tensorOrNull(2, 'x2');
  if (typed === null) throw context.unsupported('x1', 'no tensor', 'a choice among tensors is');
  return graph.where(condition, operandLike(context, 1, 'x1', typed), operandLike(context, 2, 'x2', typed));
};

const finite: CompileLayer = (context) => {
  const { graph } = context;
  const x = floatOperand(context);
  const flag = { dtype: 'bool' as const, shape: x.shape };
  return graph.unary(
    'Not',
    graph.binary('Or', graph.node('IsNaN', [x], flag), graph.node('IsInf', [x], flag)),
  );
};

const test =
  (op: string): CompileLayer =>
  (context) => {
    const x = floatOperand(context);
    return context.graph.node(op, [x], { dtype: 'bool', shape: x.shape });
  };

const zerosLike: CompileLayer = (context) => {
  const x = context.tensorAt(0, 'x');
  return context.graph.binary('Sub', x, x);
};

const onesLike: CompileLayer = (context) => {
  const { graph } = context;
  const x = context.tensorAt(0, 'x');
  const one = graph.scalar(1, 'int64');
  const ones = graph.node('Expand', [one, graph.sizesOf(x, 0, x.shape.length)], {
    dtype: 'int64',
    shape: x.shape,
  });
  return graph.cast(ones, x.dtype);
};

const DTYPES = [
  'float16',
  'float32',
  'float64',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'bool',
  'string',
] as const;

const cast: CompileLayer = (context) =>
  context.graph.cast(context.tensorAt(0, 'x'), context.config.oneOf('dtype', DTYPES));

const identical: CompileLayer = (context) => context.tensorAt(0, 'x');

export const ELEMENTWISE_OPERATIONS: OperationTable = [
  ['Abs', any('Abs')],
  ['Absolute', any('Abs')],
  ['Add', binary('Add')],
  ['Arccos', float('Acos')],
  ['Arccosh', float('Acosh')],
  ['Arcsin', float('Asin')],
  ['Arcsinh', float('Asinh')],
  ['Arctan', float('Atan')],
  ['Arctanh', float('Atanh')],
  ['Cast', cast],
  ['Ceil', float('Ceil')],
  ['Clip', clip],
  ['ConvertToTensor', identical],
  ['Copy', identical],
  ['Cos', float('Cos')],
  ['Cosh', float('Cosh')],
  ['Divide', divide],
  ['DivideNoNan', divideNoNan],
  ['Equal', binary('Equal')],
  ['Erf', float('Erf')],
  ['Exp', float('Exp')],
  ['Expm1', onFloat((graph, x) => graph.withScalar('Sub', graph.unary('Exp', x), 1))],
  ['Floor', float('Floor')],
  ['FloorDivide', floorDivide],
  ['Greater', binary('Greater')],
  ['GreaterEqual', binary('GreaterOrEqual')],
  ['Isfinite', finite],
  ['Isinf', test('IsInf')],
  ['Isnan', test('IsNaN')],
  ['Less', binary('Less')],
  ['LessEqual', binary('LessOrEqual')],
  ['Log', float('Log')],
  ['Log10', onFloat((graph, x) => graph.withScalar('Div', graph.unary('Log', x), Math.LN10))],
  ['Log1p', onFloat((graph, x) => graph.unary('Log', graph.withScalar('Add', x, 1)))],
  ['Log2', onFloat((graph, x) => graph.withScalar('Div', graph.unary('Log', x), Math.LN2))],
  ['LogicalAnd', logical('And')],
  [
    'LogicalNot',
    (context) => context.graph.unary('Not', context.graph.cast(context.tensorAt(0, 'x'), 'bool')),
  ],
  ['LogicalOr', logical('Or')],
  ['LogicalXor', logical('Xor')],
  ['Maximum', binary('Max')],
  ['Minimum', binary('Min')],
  ['Mod', modulo],
  ['Multiply', binary('Mul')],
  ['Negative', any('Neg')],
  ['NotEqual', notEqual],
  ['OnesLike', onesLike],
  ['Power', binary('Pow')],
  ['Reciprocal', float('Reciprocal')],
  ['Rsqrt', onFloat((graph, x) => graph.unary('Reciprocal', graph.unary('Sqrt', x)))],
  ['Sign', any('Sign')],
  ['Sin', float('Sin')],
  ['Sinh', float('Sinh')],
  ['Sqrt', float('Sqrt')],
  ['Square', square],
  ['StopGradient', (context) => context.tensorAt(0, 'variable')],
  ['Subtract', binary('Sub')],
  ['Tan', float('Tan')],
  ['Tanh', float('Tanh')],
  ['TrueDivide', divide],
  ['Where', where],
  ['ZerosLike', zerosLike],
];
