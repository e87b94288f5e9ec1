import { activate } from '../activations.ts';
import type { LayerContext, LayerKind, LayerTable } from '../layer.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { always, keepsMask, ownWeights } from './kind.ts';

const activation: LayerKind = keepsMask((context) => activate(context, context.castInput));

/** A slope in both spellings: Keras 2 says `alpha`, Keras 3 `negative_slope`. */
const slopeOf = ({ config }: LayerContext, otherwise: number): number =>
  config.isGiven('negative_slope') ? config.number('negative_slope') : config.number('alpha', otherwise);

const leakyRelu: LayerKind = keepsMask((context) =>
  context.graph.unary('LeakyRelu', context.floatInput, { alpha: slopeOf(context, 0.3) }),
);

/** x from the threshold to the largest value, slope · (x - threshold) below it. */
const relu: LayerKind = keepsMask((context) => {
  const { graph, config } = context;
  const threshold = config.isGiven('threshold') ? config.number('threshold') : 0;
  const slope = config.isGiven('negative_slope') ? config.number('negative_slope') : 0;
  const x = slope === 0 ? context.castInput : context.floatInput;
  const most = config.isGiven('max_value') ? config.number('max_value') : null;
  const capped = most === null ? x : graph.clip(x, null, most);
  if (threshold === 0 && slope === 0) return most === null ? graph.unary('Relu', x) : graph.clip(x, 0, most);
  const below = graph.withScalar('Mul', graph.withScalar('Sub', x, threshold), slope);
  return graph.where(graph.withScalar('GreaterOrEqual', x, threshold), capped, below);
});

const elu: LayerKind = keepsMask(({ graph, castInput, config }) =>
  graph.unary('Elu', castInput, { alpha: config.number('alpha', 1) }),
);

/** One slope for each place of a row, or one for each place along the axes that are not shared. */
function compilePrelu(context: LayerContext): KerasTensor {
  const x = context.floatInput;
  const shared = context.config.isGiven('shared_axes') ? context.config.integers('shared_axes') : [];
  const sizes = x.shape.slice(1).map((size, i) => (shared.includes(i + 1) ? 1 : size));
  return context.graph.binary('PRelu', x, context.weight('vars/0', sizes));
}

const prelu: LayerKind = { compile: compilePrelu, mask: 'keeps', weights: ownWeights(always) };

/** 0 up to the threshold, above it x (Keras 2). */
const thresholdedRelu: LayerKind = keepsMask(({ graph, castInput, config }) =>
  graph.unary('ThresholdedRelu', castInput, { alpha: config.number('theta', 1) }),
);

/** Along an axis or several; masked places count as what no exponential reaches. */
const softmax: LayerKind = keepsMask((context) => {
  const { graph, config, call } = context;
  const x = context.castInput;
  const axes = config.isGiven('axis') ? config.integers('axis') : [-1];
  const [axis = -1] = axes;
  const explicit = call.kwargs.get('mask') ?? call.args[1];
  const mask = explicit?.kind === 'tensor' ? explicit.tensor : context.input.mask;
  const masked =
    mask === null ? x : graph.where(mask, x, graph.withScalar('Add', x, context.largeNegative(x)));
  if (axes.length === 1) return graph.unary('Softmax', masked, { axis: BigInt(axis) });
  const most = graph.reduce('ReduceMax', masked, axes, true);
  const powers = graph.unary('Exp', graph.binary('Sub', masked, most));
  return graph.binary('Div', powers, graph.reduce('ReduceSum', powers, axes, true));
});

export const ACTIVATION_LAYERS: LayerTable = [
  ['Activation', activation],
  ['LeakyReLU', leakyRelu],
  ['ReLU', relu],
  ['ELU', elu],
  ['PReLU', prelu],
  ['ThresholdedReLU', thresholdedRelu],
  ['Softmax', softmax],
];
