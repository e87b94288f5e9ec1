import { elementwise, mapped, reduced } from '../aten/primitives.ts';
import type { AtenValue } from '../aten/value.ts';
import { type LayerRow, type ModuleInput, type ModuleLayer, operatorLayer, tensorGiven } from './layer.ts';
import type { ModuleView } from './view.ts';

/** Layers that keep shapes, or change nothing but them. */

const each = (names: string, layer: ModuleLayer): readonly LayerRow[] =>
  names.split(' ').map((name) => [name, layer] as const);

const identity: ModuleLayer = { emit: (_module, x) => x };

const features = (module: ModuleView): ModuleInput => ({
  dtype: 'float32',
  shape: ['N', module.number('in_features', 1)],
});

const channels = (module: ModuleView): ModuleInput => ({
  dtype: 'float32',
  shape: ['N', module.number('num_features', 1)],
});

const images =
  (count: number, attribute: string) =>
  (module: ModuleView): ModuleInput => ({
    dtype: 'float32',
    shape: ['N', module.number(attribute, 1), ...['depth', 'height', 'width'].slice(3 - count)],
  });

const normalized = (module: ModuleView): ModuleInput => {
  const sizes = module.value('normalized_shape');
  const list = Array.isArray(sizes) ? sizes : [sizes];
  return { dtype: 'float32', shape: ['N', ...list.filter((size) => typeof size === 'number')] };
};

/** Without a dimension named, that of old releases: the first of one or three axes, else the second. */
const softmax = (op: string): ModuleLayer => ({
  emit(module, given, { call }) {
    const x = tensorGiven(module, given);
    const rank = x.shape.length;
    const dim = module.value('dim') ?? (rank === 0 || rank === 1 || rank === 3 ? 0 : 1);
    return call(module, op, { self: x, dim });
  },
});

const embedding: ModuleLayer = {
  emit(module, x, { g, call }) {
    if (module.has('max_norm')) throw module.wrong('max_norm', 'a number', 'tables without it are');
    return call(module, 'embedding', { weight: module.tensor('weight', g), indices: x });
  },
  input: () => ({ dtype: 'int64', shape: ['N', 'length'] }),
};

const BAGS = new Map<AtenValue, string>([
  ['sum', 'ReduceSum'],
  ['mean', 'ReduceMean'],
  ['max', 'ReduceMax'],
]);

/** Bags of one length: a row of the input each. */
const bags: ModuleLayer = {
  emit(module, x, { g, call }) {
    const op = BAGS.get(module.value('mode') ?? 'mean');
    if (op === undefined || module.has('max_norm') || module.has('padding_idx'))
      throw module.wrong('padding_idx', 'given', 'bags by sum, mean or max, without it or max_norm, are');
    const rows = call(module, 'embedding', { weight: module.tensor('weight', g), indices: x });
    return reduced(g, op, tensorGiven(module, rows), [1], false);
  },
  input: () => ({ dtype: 'int64', shape: ['N', 'length'] }),
};

/** The mean slope of a randomised one, as it is while a model answers. */
const randomizedRelu: ModuleLayer = {
  emit: (module, x, { call }) =>
    call(module, 'leaky_relu', {
      self: x,
      negative_slope: {
        type: 'float',
        value: (module.number('lower', 1 / 8) + module.number('upper', 1 / 3)) / 2,
      },
    }),
};

const softmin: ModuleLayer = {
  emit: (module, x, context) =>
    softmax('softmax').emit(module, mapped(context.g, 'Neg', tensorGiven(module, x)), context),
};

const tanhshrink: ModuleLayer = {
  emit(module, given, { g }) {
    const x = tensorGiven(module, given);
    return elementwise(g, 'Sub', [x, mapped(g, 'Tanh', x)], x.dtype);
  },
};

const unflatten: ModuleLayer = {
  emit(module, x, { call }) {
    const sizes = module.value('unflattened_size');
    return call(module, 'unflatten', { self: x, dim: module.value('dim'), sizes });
  },
};

