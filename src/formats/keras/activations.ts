import type { DocumentValue } from '../json/document.ts';
import { isObject } from '../json/document.ts';
import type { LayerContext } from './layer.ts';
import type { KerasTensor, TensorGraph } from './tensor-graph.ts';

/** A function of one tensor, element by element or along its last axis. */
export type Activation = (graph: TensorGraph, x: KerasTensor, kerasMajor: number) => KerasTensor;

const plain =
  (op: string, attributes: Record<string, number> = {}): Activation =>
  (graph, x) =>
    graph.unary(op, x, attributes);

const times = (graph: TensorGraph, x: KerasTensor, gate: KerasTensor): KerasTensor =>
  graph.binary('Mul', x, gate);

/** max(0, min(1, x / 6 + 1/2)) in Keras 3, x / 5 + 1/2 in Keras 2. */
const hardSigmoid: Activation = (graph, x, kerasMajor) =>
  graph.unary('HardSigmoid', x, { alpha: kerasMajor >= 3 ? 1 / 6 : 0.2, beta: 0.5 });

const relu6: Activation = (graph, x) => graph.clip(x, 0, 6);

const gelu =
  (approximate: boolean): Activation =>
  (graph, x) =>
    graph.unary('Gelu', x, { approximate: approximate ? 'tanh' : 'none' });

/** Where |x| is beyond a limit x itself, else 0. */
const hardShrink: Activation = (graph, x) => graph.unary('Shrink', x, { lambd: 0.5, bias: 0 });

const sparsePlus: Activation = (graph, x) => {
  const inner = graph.withScalar('Mul', graph.withScalar('Pow', graph.withScalar('Add', x, 1), 2), 0.25);
  const zero = graph.scalar(0, x.dtype);
  const rest = graph.where(graph.withScalar('Less', x, 1), inner, x);
  return graph.where(graph.withScalar('LessOrEqual', x, -1), zero, rest);
};

/** Halves along the last axis: the first times the sigmoid of the second. */
const glu: Activation = (graph, x) => {
  const half = (x.shape.at(-1) ?? 0) / 2;
  const gate = graph.unary('Sigmoid', graph.slice(x, -1, half, null));
  return times(graph, graph.slice(x, -1, 0, half), gate);
};

const softmax =
  (op: string): Activation =>
  (graph, x) =>
    graph.unary(op, x, { axis: BigInt(x.shape.length - 1) });

/** Activation functions by the names that Keras 2 and 3 write. */
export const ACTIVATION_FUNCTIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['linear', (_graph, x) => x],
  ['relu', plain('Relu')],
  ['relu6', relu6],
  ['leaky_relu', plain('LeakyRelu', { alpha: 0.2 })],
  ['elu', plain('Elu')],
  ['selu', plain('Selu')],
  ['celu', plain('Celu')],
  ['sigmoid', plain('Sigmoid')],
  ['hard_sigmoid', hardSigmoid],
  ['tanh', plain('Tanh')],
  ['softplus', plain('Softplus')],
  ['softsign', plain('Softsign')],
  ['softmax', softmax('Softmax')],
  ['log_softmax', softmax('LogSoftmax')],
  ['exponential', plain('Exp')],
  ['gelu', gelu(false)],
  ['silu', (graph, x) => times(graph, x, graph.unary('Sigmoid', x))],
  ['swish', (graph, x) => times(graph, x, graph.unary('Sigmoid', x))],
  ['hard_silu', (graph, x, major) => times(graph, x, hardSigmoid(graph, x, major))],
  ['hard_swish', (graph, x, major) => times(graph, x, hardSigmoid(graph, x, major))],
  ['mish', plain('Mish')],
  ['log_sigmoid', (graph, x) => graph.unary('Neg', graph.unary('Softplus', graph.unary('Neg', x)))],
  ['hard_tanh', (graph, x) => graph.clip(x, -1, 1)],
  ['tanh_shrink', (graph, x) => graph.binary('Sub', x, graph.unary('Tanh', x))],
  ['hard_shrink', hardShrink],
  ['soft_shrink', (graph, x) => graph.unary('Shrink', x, { lambd: 0.5, bias: 0.5 })],
  ['sparse_plus', sparsePlus],
  [
    'sparse_sigmoid',
    (graph, x) => graph.clip(graph.withScalar('Mul', graph.withScalar('Add', x, 1), 0.5), 0, 1),
  ],
  [
    'squareplus',
    (graph, x) => {
      const root = graph.unary('Sqrt', graph.withScalar('Add', graph.binary('Mul', x, x), 4));
      return graph.withScalar('Div', graph.binary('Add', x, root), 2);
    },
  ],
  ['glu', glu],
]); // prettier-ignore

/** Names of activations that are layers: `activation` may hold one. */
export const activationName = (value: DocumentValue | undefined): string | null => {
  if (value === undefined || value === null) return 'linear';
  if (typeof value === 'string') return value;
  if (!isObject(value)) return null;
  const { fields } = value;
  const config = fields.get('config');
  // Functions: {"class_name": "function", "config": "relu"}.
  if (fields.get('class_name') === 'function' && typeof config === 'string') return config;
  return null;
};

/** The activation that a field of a layer names, applied. MODEL_UNSUPPORTED with its name where it is not known. */
export function activate(context: LayerContext, x: KerasTensor, field = 'activation'): KerasTensor {
  const value = context.config.get(field);
  const name = activationName(value);
  if (name === null) return activationLayer(context, x, field);
  const activation = ACTIVATION_FUNCTIONS.get(name);
  if (activation === undefined)
    throw context.unsupported(
      field,
      JSON.stringify(name),
      `the activations of Keras itself (${[...ACTIVATION_FUNCTIONS.keys()].join(', ')}) are`,
    );
  return activation(context.graph, x, context.scope.kerasMajor);
}

/** A layer in the place of an activation: `Dense(8, activation=LeakyReLU(0.1))`. */
function activationLayer(context: LayerContext, x: KerasTensor, field: string): KerasTensor {
  const { layer, scope, config } = context;
  const fields = config.object(field);
  const [result] = scope.callLayer(scope.partOf(layer, fields, field), {
    args: [{ kind: 'tensor', tensor: x }],
    kwargs: new Map(),
  });
  if (result === undefined) throw context.invalid(field, 'nothing', 'one tensor');
  return result;
}
