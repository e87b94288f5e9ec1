import { fromFront } from '../../../onnx/check/fact.ts';
import type { KerasConfig } from '../config.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import { axesBetween } from '../layout.ts';
import type { KerasTensor, ReshapeSize } from '../tensor-graph.ts';
import { always, keepsMask, ownWeights } from './kind.ts';

const scaled = (config: KerasConfig): boolean => config.flag('scale', true);
const centred = (config: KerasConfig): boolean => config.flag('center', true);

/** Axes that a layer names, counted from the front. */
const axesOf = ({ config }: LayerContext, rank: number, otherwise: number): number[] =>
  (config.isGiven('axis') ? config.integers('axis') : [otherwise]).map((axis) => fromFront(axis, rank));

/** A vector over some axes, shaped so that it is broadcast over the others. */
function alongAxes(
  context: LayerContext,
  weight: KerasTensor,
  axes: readonly number[],
  rank: number,
): KerasTensor {
  const last = axes.length === 1 && axes[0] === rank - 1;
  if (last) return weight;
  let next = 0;
  const sizes = axesBetween(0, rank).map(
    (axis): ReshapeSize => (axes.includes(axis) ? (weight.shape[next++] ?? 1) : 1),
  );
  return context.graph.reshape(weight, sizes);
}

/** gamma · (x - mean) / √(variance + ε) + beta, with moving averages as mean and variance. */
function batchNormalization(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.floatInput;
  const rank = x.shape.length;
  const axes = axesOf(context, rank, -1);
  const [axis = rank - 1] = axes;
  const size = context.fixed(x, axis);
  let place = 0;
  const next = (): Float32Array | Float64Array => numbersOf(context, `vars/${place++}`, size);
  const gamma = scaled(config) ? next() : null;
  const beta = centred(config) ? next() : null;
  const [mean, variance] = [next(), next()];
  const epsilon = config.number('epsilon', 1e-3);
  const scale = variance.map((value, i) => (gamma?.[i] ?? 1) / Math.sqrt(value + epsilon));
  const shift = mean.map((value, i) => (beta?.[i] ?? 0) - value * (scale[i] ?? 1));
  const vector = (values: Float32Array | Float64Array): KerasTensor =>
    alongAxes(context, graph.numbers(Array.from(values), x.dtype), axes, rank);
  return graph.binary('Add', graph.binary('Mul', x, vector(scale)), vector(shift));
}

function numbersOf(context: LayerContext, path: string, size: number): Float64Array {
  const { data, dtype } = context.numbers(path, [size]);
  if (dtype !== 'float32' && dtype !== 'float64')
    throw context.unsupported(`weight ${path}`, dtype, 'float32 and float64 are');
  return Float64Array.from(data);
}

/** gamma · (x - mean) / √(variance + ε) + beta over the axes of one row. */
function layerNormalization(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.castInput;
  const rank = x.shape.length;
  if (config.flag('rms_scaling', false))
    throw config.unsupported('rms_scaling', 'layers without it, or RMSNormalization, are');
  const axes = axesOf(context, rank, -1).sort((a, b) => a - b);
  const sizes = axes.map((axis) => context.fixed(x, axis));
  let place = 0;
  const next = (): KerasTensor => context.weight(`vars/${place++}`, sizes);
  const gamma = scaled(config) ? next() : null;
  const beta = centred(config) ? next() : null;
  const epsilon = config.number('epsilon', 1e-3);
  const [first = rank - 1] = axes;
  if (axes.join() === axesBetween(first, rank).join()) {
    const one = gamma ?? ones(context, x, sizes);
    const inputs = beta === null ? [x, one] : [x, one, beta];
    return graph.node('LayerNormalization', inputs, x, { axis: BigInt(first), epsilon });
  }
  const normal = standardized(context, x, axes, epsilon);
  const times = gamma === null ? normal : graph.binary('Mul', normal, alongAxes(context, gamma, axes, rank));
  return beta === null ? times : graph.binary('Add', times, alongAxes(context, beta, axes, rank));
}

