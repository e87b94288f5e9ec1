import type { AttributeInput } from '../../../onnx/graph.ts';
import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { matmul, swapLast, transposed } from './primitives.ts';
import { reshaped } from './reshape.ts';
import {
  type AtenInteger,
  type AtenTensor,
  type AtenValue,
  isValue,
  isValues,
  sizeOfInteger,
} from './value.ts';

/** Images made larger and smaller, padded and shuffled. */

const given = (call: AtenCall, names: readonly string[]): string | undefined =>
  names.find((name) => call.has(name));

/** Factors an axis, where the caller named them: torch then computes places by them, and by sizes otherwise. */
function factorsOf(call: AtenCall, count: number): readonly number[] | null {
  const list = call.value('scale_factors');
  if (isValues(list)) return list.map((factor) => (isValue(factor, 'float') ? factor.value : Number(factor)));
  const names = count === 1 ? ['scales'] : ['scales_d', 'scales_h', 'scales_w'].slice(3 - count);
  return names.every((name) => call.has(name)) ? names.map((name) => call.number(name)) : null;
}

function resized(call: AtenCall, attributes: Record<string, AttributeInput>): AtenTensor {
  const { g } = call;
  const x = call.tensor(given(call, ['input', 'self']) ?? 'input');
  const count = x.shape.length - 2;
  const axes = Array.from({ length: count }, (_, axis) => BigInt(axis + 2));
  const factors = factorsOf(call, count);
  const lead = x.shape.slice(0, 2);
  const options = { ...attributes, axes };
  const sizes = call.has('output_size') ? call.integers('output_size') : null;
  if (factors !== null) {
    const made = x.shape
      .slice(2)
      .map((size, axis) =>
        typeof size === 'number' ? Math.floor(size * (factors[axis] ?? 1)) : g.unknownSize(),
      );
    const inputs = [x, null, g.numbers(factors, 'float32')];
    return g.add('Resize', inputs, { dtype: x.dtype, shape: [...lead, ...made] }, options);
  }
  if (sizes === null) throw call.wrong('output_size', 'sizes or factors');
  const shape = [...lead, ...sizes.map(sizeOfInteger)];
  return g.add('Resize', [x, null, null, g.integers(sizes)], { dtype: x.dtype, shape }, options);
}

const nearest = (call: AtenCall): AtenTensor =>
  resized(call, { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' });

const nearestExact = (call: AtenCall): AtenTensor =>
  resized(call, {
    mode: 'nearest',
    coordinate_transformation_mode: 'half_pixel',
    nearest_mode: 'round_prefer_ceil',
  });

const smooth =
  (mode: 'linear' | 'cubic') =>
  (call: AtenCall): AtenTensor =>
    resized(call, {
      mode,
      coordinate_transformation_mode: call.bool('align_corners') ? 'align_corners' : 'half_pixel',
      ...(mode === 'cubic' ? { cubic_coeff_a: -0.75 } : {}),
    });

/** How much an element counts, by its distance from the place that is wanted: a tent, or the cubic of Keys with a = -1/2. */
const FILTERS = {
  linear: (x: number): number => Math.max(0, 1 - x),
  cubic: (x: number): number => {
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? -0.5 * (((x - 5) * x + 8) * x - 4) : 0;
  },
};

/**
 * Row i of this matrix weighs the elements of an axis around where the i-th one of the smaller axis comes from.
 *
 * @see aten/src/ATen/native/cpu/UpSampleKernel.cpp, `_compute_index_ranges_weights`
 */
function filterWeights(
  [from, to]: readonly [number, number],
  scale: number,
  mode: keyof typeof FILTERS,
): readonly number[] {
  const width = Math.max(1, scale);
  const reach = (mode === 'linear' ? 1 : 2) * width;
  const matrix = new Array<number>(from * to).fill(0);
  for (let i = 0; i < to; i += 1) {
    const centre = scale * (i + 0.5);
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach + 0.5));
    const weights = Array.from({ length: Math.max(0, end - start) }, (_, at) =>
      FILTERS[mode](Math.abs(at + start - centre + 0.5) / width),
    );
    const sum = weights.reduce((all, weight) => all + weight, 0);
    for (const [at, weight] of weights.entries()) matrix[i * from + start + at] = weight / sum;
  }
  return matrix;
}

