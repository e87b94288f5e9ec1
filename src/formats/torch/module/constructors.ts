import { type AtenValue, isValue, isValues } from '../aten/value.ts';

/** Classes of torch.nn by what their constructors take, as an architecture names them. */

/** Arguments by their names, with the defaults of torch. */
export type LayerArguments = ReadonlyMap<string, AtenValue>;

/** Sizes of parameters and buffers by their names. */
export type TensorSizes = Readonly<Record<string, readonly number[]>>;

export interface LayerConstructor {
  /** In the order of its parameters; undefined where an argument has to be given. */
  readonly parameters: readonly (readonly [name: string, usual: AtenValue | undefined])[];
  /** The parameters and buffers that the layer has. */
  tensors(given: LayerArguments): TensorSizes;
  /** Attributes that torch makes of its arguments. */
  attributes(given: LayerArguments): Readonly<Record<string, AtenValue>>;
}

const numberOf = (given: LayerArguments, name: string): number => {
  const value = given.get(name);
  return isValue(value, 'float') ? value.value : typeof value === 'number' ? value : Number.NaN;
};
const flagOf = (given: LayerArguments, name: string): boolean => given.get(name) === true;
const each = (value: AtenValue | undefined, count: number): readonly AtenValue[] =>
  isValues(value) ? value : new Array<AtenValue>(count).fill(value ?? null);
const numbersOf = (value: AtenValue | undefined, count: number): readonly number[] =>
  each(value, count).map((one) => (typeof one === 'number' ? one : Number.NaN));

/** `name`, or `name=default` in JSON; floats are written with a point. */
function parametersOf(text: string): LayerConstructor['parameters'] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [name = '', usual] = word.split('=');
      if (usual === undefined) return [name, undefined] as const;
      const value: unknown = JSON.parse(usual);
      if (typeof value === 'number')
        return [name, /[.e]/.test(usual) ? { type: 'float' as const, value } : value] as const;
      return [name, typeof value === 'string' || typeof value === 'boolean' ? value : null] as const;
    });
}

const nothing = (): Record<string, never> => ({});

const layer = (
  names: string,
  parameters: string,
  tensors: LayerConstructor['tensors'] = nothing,
  attributes: LayerConstructor['attributes'] = nothing,
): readonly (readonly [string, LayerConstructor])[] =>
  names
    .split(' ')
    .map((name) => [name, { parameters: parametersOf(parameters), tensors, attributes }] as const);

const weightAndBias = (weight: readonly number[], given: LayerArguments, width: number): TensorSizes =>
  flagOf(given, 'bias') ? { weight, bias: [width] } : { weight };

const linear = (given: LayerArguments): TensorSizes => {
  const [from, to] = [numberOf(given, 'in_features'), numberOf(given, 'out_features')];
  return weightAndBias([to, from], given, to);
};

const batchNorm = (given: LayerArguments): TensorSizes => {
  const width = [numberOf(given, 'num_features')];
  return {
    ...(flagOf(given, 'affine') ? { weight: width, bias: width } : {}),
    ...(flagOf(given, 'track_running_stats') ? { running_mean: width, running_var: width } : {}),
  };
};

const layerNorm = (given: LayerArguments): TensorSizes => {
  const shape = numbersOf(given.get('normalized_shape'), 1);
  if (!flagOf(given, 'elementwise_affine')) return {};
  return flagOf(given, 'bias') ? { weight: shape, bias: shape } : { weight: shape };
};

const groupNorm = (given: LayerArguments): TensorSizes => {
  const width = [numberOf(given, 'num_channels')];
  return flagOf(given, 'affine') ? { weight: width, bias: width } : {};
};

const table = (given: LayerArguments): TensorSizes => ({
  weight: [numberOf(given, 'num_embeddings'), numberOf(given, 'embedding_dim')],
});

