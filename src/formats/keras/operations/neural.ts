import { ACTIVATION_FUNCTIONS } from '../activations.ts';
import type { CompileLayer } from '../layer.ts';
import type { OperationTable } from './elementwise.ts';
import { floatOperand } from './operands.ts';

/** An activation function that has no argument. */
const activation =
  (name: string): CompileLayer =>
  (context) => {
    const x = floatOperand(context);
    return ACTIVATION_FUNCTIONS.get(name)?.(context.graph, x, context.scope.kerasMajor) ?? x;
  };

const along =
  (op: string): CompileLayer =>
  (context) => {
    const axis = context.config.isGiven('axis') ? context.config.integer('axis') : -1;
    return context.graph.unary(op, floatOperand(context), { axis: BigInt(axis) });
  };

const gelu: CompileLayer = (context) =>
  context.graph.unary('Gelu', floatOperand(context), {
    approximate: context.config.flag('approximate', true) ? 'tanh' : 'none',
  });

const leakyRelu: CompileLayer = (context) =>
  context.graph.unary('LeakyRelu', floatOperand(context), {
    alpha: context.config.number('negative_slope', 0.2),
  });

const elu =
  (op: string): CompileLayer =>
  (context) =>
    context.graph.unary(op, floatOperand(context), { alpha: context.config.number('alpha', 1) });

/** Functions of `keras.ops.nn` by class, with the activation that each of them is. */
const PLAIN: readonly (readonly [string, string])[] = [
  ['HardSigmoid', 'hard_sigmoid'],
  ['HardSilu', 'hard_silu'],
  ['HardTanh', 'hard_tanh'],
  ['LogSigmoid', 'log_sigmoid'],
  ['Relu', 'relu'],
  ['Relu6', 'relu6'],
  ['Selu', 'selu'],
  ['Sigmoid', 'sigmoid'],
  ['Silu', 'silu'],
  ['Softplus', 'softplus'],
  ['Softsign', 'softsign'],
  ['SparsePlus', 'sparse_plus'],
  ['SparseSigmoid', 'sparse_sigmoid'],
  ['TanhShrink', 'tanh_shrink'],
];

export const NEURAL_OPERATIONS: OperationTable = [
  ...PLAIN.map(([name, function_]) => [name, activation(function_)] as const),
  ['Celu', elu('Celu')],
  ['Elu', elu('Elu')],
  ['Gelu', gelu],
  ['LeakyRelu', leakyRelu],
  ['LogSoftmax', along('LogSoftmax')],
  ['Softmax', along('Softmax')],
];
