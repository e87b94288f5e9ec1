import type { DType } from '../../../model/tensor.ts';
import type { AtenCall } from './call.ts';
import { rows, views, viewsOrCopies } from './operator.ts';
import {
  expanded,
  gathered,
  matmul,
  sizesOf,
  squeezed,
  swapLast,
  transposed,
  unsqueezed,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Windows taken out of tensors, and put together again. */

interface WindowOptions {
  readonly kernel: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly strides: readonly [number, number];
}

function optionsOf(call: AtenCall): WindowOptions {
  const pair = (name: string, otherwise: number): [number, number] => {
    const [a = otherwise, b = otherwise] = call.intsFor(name, 2, otherwise);
    return [a, b];
  };
  return {
    kernel: pair('kernel_size', 1),
    dilations: pair('dilation', 1),
    padding: pair('padding', 0),
    strides: pair('stride', 1),
  };
}

/** A kernel for each place of a window and each channel, that takes this one element. */
function pickers(call: AtenCall, channels: number, { kernel }: WindowOptions, dtype: DType): AtenTensor {
  const places = kernel[0] * kernel[1];
  call.requireAtMost('kernel_size', channels * places * places, 2 ** 22);
  const weights = new Array<number>(channels * places * places).fill(0);
  for (let i = 0; i < channels * places; i += 1) weights[i * places + (i % places)] = 1;
  return call.g.numbers(weights, dtype, [channels * places, 1, ...kernel]);
}

const attributesOf = ({ kernel, dilations, padding, strides }: WindowOptions, channels: number) => ({
  kernel_shape: kernel.map(BigInt),
  dilations: dilations.map(BigInt),
  strides: strides.map(BigInt),
  pads: [...padding, ...padding].map(BigInt),
  group: BigInt(channels),
});

/** Windows along an axis, as a convolution sees them. */
function windowCount(
  size: number,
  axis: 0 | 1,
  { kernel, dilations, padding, strides }: WindowOptions,
): number {
  return (
    Math.floor((size + 2 * padding[axis] - dilations[axis] * (kernel[axis] - 1) - 1) / strides[axis]) + 1
  );
}

/** With an axis for N, if it has none, while something is at work. */
function batched(call: AtenCall, rank: number, make: (x: AtenTensor) => AtenTensor): AtenTensor {
  const { g } = call;
  const x = call.tensor('self');
  if (x.shape.length === rank) return make(x);
  if (x.shape.length !== rank - 1) throw call.wrong('self', `a tensor of ${rank} axes`);
  return squeezed(g, make(unsqueezed(g, x, [0])), [0]);
}

/** Windows of images as columns: [N, C kh kw, windows]. */
const columns = (call: AtenCall): AtenTensor =>
  batched(call, 4, (x) => {
    const { g } = call;
    const options = optionsOf(call);
    const [batch = 1, channels, height, width] = x.shape;
    if (typeof channels !== 'number') throw call.wrong('self', 'a fixed number of channels');
    const size = (one: typeof height, axis: 0 | 1) =>
      typeof one === 'number' ? windowCount(one, axis, options) : g.unknownSize();
    const places = channels * options.kernel[0] * options.kernel[1];
    const shape = [batch, places, size(height, 0), size(width, 1)];
    const made = g.add(
      'Conv',
      [x, pickers(call, channels, options, x.dtype)],
      { dtype: x.dtype, shape },
      attributesOf(options, channels),
    );
    return reshaped(g, made, [g.sizeOf(x, 0), places, -1]);
  });

/** Columns put back where their windows were, summed where these overlap. */
const images = (call: AtenCall): AtenTensor =>
  batched(call, 3, (x) => {
    const { g } = call;
    const options = optionsOf(call);
    const [height = 1, width = 1] = call.ints('output_size');
    const places = x.shape[1];
    const channels = Number(places) / (options.kernel[0] * options.kernel[1]);
    if (!Number.isInteger(channels)) throw call.wrong('self', 'columns of whole windows');
    const counts = [windowCount(height, 0, options), windowCount(width, 1, options)] as const;
    const grid = reshaped(g, x, [g.sizeOf(x, 0), Number(places), ...counts]);
    const reached = (axis: 0 | 1): number =>
      (counts[axis] - 1) * options.strides[axis] -
      2 * options.padding[axis] +
      options.dilations[axis] * (options.kernel[axis] - 1) +
      1;
    const shape = [x.shape[0] ?? 1, channels, height, width];
    return g.add(
      'ConvTranspose',
      [grid, pickers(call, channels, options, x.dtype)],
      { dtype: x.dtype, shape },
      {
        ...attributesOf(options, channels),
        output_padding: [height - reached(0), width - reached(1)].map(BigInt),
      },
    );
  });

function places(call: AtenCall, wanted: readonly number[], shape: readonly number[]): AtenTensor {
  call.requireAtMost('the elements', wanted.length, 2 ** 22);
  return call.g.numbers(wanted, 'int64', shape);
}

/** Windows along one axis, each in an axis at the end. */
const windows = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const axis = call.axis('dimension', x.shape.length);
  const [size, step, length] = [call.int('size'), call.int('step'), x.shape[axis]];
  if (typeof length !== 'number') throw call.wrong('self', 'an axis of a fixed size');
  if (step < 1 || size > length) throw call.wrong('size', 'windows inside the axis');
  const count = Math.floor((length - size) / step) + 1;
  call.requireAtMost('the windows', count * size, 2 ** 22);
  const wanted = Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * step + (i % size));
  const found = gathered(g, x, places(call, wanted, [count, size]), axis);
  const order = found.shape.map((_, at) => at).filter((at) => at !== axis + 1);
  return transposed(g, found, [...order, axis + 1]);
};

