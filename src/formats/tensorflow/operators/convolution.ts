import { permuteAxes } from '../../../model/permute-axes.ts';
import type { AttributeInput } from '../../../onnx/graph.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import { resizeBicubic } from './bicubic.ts';
import { pair } from './elementwise.ts';
import { sizes, transposeBy } from './shape.ts';

/** Kernels of TensorFlow work on channels last, unless `data_format` says otherwise; those of ONNX on channels second. */
const channelsLast = (c: NodeContext): boolean => !c.text('data_format', 'NHWC').startsWith('NC');

/** Axes with the channels second, from those with the channels last. */
const toFirst = (rank: number): number[] => [
  0,
  rank - 1,
  ...Array.from({ length: rank - 2 }, (_, i) => i + 1),
];
const toLast = (rank: number): number[] => [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];

/** Runs `compute` on the first input with its channels second, and gives the result as the node wants it. */
function withChannelsFirst(
  c: NodeContext,
  compute: (x: TensorValue) => TensorValue,
  x = c.tensor(0),
): TensorValue {
  if (!channelsLast(c)) return compute(x);
  const rank = x.shape?.length;
  if (rank === undefined) throw c.unsupported('input 0', 'a tensor of unknown rank', 'a known rank is');
  return transposeBy(c, compute(transposeBy(c, x, toFirst(rank))), toLast(rank));
}

/** Sizes of the places among the four or five that an attribute states. */
function spatial(c: NodeContext, list: readonly number[]): bigint[] {
  const inner = channelsLast(c) ? list.slice(1, -1) : list.slice(2);
  return inner.map(BigInt);
}

/** @param window sizes of the kernel, where it has gaps: onnxruntime computes `SAME` for kernels without */
function padding(c: NodeContext, window: readonly (number | null)[] = []): Record<string, AttributeInput> {
  const mode = c.text('padding', 'VALID');
  const { dilations } = dilationsOf(c);
  if (mode === 'SAME' && dilations !== undefined) {
    const total = dilations.map((gap, i) => ((window[i] ?? 1) - 1) * Number(gap));
    const before = total.map((size) => Math.floor(size / 2));
    return { pads: [...before, ...total.map((size, i) => size - (before[i] ?? 0))].map(BigInt) };
  }
  if (mode === 'SAME') return { auto_pad: 'SAME_UPPER' };
  if (mode !== 'EXPLICIT') return {};
  const pairs = c.intList('explicit_paddings');
  const inner = channelsLast(c) ? pairs.slice(2, -2) : pairs.slice(4);
  const ends = [inner.filter((_, i) => i % 2 === 0), inner.filter((_, i) => i % 2 === 1)];
  return { pads: ends.flat().map(BigInt) };
}

const stridesOf = (c: NodeContext): { strides?: bigint[] } => {
  const strides = spatial(c, c.intList('strides'));
  return strides.length === 0 ? {} : { strides };
};

function dilationsOf(c: NodeContext): { dilations?: bigint[] } {
  const dilations = spatial(c, c.intList('dilations'));
  return dilations.length === 0 || dilations.every((size) => size === 1n) ? {} : { dilations };
}

/** Of the output only its rank, its rows and its channels are told here. */
const convolved = (x: TensorValue, channels: number | null): Shape =>
  x.shape === null ? null : [x.shape[0] ?? null, channels, ...x.shape.slice(2).map(() => null)];

/** Weights as `[out, in, …]`, moved here where they are constants. */
function weights(c: NodeContext, value: TensorValue, perm: readonly number[]): TensorValue {
  const { constant } = value;
  if (constant === null) return transposeBy(c, value, perm);
  const { dtype, shape } = constant;
  return c.g.stored({
    dtype,
    shape: perm.map((at) => shape[at] ?? 1),
    load: () => permuteAxes(constant.load(), perm),
  });
}

/** Weights `[…places, in, out]`; an input with more channels than they take is convolved in groups. */
const conv: OperatorRule = (c) => {
  const kernel = c.tensor(1);
  const rank = c.rank(1);
  const places = Array.from({ length: rank - 2 }, (_, i) => i);
  const w = weights(c, kernel, [rank - 1, rank - 2, ...places]);
  const into = kernel.shape?.[rank - 2] ?? null;
  return withChannelsFirst(c, (x) => {
    const channels = x.shape?.[1] ?? null;
    const group = channels !== null && into !== null && into > 0 ? channels / into : 1;
    const attributes = {
      ...padding(c, kernel.shape?.slice(0, -2)),
      ...stridesOf(c),
      ...dilationsOf(c),
      group: BigInt(group),
    };
    return c.emit('Conv', [x, w], attributes, {
      dtype: x.dtype,
      shape: convolved(x, kernel.shape?.[rank - 1] ?? null),
    });
  });
};

