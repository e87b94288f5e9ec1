import type { LayerContext, LayerTable } from '../layer.ts';
import { inChannelsFirst, spatialAxes } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { planWindow } from '../windows.ts';
import { dropsMask } from './kind.ts';

/** The largest or the mean of each window; what pads plays no part. */
const pooling =
  (op: string, rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { graph, config } = context;
    const x = context.castInput;
    context.expectRank(x, [rank + 2]);
    const sizes = config.sizes('pool_size', rank, 2);
    const window = {
      sizes,
      strides: config.isGiven('strides') ? config.sizes('strides', rank) : sizes,
      dilations: sizes.map(() => 1),
      padding: config.oneOf('padding', ['valid', 'same'], 'valid'),
    };
    return inChannelsFirst(context, x, (first) => {
      const plan = planWindow(context, window, first.shape.slice(2));
      const shape = [...first.shape.slice(0, 2), ...plan.spatial];
      return graph.node(op, [first], { dtype: x.dtype, shape }, plan.attributes);
    });
  };

const globalPooling =
  (op: string, rank: number) =>
  (context: LayerContext): KerasTensor => {
    const x = op === 'ReduceMean' ? context.floatInput : context.castInput;
    context.expectRank(x, [rank + 2]);
    return context.graph.reduce(op, x, spatialAxes(context, rank), context.config.flag('keepdims', false));
  };

/** The mean over time; of what is masked nothing counts. */
function globalAverage1d(context: LayerContext): KerasTensor {
  const { graph, config, mask } = context;
  const x = context.floatInput;
  if (mask === null) return globalPooling('ReduceMean', 1)(context);
  context.expectRank(x, [3]);
  const axes = spatialAxes(context, 1);
  const keep = config.flag('keepdims', false);
  const weights = graph.expandDims(graph.cast(mask, x.dtype), axes[0] === 1 ? 2 : 1);
  const sum = graph.reduce('ReduceSum', graph.binary('Mul', x, weights), axes, keep);
  return graph.binary('Div', sum, graph.reduce('ReduceSum', weights, axes, keep));
}

const RANKS = [1, 2, 3];

export const POOLING_LAYERS: LayerTable = [
  ...RANKS.flatMap(
    (rank): LayerTable => [
      [`MaxPooling${rank}D`, dropsMask(pooling('MaxPool', rank))],
      [`AveragePooling${rank}D`, dropsMask(pooling('AveragePool', rank))],
      [`GlobalMaxPooling${rank}D`, dropsMask(globalPooling('ReduceMax', rank))],
    ],
  ),
  ['GlobalAveragePooling1D', dropsMask(globalAverage1d)],
  ['GlobalAveragePooling2D', dropsMask(globalPooling('ReduceMean', 2))],
  ['GlobalAveragePooling3D', dropsMask(globalPooling('ReduceMean', 3))],
];
