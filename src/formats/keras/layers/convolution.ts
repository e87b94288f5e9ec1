import { permuteAxes, reshapeTensor } from '../../../model/permute-axes.ts';
import { activate } from '../activations.ts';
import type { LayerContext, LayerKind, LayerTable } from '../layer.ts';
import { axesBetween, inChannelsFirst, isChannelsLast } from '../layout.ts';
import type { KerasTensor } from '../tensor-graph.ts';
import { planWindow, type SlidingWindow } from '../windows.ts';
import { always, ownWeights, withBias } from './kind.ts';

const PADDINGS = ['valid', 'same', 'causal'] as const;

export function windowOf({ config }: LayerContext, rank: number): SlidingWindow {
  return {
    sizes: config.sizes('kernel_size', rank),
    strides: config.sizes('strides', rank, 1),
    dilations: config.sizes('dilation_rate', rank, 1),
    padding: config.oneOf('padding', PADDINGS, 'valid'),
  };
}

/** The bias, where there is one. */
const biasOf = (context: LayerContext, index: number, filters: number): KerasTensor | null =>
  context.config.flag('use_bias', true) ? context.weight(`vars/${index}`, [filters]) : null;

const channelsOf = (context: LayerContext, x: KerasTensor): number =>
  context.fixed(x, isChannelsLast(context) ? -1 : 1);

/** A kernel `[…, in, out]` as ONNX has it, `[out, in, …]`. */
export function kernelOf(context: LayerContext, path: string, shape: readonly number[]): KerasTensor {
  const rank = shape.length - 2;
  const kernel = permuteAxes(context.numbers(path, shape), [rank + 1, rank, ...axesBetween(0, rank)]);
  return context.graph.cast(context.graph.tensor(kernel), context.computeType);
}

/** A kernel `[…, channels, multiplier]` as one group a channel: `[channels · multiplier, 1, …]`. */
function depthwiseKernel(
  context: LayerContext,
  sizes: readonly number[],
  channels: number,
  multiplier: number,
): KerasTensor {
  const rank = sizes.length;
  const kernel = permuteAxes(context.numbers('vars/0', [...sizes, channels, multiplier]), [
    rank,
    rank + 1,
    ...axesBetween(0, rank),
  ]);
  const flat = reshapeTensor(kernel, [channels * multiplier, 1, ...sizes]);
  return context.graph.cast(context.graph.tensor(flat), context.computeType);
}

/** A convolution over `[batch, channels, …]`. */
export function slide(
  context: LayerContext,
  x: KerasTensor,
  window: SlidingWindow,
  { kernel, bias, groups }: { kernel: KerasTensor; bias: KerasTensor | null; groups: number },
): KerasTensor {
  const plan = planWindow(context, window, x.shape.slice(2));
  const shape = [x.shape[0] ?? null, kernel.shape[0] ?? null, ...plan.spatial];
  const inputs = bias === null ? [x, kernel] : [x, kernel, bias];
  return context.graph.node(
    'Conv',
    inputs,
    { dtype: x.dtype, shape },
    { ...plan.attributes, group: BigInt(groups) },
  );
}

const convolution =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { config } = context;
    const x = context.floatInput;
    context.expectRank(x, [rank + 2]);
    const [filters, groups, channels] = [
      config.count('filters'),
      config.count('groups', 1),
      channelsOf(context, x),
    ];
    const window = windowOf(context, rank);
    const kernel = kernelOf(context, 'vars/0', [...window.sizes, channels / groups, filters]);
    const bias = biasOf(context, 1, filters);
    return activate(
      context,
      inChannelsFirst(context, x, (first) => slide(context, first, window, { kernel, bias, groups })),
    );
  };

const depthwise =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const x = context.floatInput;
    context.expectRank(x, [rank + 2]);
    const channels = channelsOf(context, x);
    const multiplier = context.config.count('depth_multiplier', 1);
    const window = windowOf(context, rank);
    const kernel = depthwiseKernel(context, window.sizes, channels, multiplier);
    const bias = biasOf(context, 1, channels * multiplier);
    const result = inChannelsFirst(context, x, (first) =>
      slide(context, first, window, { kernel, bias, groups: channels }),
    );
    return activate(context, result);
  };