/** Weights `[height, width, in, multiplier]`, each channel by itself. */
const depthwise: OperatorRule = (c) => {
  const kernel = c.tensor(1);
  const [height = null, width = null, into = null, times = null] = kernel.shape ?? [];
  if (height === null || width === null || into === null || times === null)
    throw c.unsupported('filter', 'weights of unknown shape', 'four sizes are');
  const ordered = weights(c, kernel, [2, 3, 0, 1]);
  const shape = [into * times, 1, height, width];
  const w = c.emit('Reshape', [ordered, c.g.ints(shape)], {}, { dtype: kernel.dtype, shape });
  return withChannelsFirst(c, (x) => {
    const attributes = {
      ...padding(c, [height, width]),
      ...stridesOf(c),
      ...dilationsOf(c),
      group: BigInt(into),
    };
    return c.emit('Conv', [x, w], attributes, { dtype: x.dtype, shape: convolved(x, into * times) });
  });
};

/** The gradient of a convolution: a transposedShape convolution whose output has the size that input 0 states. */
const transposedConv: OperatorRule = (c) => {
  const kernel = c.tensor(1);
  const rank = c.rank(1);
  const places = Array.from({ length: rank - 2 }, (_, i) => i);
  const w = weights(c, kernel, [rank - 1, rank - 2, ...places]);
  const strides = stridesOf(c).strides ?? places.map(() => 1n);
  if (dilationsOf(c).dilations !== undefined) throw c.unsupported('dilations', 'more than 1', '1 is');
  const window = places.map((at) => kernel.shape?.[at] ?? null);
  const channels = kernel.shape?.[rank - 2] ?? null;
  return withChannelsFirst(
    c,
    (x) => {
      const full = c.emit(
        'ConvTranspose',
        [x, w],
        { strides },
        { dtype: x.dtype, shape: convolved(x, channels) },
      );
      return cropped(c, full, window, strides.map(Number));
    },
    c.tensor(2),
  );
};

/**
 * What padding leaves of a full transposedShape convolution: `SAME` cuts the window's excess, less of it in front
 * (`GetWindowedOutputSize` of TensorFlow, backwards), to the size that is wanted.
 */
function cropped(
  c: NodeContext,
  full: TensorValue,
  window: readonly (number | null)[],
  strides: readonly number[],
): TensorValue {
  const mode = c.text('padding', 'VALID');
  if (mode === 'EXPLICIT') throw c.unsupported('padding', mode, 'SAME or VALID are');
  const rank = window.length + 2;
  const wanted = sizes(c, c.tensor(0));
  const inner = Array.from({ length: window.length }, (_, i) => (channelsLast(c) ? i + 1 : i + 2));
  const axes = c.g.ints(window.map((_, i) => i + 2));
  const made = { dtype: 'int64', shape: [window.length] } as const;
  const target = c.emit('Gather', [wanted, c.g.ints(inner)], { axis: 0n }, made);
  const begin = window.map((size, i) => {
    if (size === null) throw c.unsupported('filter', 'weights of unknown size', 'known sizes are');
    return mode === 'SAME' ? Math.floor(Math.max(0, size - (strides[i] ?? 1)) / 2) : 0;
  });
  const start = c.g.ints(begin);
  const end = c.emit('Add', [start, target], {}, made);
  // A size that strides do not fill to the end is filled with zeros.
  const pads = c.g.ints([...new Array<number>(rank + 2).fill(0), ...strides.map((stride) => stride - 1)]);
  const filled = strides.every((stride) => stride === 1) ? full : c.emit('Pad', [full, pads], {}, full);
  return c.emit('Slice', [filled, start, end, axes], {}, { dtype: full.dtype, shape: full.shape });
}