const convolution = (count: number, isTransposed: boolean) => (given: LayerArguments) => {
  const [from, to, groups] = ['in_channels', 'out_channels', 'groups'].map((name) => numberOf(given, name));
  if (from === undefined || to === undefined || groups === undefined) return {};
  const kernel = numbersOf(given.get('kernel_size'), count);
  const lead = isTransposed ? [from, to / groups] : [to, from / groups];
  return weightAndBias([...lead, ...kernel], given, to);
};

/** Paddings from the last axis on, as `F.pad` takes them: the same before and behind. */
const ownPadding = (count: number) => (given: LayerArguments) => {
  const padding = given.get('padding');
  const repeated =
    typeof padding === 'string'
      ? samePadding(count, given)
      : [...each(padding, count)].reverse().flatMap((size) => [size, size]);
  return { _reversed_padding_repeated_twice: repeated };
};

/** What `padding="same"` comes to, the smaller half before. */
function samePadding(count: number, given: LayerArguments): readonly number[] {
  const kernel = numbersOf(given.get('kernel_size'), count);
  const dilation = numbersOf(given.get('dilation'), count);
  if (given.get('padding') !== 'same') return new Array<number>(2 * count).fill(0);
  return [...kernel.keys()].reverse().flatMap((axis) => {
    const total = (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
}

const recurrent = (gates: number) => (given: LayerArguments) => {
  const [size, hidden, layers] = ['input_size', 'hidden_size', 'num_layers'].map((name) =>
    numberOf(given, name),
  );
  const sizes: Record<string, readonly number[]> = {};
  if (size === undefined || hidden === undefined || layers === undefined || !(layers <= 1000)) return sizes;
  const suffixes = flagOf(given, 'bidirectional') ? ['', '_reverse'] : [''];
  for (let i = 0; i < layers; i += 1)
    for (const suffix of suffixes) {
      sizes[`weight_ih_l${i}${suffix}`] = [gates * hidden, i === 0 ? size : hidden * suffixes.length];
      sizes[`weight_hh_l${i}${suffix}`] = [gates * hidden, hidden];
      if (!flagOf(given, 'bias')) continue;
      sizes[`bias_ih_l${i}${suffix}`] = [gates * hidden];
      sizes[`bias_hh_l${i}${suffix}`] = [gates * hidden];
    }
  return sizes;
};

/** A window moves by its own width where nothing else is said. */
const ownStride = (given: LayerArguments) => ({
  stride: given.get('stride') ?? given.get('kernel_size') ?? null,
});

const padding = (count: number) => (given: LayerArguments) => ({
  padding: each(given.get('padding'), 2 * count),
});

const CONVOLUTION = 'kernel_size stride=1 padding=0 dilation=1 groups=1 bias=true padding_mode="zeros"';
const NORM = 'num_features eps=1e-5 momentum=0.1 affine=true track_running_stats=true';
const RECURRENT =
  'input_size hidden_size num_layers=1 bias=true batch_first=false dropout=0.0 bidirectional=false proj_size=0';
const POOL = 'kernel_size stride=null padding=0';

export const CONSTRUCTORS: ReadonlyMap<string, LayerConstructor> = new Map([
  ...layer(
    'Identity ReLU ReLU6 Sigmoid Tanh Tanhshrink SiLU Mish Hardswish Hardsigmoid SELU Softsign LogSigmoid Softmax2d',
    '',
  ),
  ...layer('Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout', 'p=0.5'),
  ...layer('Linear', 'in_features out_features bias=true', linear),
  ...layer('Hardtanh', 'min_val=-1.0 max_val=1.0'),
  ...layer('GELU', 'approximate="none"'),
  ...layer('LeakyReLU', 'negative_slope=0.01'),
  ...layer('RReLU', 'lower=0.125 upper=0.3333333333333333'),
  ...layer('ELU CELU', 'alpha=1.0'),
  ...layer('Softplus', 'beta=1 threshold=20'),
  ...layer('PReLU', 'num_parameters=1 init=0.25', (given) => ({
    weight: [numberOf(given, 'num_parameters')],
  })),
  ...layer('GLU', 'dim=-1'),
  ...layer('Threshold', 'threshold value'),
  ...layer('Hardshrink Softshrink', 'lambd=0.5'),
  ...layer('Softmax Softmin LogSoftmax', 'dim=null'),
  ...layer('BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm', NORM, batchNorm),
  ...layer(
    'InstanceNorm1d InstanceNorm2d InstanceNorm3d',
    'num_features eps=1e-5 momentum=0.1 affine=false track_running_stats=false',
    batchNorm,
  ),
  ...layer(
    'LayerNorm',
    'normalized_shape eps=1e-5 elementwise_affine=true bias=true',
    layerNorm,
    (given) => ({
      normalized_shape: each(given.get('normalized_shape'), 1),
    }),
  ),
  ...layer(
    'RMSNorm',
    'normalized_shape eps=null elementwise_affine=true',
    (given) =>
      flagOf(given, 'elementwise_affine') ? { weight: numbersOf(given.get('normalized_shape'), 1) } : {},
    (given) => ({ normalized_shape: each(given.get('normalized_shape'), 1) }),
  ),
  ...layer('GroupNorm', 'num_groups num_channels eps=1e-5 affine=true', groupNorm),
  ...layer('Flatten', 'start_dim=1 end_dim=-1'),
  ...layer('Unflatten', 'dim unflattened_size'),
  ...[1, 2, 3].flatMap((count) => [
    ...layer(
      `Conv${count}d`,
      `in_channels out_channels ${CONVOLUTION}`,
      convolution(count, false),
      ownPadding(count),
    ),
    ...layer(
      `ConvTranspose${count}d`,
      'in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=true dilation=1',
      convolution(count, true),
    ),
    ...layer(
      `MaxPool${count}d`,
      `${POOL} dilation=1 return_indices=false ceil_mode=false`,
      nothing,
      ownStride,
    ),
    ...layer(
      `AvgPool${count}d`,
      `${POOL} ceil_mode=false count_include_pad=true divisor_override=null`,
      nothing,
      ownStride,
    ),
    ...layer(`AdaptiveAvgPool${count}d AdaptiveMaxPool${count}d`, 'output_size'),
    ...layer(
      `ZeroPad${count}d CircularPad${count}d ReflectionPad${count}d ReplicationPad${count}d`,
      'padding',
      nothing,
      padding(count),
    ),
    ...layer(`ConstantPad${count}d`, 'padding value', nothing, padding(count)),
  ]),
  ...layer('Embedding', 'num_embeddings embedding_dim padding_idx=null max_norm=null', table),
  ...layer(
    'EmbeddingBag',
    'num_embeddings embedding_dim max_norm=null norm_type=2.0 scale_grad_by_freq=false mode="mean"',
    table,
  ),
  ...layer('LSTM', RECURRENT, recurrent(4)),
  ...layer('GRU', RECURRENT.replace(' proj_size=0', ''), recurrent(3)),
  ...layer(
    'RNN',
    RECURRENT.replace(' proj_size=0', '').replace('num_layers=1', 'num_layers=1 nonlinearity="tanh"'),
    recurrent(1),
  ),
  ...layer('Upsample', 'size=null scale_factor=null mode="nearest" align_corners=null'),
  ...layer('UpsamplingNearest2d', 'size=null scale_factor=null', nothing, () => ({ mode: 'nearest' })),
  ...layer('UpsamplingBilinear2d', 'size=null scale_factor=null', nothing, () => ({
    mode: 'bilinear',
    align_corners: true,
  })),
  ...layer('PixelShuffle', 'upscale_factor'),
  ...layer('PixelUnshuffle', 'downscale_factor'),
  ...layer('ChannelShuffle', 'groups'),
]);
