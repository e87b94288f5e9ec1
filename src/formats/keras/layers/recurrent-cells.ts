import { permuteAxes } from '../../../model/permute-axes.ts';
import { newTensor, type Tensor, TYPED_ARRAYS } from '../../../model/tensor.ts';
import { activationName } from '../activations.ts';
import type { LayerContext } from '../layer.ts';

/** A cell of Keras as an operator of ONNX. */
export interface RecurrentCell {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  readonly units: number;
  /** `[1, gates · units, features]`, `[1, gates · units, units]` and `[1, 2 · gates · units]`. */
  readonly kernel: Tensor;
  readonly recurrent: Tensor;
  readonly bias: Tensor | null;
  readonly activations: readonly string[];
  /** Parameters of the activations that have them, in order. */
  readonly alphas: readonly number[];
  readonly betas: readonly number[];
  /** GRU: the reset gate is applied after the product with the recurrent kernel. */
  readonly resetAfter: boolean;
}

/** Gates in the order of ONNX, by their place in the kernels of Keras: i f c o → i o f c; z r h stays. */
const GATES = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2], RNN: [0] } as const;
const OPERATORS = new Map([
  ['LSTM', 'LSTM'],
  ['LSTMCell', 'LSTM'],
  ['GRU', 'GRU'],
  ['GRUCell', 'GRU'],
  ['SimpleRNN', 'RNN'],
  ['SimpleRNNCell', 'RNN'],
] as const);

interface CellFunction {
  readonly name: string;
  readonly alpha?: number;
  readonly beta?: number;
}

/** Activation functions that recurrent operators of ONNX have. */
function cellFunction(context: LayerContext, field: string, otherwise: string): CellFunction {
  const name = context.config.isGiven(field) ? activationName(context.config.get(field)) : otherwise;
  const hard = context.scope.kerasMajor >= 3 ? 1 / 6 : 0.2;
  const known = new Map<string | null, CellFunction>([
    ['tanh', { name: 'Tanh' }],
    ['sigmoid', { name: 'Sigmoid' }],
    ['relu', { name: 'Relu' }],
    ['hard_sigmoid', { name: 'HardSigmoid', alpha: hard, beta: 0.5 }],
    ['linear', { name: 'Affine', alpha: 1, beta: 0 }],
    ['softsign', { name: 'Softsign' }],
    ['softplus', { name: 'Softplus' }],
    ['elu', { name: 'Elu', alpha: 1 }],
    ['leaky_relu', { name: 'LeakyRelu', alpha: 0.2 }],
  ]);
  const found = known.get(name);
  if (found === undefined) throw context.config.unsupported(field, `${[...known.keys()].join(', ')} are`);
  return found;
}

/** Reads a cell from its own configuration and weights. */
export function readCell(context: LayerContext, className: string, features: number): RecurrentCell {
  const { config } = context;
  const op = OPERATORS.get(className as 'LSTM');
  if (op === undefined)
    throw context.unsupported('cell', JSON.stringify(className), 'cells of LSTM, GRU and SimpleRNN are');
  const units = config.count('units');
  const gates = GATES[op];
  const width = gates.length * units;
  const resetAfter = op === 'GRU' && config.flag('reset_after', true);
  const activation = cellFunction(context, 'activation', 'tanh');
  const functions =
    op === 'RNN' ? [activation] : [cellFunction(context, 'recurrent_activation', 'sigmoid'), activation];
  // The LSTM applies its activation to the new memory and to the memory itself.
  const all = op === 'LSTM' ? [...functions, activation] : functions;
  return {
    op,
    units,
    kernel: gatesFirst(permuteAxes(context.numbers('vars/0', [features, width]), [1, 0]), gates, units),
    recurrent: gatesFirst(permuteAxes(context.numbers('vars/1', [units, width]), [1, 0]), gates, units),
    bias: config.flag('use_bias', true) ? biasOf(context, gates, units, resetAfter) : null,
    activations: all.map(({ name }) => name),
    alphas: all.flatMap(({ alpha }) => (alpha === undefined ? [] : [alpha])),
    betas: all.flatMap(({ beta }) => (beta === undefined ? [] : [beta])),
    resetAfter,
  };
}

/** Rows by gate in the order of ONNX, below one direction. */
function gatesFirst(tensor: Tensor, gates: readonly number[], units: number): Tensor {
  const { dtype, shape } = tensor;
  const [, width = 1] = shape;
  if (dtype === 'string') return tensor;
  const output = new TYPED_ARRAYS[dtype](tensor.data.length);
  for (const [to, from] of gates.entries())
    for (let i = 0; i < units * width; i += 1)
      output[to * units * width + i] = tensor.data[from * units * width + i]!;
  return newTensor(dtype, [1, ...shape], output);
}

/** The bias of the input, then that of the state, which only a GRU with `reset_after` has. */
function biasOf(context: LayerContext, gates: readonly number[], units: number, both: boolean): Tensor {
  const width = gates.length * units;
  const stored = context.numbers('vars/2', both ? [2, width] : [width]);
  const parts = both ? 2 : 1;
  const output = new Float64Array(2 * width);
  for (let part = 0; part < parts; part += 1)
    for (const [to, from] of gates.entries())
      for (let i = 0; i < units; i += 1)
        output[part * width + to * units + i] = Number(stored.data[part * width + from * units + i]);
  return newTensor('float64', [1, 2 * width], output);
}