const pool =
  (op: 'MaxPool' | 'AveragePool', fromInput = false): OperatorRule =>
  (c) => {
    const kernel = fromInput ? c.ints(1) : c.intList('ksize');
    const strides = fromInput ? c.ints(2) : c.intList('strides');
    const attributes = { ...padding(c), kernel_shape: spatial(c, kernel), strides: spatial(c, strides) };
    return withChannelsFirst(c, (x) =>
      c.emit(op, [x], attributes, { dtype: x.dtype, shape: convolved(x, x.shape?.[1] ?? null) }),
    );
  };

/** By a fixed mean and variance, or by those of what is there, which layers make use of that normalise other axes. */
const batchNorm: OperatorRule = (c) => {
  const [scale, offset] = [c.tensor(1), c.tensor(2)];
  const epsilon = c.float('epsilon', 1e-4);
  const y = withChannelsFirst(c, (x) =>
    c.flag('is_training', true)
      ? normalized(c, x, epsilon)
      : c.emit('BatchNormalization', [x, scale, offset, c.tensor(3), c.tensor(4)], { epsilon }, x),
  );
  return [y, ...[3, 4, 3, 4, 4].map((i) => c.tensor(i))];
};

/** (x − mean) / √(variance + ε) · scale + offset, over all axes but that of the channels. */
function normalized(c: NodeContext, x: TensorValue, epsilon: number): TensorValue {
  const rank = x.shape?.length ?? 4;
  const axes = c.g.ints([0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)]);
  const shape = x.shape?.map((size, at) => (at === 1 ? size : 1)) ?? null;
  const mean = (value: TensorValue): TensorValue =>
    c.emit('ReduceMean', [value, axes], {}, { dtype: x.dtype, shape });
  const centered = pair(c, 'Sub', x, mean(x));
  const variance = mean(pair(c, 'Mul', centered, centered));
  const deviation = c.emit('Sqrt', [pair(c, 'Add', variance, c.g.scalar(epsilon, x))], {}, variance);
  const scaled = pair(c, 'Mul', pair(c, 'Div', centered, deviation), c.widened(c.tensor(1), rank - 2));
  return { ...pair(c, 'Add', scaled, c.widened(c.tensor(2), rank - 2)), shape: x.shape };
}

const lrn: OperatorRule = (c) => {
  const radius = c.int('depth_radius', 5);
  const size = 2 * radius + 1;
  const alpha = c.float('alpha', 1) * size;
  const attributes = { size: BigInt(size), alpha, beta: c.float('beta', 0.5), bias: c.float('bias', 1) };
  return withChannelsFirst(c, (x) => c.emit('LRN', [x], attributes, x));
};

const resize =
  (mode: 'linear' | 'nearest'): OperatorRule =>
  (c) => {
    const corners = c.flag('align_corners');
    const centers = c.flag('half_pixel_centers');
    const places = corners ? 'align_corners' : centers ? 'half_pixel' : 'asymmetric';
    const attributes: Record<string, AttributeInput> = { mode, coordinate_transformation_mode: places };
    // TensorFlow takes ⌊(i + ½)·scale⌋ of centers: the half pixel that is taken off is rounded on again.
    if (mode === 'nearest') attributes['nearest_mode'] = corners || centers ? 'round_prefer_ceil' : 'floor';
    const wanted = sizes(c, c.tensor(1));
    return withChannelsFirst(c, (x) => {
      const float = c.g.cast(x, mode === 'nearest' ? x.dtype : 'float32');
      const known = c.emit('Shape', [float], { start: 0n, end: 2n }, { dtype: 'int64', shape: [2] });
      const all = c.emit('Concat', [known, wanted], { axis: 0n }, { dtype: 'int64', shape: [4] });
      const shape = [...(x.shape?.slice(0, 2) ?? [null, null]), ...(wanted.numbers ?? [null, null])];
      return c.emit('Resize', [float, null, null, all], attributes, { dtype: float.dtype, shape });
    });
  };

/** Operators over places and channels. */
export const CONVOLUTION_OPERATORS: OperatorTable = {
  Conv2D: conv,
  Conv3D: conv,
  DepthwiseConv2dNative: depthwise,
  Conv2DBackpropInput: transposedConv,
  Conv3DBackpropInputV2: transposedConv,
  MaxPool: pool('MaxPool'),
  MaxPoolV2: pool('MaxPool', true),
  MaxPool3D: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
  AvgPool3D: pool('AveragePool'),
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  LRN: lrn,
  ResizeBilinear: resize('linear'),
  ResizeBicubic: resizeBicubic,
  ResizeNearestNeighbor: resize('nearest'),
};