/** Images made smaller without what their pixels are too coarse for, axis by axis. */
const antialiased = (mode: keyof typeof FILTERS) => (call: AtenCall) => {
  const { g } = call;
  const x = call.tensor(given(call, ['input', 'self']) ?? 'input');
  const factors = factorsOf(call, 2);
  const isAligned = call.bool('align_corners');
  const stated = call.has('output_size') ? call.ints('output_size') : null;
  const matrices = x.shape.slice(2).map((size, axis) => {
    if (typeof size !== 'number') throw call.wrong('input', 'images of a fixed size');
    const factor = factors?.[axis];
    const to = stated?.[axis] ?? Math.floor(size * (factor ?? 1));
    call.requireAtMost('output_size', size * to, 2 ** 22);
    const byPlace = to > 1 ? (size - 1) / (to - 1) : 0;
    const scale = isAligned ? byPlace : factor === undefined ? size / to : 1 / factor;
    return g.numbers(filterWeights([size, to], scale, mode), x.dtype, [to, size]);
  });
  const [rowWeights = x, columnWeights = x] = matrices;
  return matmul(g, rowWeights, matmul(g, x, swapLast(g, columnWeights)));
};

/** Pairs from the last axis on; ONNX has them by axis, first all before and then all behind. */
function padded(call: AtenCall, name: string, mode: string): AtenTensor {
  const { g } = call;
  const x = call.tensor('self');
  const pairs = call.integers(name);
  const rank = x.shape.length;
  const count = pairs.length / 2;
  if (!Number.isInteger(count) || count > rank) throw call.wrong(name, 'two numbers an axis');
  const axes = Array.from({ length: count }, (_, i) => rank - 1 - i);
  const before = axes.map((_, i): AtenInteger => pairs[2 * i] ?? 0);
  const behind = axes.map((_, i): AtenInteger => pairs[2 * i + 1] ?? 0);
  if ([...before, ...behind].every((size) => size === 0)) return x;
  const shape = x.shape.map((size, axis) => {
    const at = axes.indexOf(axis);
    const [front, back] = [before[at] ?? 0, behind[at] ?? 0];
    if (front === 0 && back === 0) return size;
    return typeof size === 'number' && typeof front === 'number' && typeof back === 'number'
      ? size + front + back
      : g.unknownSize();
  });
  const value =
    mode === 'constant' ? call.materialized(call.has('value') ? call.operand('value') : 0, x.dtype) : null;
  const inputs = [x, g.integers([...before, ...behind]), value, g.numbers(axes, 'int64')];
  return g.add('Pad', inputs, { dtype: x.dtype, shape }, { mode });
}

/** Modes of torch by their names in ONNX. */
const PAD_MODES = new Map([
  ['constant', 'constant'],
  ['reflect', 'reflect'],
  ['replicate', 'edge'],
  ['circular', 'wrap'],
]);

const pad = (call: AtenCall): AtenTensor => {
  const mode = PAD_MODES.get(call.text('mode', 'constant'));
  if (mode === undefined) throw call.wrong('mode', [...PAD_MODES.keys()].join(', '));
  return padded(call, 'pad', mode);
};

const shuffled = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const factor = call.int('upscale_factor');
  const [batch = 1, channels, height, width] = x.shape;
  if (x.shape.length !== 4 || typeof channels !== 'number') throw call.wrong('self', 'images [N, C, H, W]');
  const grown = (size: AtenTensor['shape'][number] | undefined) =>
    typeof size === 'number' ? size * factor : g.unknownSize();
  const shape = [batch, channels / factor ** 2, grown(height), grown(width)];
  return g.add('DepthToSpace', [x], { dtype: x.dtype, shape }, { blocksize: BigInt(factor), mode: 'CRD' });
};

const unshuffled = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const factor = call.int('downscale_factor');
  const [channels, height, width] = x.shape.slice(1).map((size) => (typeof size === 'number' ? size : 0));
  if (x.shape.length !== 4 || !channels || !height || !width)
    throw call.wrong('self', 'images of fixed sizes');
  const batch = g.sizeOf(x, 0);
  const parts = reshaped(g, x, [batch, channels, height / factor, factor, width / factor, factor]);
  const moved = transposed(g, parts, [0, 1, 3, 5, 2, 4]);
  return reshaped(g, moved, [batch, channels * factor ** 2, height / factor, width / factor]);
};