const upsample: ModuleLayer = {
  emit(module, given, { call }) {
    const x = tensorGiven(module, given);
    const count = x.shape.length - 2;
    const mode = module.value('mode') ?? 'nearest';
    const list = (value: AtenValue | undefined): AtenValue | undefined =>
      value === undefined || value === null || Array.isArray(value)
        ? value
        : new Array<AtenValue>(count).fill(value);
    const factors = list(module.value('scale_factor'));
    const floats = Array.isArray(factors)
      ? factors.map(
          (factor: AtenValue): AtenValue =>
            typeof factor === 'number' ? { type: 'float', value: factor } : factor,
        )
      : null;
    const op = UPSAMPLE.get(`${typeof mode === 'string' ? mode : ''}${count}`);
    if (op === undefined)
      throw module.wrong('mode', JSON.stringify(mode), 'nearest, linear and cubic ones are');
    return call(module, op, {
      input: x,
      output_size: list(module.value('size')),
      scale_factors: floats,
      align_corners: module.value('align_corners') ?? false,
    });
  },
};

const UPSAMPLE = new Map([
  ...[1, 2, 3].map((count) => [`nearest${count}`, `upsample_nearest${count}d.vec`] as const),
  ...[1, 2, 3].map((count) => [`nearest-exact${count}`, `_upsample_nearest_exact${count}d.vec`] as const),
  ['linear1', 'upsample_linear1d.vec'],
  ['bilinear2', 'upsample_bilinear2d.vec'],
  ['trilinear3', 'upsample_trilinear3d.vec'],
  ['bicubic2', 'upsample_bicubic2d.vec'],
]);

const batchNorm = (input: ModuleLayer['input']): ModuleLayer =>
  operatorLayer('batch_norm', 'input', 'weight bias running_mean running_var', 'eps', input);

const instanceNorm: ModuleLayer = {
  emit: (module, x, { g, call }) =>
    call(module, 'instance_norm', {
      input: x,
      ...Object.fromEntries(
        ['weight', 'bias', 'running_mean', 'running_var'].map((name) => [name, module.tensor(name, g)]),
      ),
      use_input_stats: !module.flag('track_running_stats'),
      eps: module.value('eps'),
    }),
};

/** Padding around the axes from the last one on. */
const padding = (op: string, mode: string | null): ModuleLayer => ({
  emit: (module, x, { call }) =>
    call(module, op, {
      self: x,
      [op === 'pad' ? 'pad' : 'padding']: module.value('padding'),
      ...(mode === null ? {} : { mode }),
      ...(mode === 'constant' ? { value: module.value('value') ?? 0 } : {}),
    }),
});

const overAxes = (name: string, layer: (count: number) => ModuleLayer): readonly LayerRow[] =>
  [1, 2, 3].map((count) => [`${name}${count}d`, layer(count)] as const);