function ones(context: LayerContext, x: KerasTensor, sizes: readonly number[]): KerasTensor {
  const count = product(sizes);
  context.expectStorable('the number of its features', count);
  return context.graph.numbers(new Array<number>(count).fill(1), x.dtype, sizes);
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** (x - mean) / √(variance + ε) over some axes. */
function standardized(
  { graph }: LayerContext,
  x: KerasTensor,
  axes: readonly number[],
  epsilon: number,
): KerasTensor {
  const centre = graph.binary('Sub', x, graph.reduce('ReduceMean', x, axes, true));
  const variance = graph.reduce('ReduceMean', graph.binary('Mul', centre, centre), axes, true);
  return graph.binary('Div', centre, graph.unary('Sqrt', graph.withScalar('Add', variance, epsilon)));
}

/** The same within groups of channels. */
function groupNormalization(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.castInput;
  const rank = x.shape.length;
  const [axis = rank - 1] = axesOf(context, rank, -1);
  const channels = context.fixed(x, axis);
  const stated = config.integer('groups', 32);
  const groups = stated === -1 ? channels : stated;
  if (groups < 1 || channels % groups !== 0)
    throw config.wrong('groups', `a divisor of ${channels} channels`);
  const epsilon = config.number('epsilon', 1e-3);
  const grouped = inGroups(context, x, axis, groups);
  const normal = standardized(
    context,
    grouped,
    axesBetween(1, rank + 1).filter((i) => i !== axis),
    epsilon,
  );
  const back = graph.reshapeTo(normal, graph.sizesOf(x, 0, rank), x.shape);
  let place = 0;
  const next = (): KerasTensor =>
    alongAxes(context, context.weight(`vars/${place++}`, [channels]), [axis], rank);
  const times = scaled(config) ? graph.binary('Mul', back, next()) : back;
  return centred(config) ? graph.binary('Add', times, next()) : times;
}

/** The channels of an axis as two: groups, and what is in each. */
function inGroups({ graph }: LayerContext, x: KerasTensor, axis: number, groups: number): KerasTensor {
  const width = (x.shape[axis] ?? groups) / groups;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const shape = [...before, groups, width, ...after];
  const parts = [
    graph.sizesOf(x, 0, axis),
    graph.numbers([groups, width], 'int64'),
    ...(after.length === 0 ? [] : [graph.sizesOf(x, axis + 1, x.shape.length)]),
  ];
  return graph.reshapeTo(x, graph.concat(parts, 0), shape);
}

/** x · scale / √(mean(x²) + ε). */
function rmsNormalization(context: LayerContext): KerasTensor {
  const { graph, config } = context;
  const x = context.castInput;
  const rank = x.shape.length;
  const axes = axesOf(context, rank, -1);
  const mean = graph.reduce('ReduceMean', graph.binary('Mul', x, x), axes, true);
  const root = graph.unary('Sqrt', graph.withScalar('Add', mean, config.number('epsilon', 1e-6)));
  const scale = context.weight(
    'vars/0',
    axes.map((axis) => context.fixed(x, axis)),
  );
  return graph.binary('Mul', graph.binary('Div', x, root), alongAxes(context, scale, axes, rank));
}

/** x / max(‖x‖₂, 1e-6) along axes: `ops.normalize` with ε = 1e-12 under the root. */
function unitNormalization(context: LayerContext): KerasTensor {
  const { graph } = context;
  const x = context.castInput;
  const axes = axesOf(context, x.shape.length, -1);
  const square = graph.reduce('ReduceSum', graph.binary('Mul', x, x), axes, true);
  return graph.binary('Div', x, graph.unary('Sqrt', graph.clip(square, 1e-12, null)));
}

/** x · gamma, along the last axis: a layer of the ConvNeXt models of Keras. */
const layerScale = (context: LayerContext): KerasTensor => {
  const x = context.castInput;
  return context.graph.binary('Mul', x, context.weight('vars/0', [context.fixed(x, -1)]));
};

const moving = [{ fixed: true as const }, { fixed: true as const }];

export const NORMALIZATION_LAYERS: LayerTable = [
  [
    'BatchNormalization',
    {
      compile: batchNormalization,
      mask: 'keeps',
      weights: (config) => {
        const own = ownWeights(scaled, centred)(config);
        return [...own, ...moving.map((kind, i) => ({ ...kind, path: `vars/${own.length + i}` }))];
      },
    },
  ],
  [
    'LayerNormalization',
    { compile: layerNormalization, mask: 'keeps', weights: ownWeights(scaled, centred) },
  ],
  [
    'GroupNormalization',
    { compile: groupNormalization, mask: 'keeps', weights: ownWeights(scaled, centred) },
  ],
  ['RMSNormalization', { compile: rmsNormalization, mask: 'drops', weights: ownWeights(always) }],
  ['LayerScale', { compile: layerScale, mask: 'drops', weights: ownWeights(always) }],
  ['UnitNormalization', keepsMask(unitNormalization)],
]; // prettier-ignore