/** Each channel by itself, then all channels of one place. */
const separable =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { config } = context;
    const x = context.floatInput;
    context.expectRank(x, [rank + 2]);
    const channels = channelsOf(context, x);
    const [filters, multiplier] = [config.count('filters'), config.count('depth_multiplier', 1)];
    const window = windowOf(context, rank);
    const depth = depthwiseKernel(context, window.sizes, channels, multiplier);
    const ones = new Array<number>(rank).fill(1);
    const point = kernelOf(context, 'vars/1', [...ones, channels * multiplier, filters]);
    const bias = biasOf(context, 2, filters);
    const pointWindow = { sizes: ones, strides: ones, dilations: ones, padding: 'valid' };
    const result = inChannelsFirst(context, x, (first) => {
      const inner = slide(context, first, window, { kernel: depth, bias: null, groups: channels });
      return slide(context, inner, pointWindow, { kernel: point, bias, groups: 1 });
    });
    return activate(context, result);
  };

/** Sizes of a transposed convolution along one axis (`compute_conv_transpose_output_length` of Keras). */
function transposedAxis(
  size: number | null,
  window: SlidingWindow,
  axis: number,
  outputPadding: number | null,
): { readonly size: number | null; readonly begin: number; readonly end: number; readonly extra: number } {
  const stride = window.strides[axis] ?? 1;
  const kernel = window.sizes[axis] ?? 1;
  const span = (kernel - 1) * (window.dilations[axis] ?? 1) + 1;
  // The output, less what a full transposed convolution gives: (size - 1) · stride + span.
  const same = window.padding === 'same';
  const difference =
    outputPadding === null
      ? (same ? 0 : Math.max(span - stride, 0)) + stride - span
      : outputPadding - 2 * (same ? Math.floor(kernel / 2) : 0);
  const cut = Math.max(-difference, 0);
  const total = size === null ? null : (size - 1) * stride + span + difference;
  return {
    size: total,
    begin: Math.floor(cut / 2),
    end: cut - Math.floor(cut / 2),
    extra: Math.max(difference, 0),
  };
}

const transposed =
  (rank: number) =>
  (context: LayerContext): KerasTensor => {
    const { graph, config } = context;
    const x = context.floatInput;
    context.expectRank(x, [rank + 2]);
    const window = windowOf(context, rank);
    const [filters, channels] = [config.count('filters'), channelsOf(context, x)];
    const given = config.isGiven('output_padding') ? config.sizes('output_padding', rank) : null;
    // [… , out, in] → [in, out, …]
    const kernel = kernelOf(context, 'vars/0', [...window.sizes, filters, channels]);
    const bias = biasOf(context, 1, filters);
    const result = inChannelsFirst(context, x, (first) => {
      const axes = first.shape
        .slice(2)
        .map((size, axis) => transposedAxis(size, window, axis, given?.[axis] ?? null));
      const bigints = (values: readonly number[]): readonly bigint[] => values.map(BigInt);
      const attributes = {
        kernel_shape: bigints(window.sizes),
        strides: bigints(window.strides),
        dilations: bigints(window.dilations),
        pads: bigints([...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)]),
        output_padding: bigints(axes.map(({ extra }) => extra)),
      };
      const shape = [first.shape[0] ?? null, filters, ...axes.map(({ size }) => size)];
      return graph.node(
        'ConvTranspose',
        bias === null ? [first, kernel] : [first, kernel, bias],
        { dtype: x.dtype, shape },
        attributes,
      );
    });
    return activate(context, result);
  };

const plain = (compile: LayerKind['compile']): LayerKind => ({
  compile,
  mask: 'drops',
  weights: ownWeights(always, withBias),
});
const separated = (compile: LayerKind['compile']): LayerKind => ({
  compile,
  mask: 'drops',
  weights: ownWeights(always, always, withBias),
});

export const CONVOLUTION_LAYERS: LayerTable = [
  ['Conv1D', plain(convolution(1))],
  ['Conv2D', plain(convolution(2))],
  ['Conv3D', plain(convolution(3))],
  ['Conv1DTranspose', plain(transposed(1))],
  ['Conv2DTranspose', plain(transposed(2))],
  ['Conv3DTranspose', plain(transposed(3))],
  ['DepthwiseConv1D', plain(depthwise(1))],
  ['DepthwiseConv2D', plain(depthwise(2))],
  ['SeparableConv1D', separated(separable(1))],
  ['SeparableConv2D', separated(separable(2))],
];
