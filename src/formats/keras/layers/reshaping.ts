import { itemsOf } from '../../json/document.ts';
import type { LayerContext, LayerTable } from '../layer.ts';
import { axesBetween, inChannelsFirst, isChannelsLast, spatialAxes } from '../layout.ts';
import type { KerasTensor, ReshapeSize } from '../tensor-graph.ts';
import { dropsMask } from './kind.ts';

/** A row as one vector; channels come last also where they are first in the layer. */
function flatten(context: LayerContext): KerasTensor {
  const { graph } = context;
  const { input } = context;
  const rank = input.shape.length;
  if (rank === 1) return graph.expandDims(input, 1);
  const x =
    isChannelsLast(context) || rank < 3 ? input : graph.transpose(input, [0, ...axesBetween(2, rank), 1]);
  return rank === 2 ? x : graph.reshape(x, ['same', 'rest']);
}

function reshape(context: LayerContext): KerasTensor {
  const { config } = context;
  const sizes = (itemsOf(config.get('target_shape')) ?? []).map((size): ReshapeSize => {
    if (size === -1 || size === null) return 'rest';
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1)
      throw config.wrong('target_shape', 'sizes, one of them free at most');
    return size;
  });
  if (sizes.filter((size) => size === 'rest').length > 1)
    throw config.wrong('target_shape', 'one free size at most');
  return context.graph.reshape(context.input, ['same', ...sizes]);
}

function permute(context: LayerContext): KerasTensor {
  const order = context.config.integers('dims');
  const rank = context.input.shape.length;
  if ([...order].sort((a, b) => a - b).join() !== axesBetween(1, rank).join())
    throw context.config.wrong('dims', `an order of the axes 1 to ${rank - 1}`);
  return context.graph.transpose(context.input, [0, ...order]);
}

function repeatVector(context: LayerContext): KerasTensor {
  const { graph, input, config } = context;
  context.expectRank(input, [2]);
  return repeatAxis(context, graph.expandDims(input, 1), 1, config.count('n'));
}

/** Every element of an axis several times in a row. */
function repeatEach(context: LayerContext, x: KerasTensor, axis: number, times: number): KerasTensor {
  if (times === 1) return x;
  const { graph } = context;
  const spread = repeatAxis(context, graph.expandDims(x, axis + 1), axis + 1, times);
  const size = x.shape[axis] ?? null;
  const sizes = x.shape.map(
    (_, i): ReshapeSize =>
      i < axis ? 'same' : i === axis ? (size === null ? 'rest' : size * times) : (x.shape[i] ?? 'rest'),
  );
  return graph.reshape(spread, sizes);
}

const MOST_COPIES = 1024;

/** An axis of size 1 several times. */
function repeatAxis(context: LayerContext, x: KerasTensor, axis: number, times: number): KerasTensor {
  if (times > MOST_COPIES)
    throw context.unsupported('the number of copies', String(times), `up to ${MOST_COPIES} are`);
  return times === 1 ? x : context.graph.concat(new Array<KerasTensor>(times).fill(x), axis);
}

const upSampling =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { config } = context;
    const x = context.castInput;
    context.expectRank(x, [rank + 2]);
    const times = config.sizes('size', rank, 2);
    const mode = rank === 2 ? config.oneOf('interpolation', ['nearest', 'bilinear'], 'nearest') : 'nearest';
    const isFree = spatialAxes(context, rank).some((axis) => x.shape[axis] === null);
    if (mode === 'bilinear' || isFree) return resizeBy(context, x, times, mode);
    return spatialAxes(context, rank).reduce(
      (tensor, axis, i) => repeatEach(context, tensor, axis, times[i] ?? 1),
      x,
    );
  };

const resizeBy = (
  context: LayerContext,
  x: KerasTensor,
  times: readonly number[],
  mode: 'bilinear' | 'nearest',
): KerasTensor =>
  inChannelsFirst(context, x, (first) => {
    const { graph } = context;
    const shape = first.shape.map((size, axis) => (size === null ? null : size * (times[axis - 2] ?? 1)));
    const scales = graph.numbers([1, 1, ...times], 'float32');
    const attributes =
      mode === 'bilinear'
        ? { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }
        : { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return graph.node('Resize', [first, null, scales], { dtype: x.dtype, shape }, attributes);
  });

/** Two numbers for each spatial axis: one number for all, one for each axis, or pairs. */
function pairsOf(context: LayerContext, field: string, rank: number): readonly (readonly [number, number])[] {
  const { config } = context;
  const value = config.get(field);
  const items = typeof value === 'number' ? new Array<number>(rank).fill(value) : (itemsOf(value) ?? []);
  // In one dimension the pair itself stands there.
  const list = rank === 1 && items.length === 2 ? [items] : items;
  const pairs = list.map((item) => {
    const [begin, end] = typeof item === 'number' ? [item, item] : (itemsOf(item) ?? []);
    if (!isCount(begin) || !isCount(end)) throw config.wrong(field, 'whole numbers from 0 on');
    return [begin, end] as const;
  });
  if (pairs.length !== rank) throw config.wrong(field, `numbers for ${rank} axes`);
  return pairs;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const zeroPadding =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { graph } = context;
    const { input } = context;
    context.expectRank(input, [rank + 2]);
    const pairs = pairsOf(context, 'padding', rank);
    const axes = spatialAxes(context, rank);
    const padsOf = (axis: number): readonly [number, number] => pairs[axes.indexOf(axis)] ?? [0, 0];
    const pads = input.shape.map((_, axis) => padsOf(axis));
    const shape = input.shape.map((size, axis) =>
      size === null ? null : size + padsOf(axis)[0] + padsOf(axis)[1],
    );
    const amounts = graph.numbers([...pads.map(([begin]) => begin), ...pads.map(([, end]) => end)], 'int64');
    return graph.node('Pad', [input, amounts], { dtype: input.dtype, shape });
  };

const cropping =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { input } = context;
    context.expectRank(input, [rank + 2]);
    const axes = spatialAxes(context, rank);
    return pairsOf(context, 'cropping', rank).reduce((x, [begin, end], i) => {
      if (begin === 0 && end === 0) return x;
      return context.graph.slice(x, axes[i] ?? 1, begin, end === 0 ? null : -end);
    }, input);
  };

const RANKS = [1, 2, 3];

export const RESHAPING_LAYERS: LayerTable = [
  ['Flatten', dropsMask(flatten)],
  ['Reshape', dropsMask(reshape)],
  ['Permute', dropsMask(permute)],
  ['RepeatVector', dropsMask(repeatVector)],
  ...RANKS.flatMap(
    (rank): LayerTable => [
      [`UpSampling${rank}D`, dropsMask(upSampling(rank))],
      [`ZeroPadding${rank}D`, dropsMask(zeroPadding(rank))],
      [`Cropping${rank}D`, dropsMask(cropping(rank))],
    ],
  ),
];