export const SIMPLE_LAYERS: readonly LayerRow[] = [
  ...each('Identity Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout', identity),
  ['Linear', operatorLayer('linear', 'input', 'weight bias', '', features)],
  ['NonDynamicallyQuantizableLinear', operatorLayer('linear', 'input', 'weight bias', '', features)],
  ['ReLU', operatorLayer('relu', 'self')],
  ['ReLU6', operatorLayer('relu6', 'self')],
  ['RReLU', randomizedRelu],
  ['Hardtanh', operatorLayer('hardtanh', 'self', '', 'min_val max_val')],
  ['Sigmoid', operatorLayer('sigmoid', 'self')],
  ['Tanh', operatorLayer('tanh', 'self')],
  ['Tanhshrink', tanhshrink],
  ['SiLU', operatorLayer('silu', 'self')],
  ['Mish', operatorLayer('mish', 'self')],
  ['GELU', operatorLayer('gelu', 'self', '', 'approximate')],
  ['Hardswish', operatorLayer('hardswish', 'self')],
  ['Hardsigmoid', operatorLayer('hardsigmoid', 'self')],
  ['LeakyReLU', operatorLayer('leaky_relu', 'self', '', 'negative_slope')],
  ['ELU', operatorLayer('elu', 'self', '', 'alpha')],
  ['SELU', operatorLayer('selu', 'self')],
  ['CELU', operatorLayer('celu', 'self', '', 'alpha')],
  ['Softplus', operatorLayer('softplus', 'self', '', 'beta threshold')],
  ['Softsign', operatorLayer('softsign', 'self')],
  ['LogSigmoid', operatorLayer('log_sigmoid', 'self')],
  ['PReLU', operatorLayer('prelu', 'self', 'weight')],
  ['GLU', operatorLayer('glu', 'self', '', 'dim')],
  ['Threshold', operatorLayer('threshold', 'self', '', 'threshold value')],
  ['Hardshrink', operatorLayer('hardshrink', 'self', '', 'lambd')],
  ['Softshrink', operatorLayer('softshrink', 'self', '', 'lambd')],
  ['Softmax', softmax('softmax')],
  ['Softmin', softmin],
  ['LogSoftmax', softmax('log_softmax')],
  ['Softmax2d', { emit: (module, x, { call }) => call(module, 'softmax', { self: x, dim: -3 }) }],
  ['BatchNorm1d', batchNorm(channels)],
  ['BatchNorm2d', batchNorm(images(2, 'num_features'))],
  ['BatchNorm3d', batchNorm(images(3, 'num_features'))],
  ['SyncBatchNorm', batchNorm(undefined)],
  ['LayerNorm', operatorLayer('layer_norm', 'input', 'weight bias', 'normalized_shape eps', normalized)],
  ['RMSNorm', operatorLayer('rms_norm', 'input', 'weight', 'normalized_shape eps', normalized)],
  ['GroupNorm', operatorLayer('group_norm', 'input', 'weight bias', 'num_groups eps')],
  ...overAxes('InstanceNorm', () => instanceNorm),
  ['Flatten', operatorLayer('flatten', 'self', '', 'start_dim end_dim')],
  ['Unflatten', unflatten],
  ...overAxes('MaxPool', (n) =>
    operatorLayer(`max_pool${n}d`, 'self', '', 'kernel_size stride padding dilation ceil_mode'),
  ),
  ...overAxes('AvgPool', (n) =>
    operatorLayer(
      `avg_pool${n}d`,
      'self',
      '',
      'kernel_size stride padding ceil_mode count_include_pad divisor_override',
    ),
  ),
  ...overAxes('AdaptiveAvgPool', (n) => operatorLayer(`adaptive_avg_pool${n}d`, 'self', '', 'output_size')),
  ...overAxes('AdaptiveMaxPool', (n) => ({
    emit(module, x, { call }) {
      const both = call(module, `adaptive_max_pool${n}d`, {
        self: x,
        output_size: module.value('output_size'),
      });
      return Array.isArray(both) ? (both[0] ?? null) : both;
    },
  })),
  ['Embedding', embedding],
  ['EmbeddingBag', bags],
  ...each('Upsample UpsamplingNearest2d UpsamplingBilinear2d', upsample),
  ['PixelShuffle', operatorLayer('pixel_shuffle', 'self', '', 'upscale_factor')],
  ['PixelUnshuffle', operatorLayer('pixel_unshuffle', 'self', '', 'downscale_factor')],
  ['ChannelShuffle', operatorLayer('channel_shuffle', 'self', '', 'groups')],
  ...overAxes('ZeroPad', () => padding('pad', 'constant')),
  ...overAxes('ConstantPad', () => padding('pad', 'constant')),
  ...overAxes('CircularPad', () => padding('pad', 'circular')),
  ...overAxes('ReflectionPad', (n) => padding(`reflection_pad${n}d`, null)),
  ...overAxes('ReplicationPad', (n) => padding(`replication_pad${n}d`, null)),
];