const channelShuffle = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const groups = call.int('groups');
  const channels = x.shape[1];
  if (typeof channels !== 'number' || channels % groups !== 0)
    throw call.wrong('groups', 'a divisor of the channels');
  const rest = x.shape.slice(2).map((_, axis) => g.sizeOf(x, axis + 2));
  const batch = g.sizeOf(x, 0);
  const parts = reshaped(g, x, [batch, groups, channels / groups, ...rest]);
  const moved = transposed(g, parts, [0, 2, 1, ...rest.map((_, i) => i + 3)]);
  return reshaped(g, moved, [batch, channels, ...rest]);
};

/** Values at places between those of an image; modes and paddings are numbered as GridSampler.h does. */
const sampled = (call: AtenCall): AtenValue => {
  const [x, grid] = [call.tensor('input'), call.tensor('grid')];
  const mode = ['linear', 'nearest', 'cubic'][call.int('interpolation_mode', 0)];
  const padding = ['zeros', 'border', 'reflection'][call.int('padding_mode', 0)];
  if (mode === undefined || padding === undefined) throw call.wrong('interpolation_mode', 'a known mode');
  const shape = [...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)];
  const attributes = { mode, padding_mode: padding, align_corners: call.bool('align_corners') ? 1n : 0n };
  return call.g.add('GridSample', [x, grid], { dtype: x.dtype, shape }, attributes);
};

const NEAREST = ['upsample_nearest1d', 'upsample_nearest2d', 'upsample_nearest3d'];
const scales = ['scales', 'scales_h scales_w', 'scales_d scales_h scales_w'];
const SMOOTH = ['upsample_linear1d', 'upsample_bilinear2d', 'upsample_trilinear3d'];

export const RESIZES = [
  ...NEAREST.flatMap((name, i) => [
    ...rows(name, `self output_size ${scales[i]}`, nearest),
    ...rows(`${name}.vec`, 'input output_size scale_factors', nearest),
    ...rows(`_${name.replace('nearest', 'nearest_exact')}`, `self output_size ${scales[i]}`, nearestExact),
    ...rows(
      `_${name.replace('nearest', 'nearest_exact')}.vec`,
      'input output_size scale_factors',
      nearestExact,
    ),
  ]),
  ...SMOOTH.flatMap((name, i) => [
    ...rows(name, `self output_size align_corners ${scales[i]}`, smooth('linear')),
    ...rows(`${name}.vec`, 'input output_size align_corners scale_factors', smooth('linear')),
  ]),
  ...rows(
    '_upsample_bilinear2d_aa.vec',
    'input output_size align_corners scale_factors',
    antialiased('linear'),
  ),
  ...rows(
    '_upsample_bilinear2d_aa',
    'self output_size align_corners scales_h scales_w',
    antialiased('linear'),
  ),
  ...rows(
    '_upsample_bicubic2d_aa.vec',
    'input output_size align_corners scale_factors',
    antialiased('cubic'),
  ),
  ...rows('_upsample_bicubic2d_aa', 'self output_size align_corners scales_h scales_w', antialiased('cubic')),
  ...rows('upsample_bicubic2d', 'self output_size align_corners scales_h scales_w', smooth('cubic')),
  ...rows('upsample_bicubic2d.vec', 'input output_size align_corners scale_factors', smooth('cubic')),
  ...rows('pad', 'self pad mode value', pad),
  ...rows('constant_pad_nd', 'self pad value', (call) => padded(call, 'pad', 'constant')),
  ...rows('reflection_pad1d reflection_pad2d reflection_pad3d', 'self padding', (call) =>
    padded(call, 'padding', 'reflect'),
  ),
  ...rows('replication_pad1d replication_pad2d replication_pad3d', 'self padding', (call) =>
    padded(call, 'padding', 'edge'),
  ),
  ...rows('pixel_shuffle', 'self upscale_factor', shuffled),
  ...rows('pixel_unshuffle', 'self downscale_factor', unshuffled),
  ...rows('channel_shuffle', 'self groups', channelShuffle),
  ...rows(
    'grid_sampler grid_sampler_2d',
    'input grid interpolation_mode padding_mode align_corners',
    sampled,
  ),
];