/** Elements of a storage by their steps, which lie row after row in what is no view and was made of none. */
const strided = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  if (g.mayBeTurned(x)) throw call.refusal('self', 'a view, or what was made of one', 'a tensor of its own');
  const [sizes, strides] = [call.ints('size'), call.ints('stride')];
  const offset = call.int('storage_offset', 0);
  const count = sizes.reduce((all, size) => all * size, 1);
  call.requireAtMost('size', count, 2 ** 22);
  const held = x.shape.reduce<number>((all, size) => all * Number(size), 1);
  const wanted = Array.from({ length: count }, (_, i) => {
    let [left, at] = [i, offset];
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      const size = sizes[axis] ?? 1;
      at += (left % size) * (strides[axis] ?? 0);
      left = Math.floor(left / size);
    }
    return at;
  });
  if (!Number.isInteger(held) || wanted.some((at) => !(at >= 0 && at < held)))
    throw call.wrong('stride', 'elements inside a tensor of fixed sizes');
  return gathered(g, reshaped(g, x, [-1]), places(call, wanted, sizes), 0);
};

/** Largest elements back at the places where they were found, and 0 elsewhere. */
const unpooled = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, index] = [call.tensor('self'), call.tensor('indices')];
  const size = call.ints('output_size');
  const lead = sizesOf(g, x).slice(0, -size.length);
  const count = size.reduce((all, one) => all * one, 1);
  const flat = (value: AtenTensor): AtenTensor => reshaped(g, value, [...lead, -1]);
  const zeros = expanded(g, g.scalar(0, x.dtype), [...lead, count]);
  const made = g.add('ScatterElements', [zeros, flat(index), flat(x)], zeros, { axis: BigInt(lead.length) });
  return reshaped(g, made, [...lead, ...size]);
};

/** Centres of the pixels of an axis from -1 to 1. */
function centres(size: number, isAligned: boolean): readonly number[] {
  const places = Array.from({ length: size }, (_, i) => (size > 1 ? (2 * i) / (size - 1) - 1 : 0));
  return isAligned ? places : places.map((at) => (at * (size - 1)) / size);
}

/** Where the pixels of an image come from, by a matrix each: [N, H, W, 2]. */
const affineGrid = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const theta = call.tensor('theta');
  const size = call.ints('size').slice(2);
  const isAligned = call.bool('align_corners');
  const count = size.reduce((all, one) => all * one, 1);
  call.requireAtMost('size', count, 2 ** 20);
  const axes = size.map((one) => centres(one, isAligned));
  const base = Array.from({ length: count }, (_, i) => {
    let left = i;
    const at = axes.map(() => 0);
    for (let axis = axes.length - 1; axis >= 0; axis -= 1) {
      const own = axes[axis] ?? [];
      at[axis] = own[left % own.length] ?? 0;
      left = Math.floor(left / own.length);
    }
    return [...at.reverse(), 1];
  }).flat();
  const points = g.numbers(base, theta.dtype, [count, size.length + 1]);
  const made = matmul(g, points, swapLast(g, theta));
  return reshaped(g, made, [g.sizeOf(theta, 0), ...size, size.length]);
};

export const WINDOWS = [
  ...rows('im2col', 'self kernel_size dilation padding stride', columns),
  ...rows('col2im', 'self output_size kernel_size dilation padding stride', images),
  ...views('unfold', 'self dimension size step', windows),
  ...rows('unfold_copy', 'self dimension size step', windows),
  ...viewsOrCopies('as_strided', 'self size stride storage_offset', strided),
  ...rows('as_strided_copy', 'self size stride storage_offset', strided),
  ...rows('max_unpool2d', 'self indices output_size', unpooled),
  ...rows('affine_grid_generator', 'theta size align_corners', affineGrid),
];
