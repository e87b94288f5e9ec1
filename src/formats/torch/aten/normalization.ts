import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, reduced, unsqueezed } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor, AtenValue } from './value.ts';

/** Normalisations, in the form in which a model answers. */

const filled = (call: AtenCall, value: number, x: AtenTensor, sizes: readonly number[]): AtenTensor => {
  const count = sizes.reduce((all, size) => all * size, 1);
  call.requireAtMost('the number of channels', count, 2 ** 24);
  return call.g.numbers(new Array<number>(count).fill(value), x.dtype, sizes);
};

function channelsOf(call: AtenCall, x: AtenTensor): number {
  const channels = x.shape[1];
  if (typeof channels !== 'number') throw call.wrong('input', 'a tensor of a fixed number of channels');
  return channels;
}

function batchNorm(call: AtenCall): AtenTensor {
  const { g } = call;
  const x = call.floating('input');
  const training = call.value('training') ?? call.value('train') ?? false;
  if (training === true)
    throw call.refusal('training', 'true', 'a model saved in eval mode (`model.eval()`)');
  const [mean, variance] = [call.tensorOrNull('running_mean'), call.tensorOrNull('running_var')];
  if (mean === null || variance === null)
    throw call.refusal('running_mean', 'missing', 'batch normalisation with running statistics');
  const channels = channelsOf(call, x);
  const scale = call.tensorOrNull('weight') ?? filled(call, 1, x, [channels]);
  const bias = call.tensorOrNull('bias') ?? filled(call, 0, x, [channels]);
  return g.add('BatchNormalization', [x, scale, bias, mean, variance], x, {
    epsilon: call.number('eps', 1e-5),
  });
}

function layerNorm(call: AtenCall): AtenTensor {
  const x = call.floating('input');
  const sizes = call.ints('normalized_shape');
  const weight = call.tensorOrNull('weight') ?? filled(call, 1, x, sizes);
  const attributes = { axis: BigInt(-sizes.length), epsilon: call.number('eps', 1e-5) };
  const bias = call.tensorOrNull('bias');
  return mapped(call.g, 'LayerNormalization', x, attributes, bias === null ? [weight] : [weight, bias]);
}

/** Weights a channel, lined up with axis 1. */
function perChannel(call: AtenCall, x: AtenTensor, op: 'Mul' | 'Add', weight: AtenTensor | null): AtenTensor {
  if (weight === null) return x;
  const { g } = call;
  const trailing = Array.from({ length: x.shape.length - 2 }, (_, axis) => axis + 1);
  return elementwise(g, op, [x, unsqueezed(g, weight, trailing)], x.dtype);
}

/** Groups of channels, normalised as one channel each. */
function groupNorm(call: AtenCall, groups: number): AtenTensor {
  const { g } = call;
  const x = call.floating('input');
  const flat = reshaped(g, x, [g.sizeOf(x, 0), groups, -1]);
  const inputs = [filled(call, 1, x, [groups]), filled(call, 0, x, [groups])];
  const epsilon = call.number('eps', 1e-5);
  const normal = mapped(g, 'InstanceNormalization', flat, { epsilon }, inputs);
  const back = reshaped(
    g,
    normal,
    x.shape.map((_, axis) => g.sizeOf(x, axis)),
  );
  return perChannel(
    call,
    perChannel(call, back, 'Mul', call.tensorOrNull('weight')),
    'Add',
    call.tensorOrNull('bias'),
  );
}

function instanceNorm(call: AtenCall): AtenTensor {
  const x = call.floating('input');
  if (!call.bool('use_input_stats', true))
    return call.g.add(
      'BatchNormalization',
      [
        x,
        call.tensorOrNull('weight') ?? filled(call, 1, x, [channelsOf(call, x)]),
        call.tensorOrNull('bias') ?? filled(call, 0, x, [channelsOf(call, x)]),
        call.tensor('running_mean'),
        call.tensor('running_var'),
      ],
      x,
      { epsilon: call.number('eps', 1e-5) },
    );
  const channels = channelsOf(call, x);
  const scale = call.tensorOrNull('weight') ?? filled(call, 1, x, [channels]);
  const bias = call.tensorOrNull('bias') ?? filled(call, 0, x, [channels]);
  return mapped(call.g, 'InstanceNormalization', x, { epsilon: call.number('eps', 1e-5) }, [scale, bias]);
}

/** x / √(mean x² + ε); ε is the step between floats at 1 where none is given. */
function rmsNorm(call: AtenCall): AtenTensor {
  const { g } = call;
  const x = call.floating('input');
  const axes = call.ints('normalized_shape').map((_, i) => x.shape.length - 1 - i);
  const squares = elementwise(g, 'Mul', [x, x], x.dtype);
  const epsilon = g.scalar(call.number('eps', x.dtype === 'float64' ? 2 ** -52 : 2 ** -23), x.dtype);
  const mean = elementwise(g, 'Add', [reduced(g, 'ReduceMean', squares, axes, true), epsilon], x.dtype);
  const normal = elementwise(g, 'Div', [x, mapped(g, 'Sqrt', mean)], x.dtype);
  const weight = call.tensorOrNull('weight');
  return weight === null ? normal : elementwise(g, 'Mul', [normal, weight], x.dtype);
}

/** Statistics of the batch come second and third: nothing that answers reads them. */
const alone =
  (emit: (call: AtenCall) => AtenTensor) =>
  (call: AtenCall): AtenValue => [emit(call), null, null];

const nativeGroupNorm = (call: AtenCall): AtenTensor => groupNorm(call, call.int('group'));

export const NORMALIZATIONS = [
  ...rows(
    'batch_norm',
    'input weight bias running_mean running_var training momentum eps cudnn_enabled',
    batchNorm,
  ),
  ...rows(
    '_native_batch_norm_legit_no_training _batch_norm_no_training',
    'input weight bias running_mean running_var momentum eps',
    alone(batchNorm),
  ),
  ...rows(
    'native_batch_norm _native_batch_norm_legit',
    'input weight bias running_mean running_var training momentum eps',
    alone(batchNorm),
  ),
  ...rows('layer_norm', 'input normalized_shape weight bias eps cudnn_enable', layerNorm),
  ...rows('native_layer_norm', 'input normalized_shape weight bias eps', alone(layerNorm)),
  ...rows('group_norm', 'input num_groups weight bias eps cudnn_enabled', (call) =>
    groupNorm(call, call.int('num_groups')),
  ),
  ...rows('native_group_norm', 'input weight bias N C HxW group eps', alone(nativeGroupNorm)),
  ...rows(
    'instance_norm',
    'input weight bias running_mean running_var use_input_stats momentum eps cudnn_enabled',
    instanceNorm,
  ),
  ...rows('rms_norm', 'input normalized_shape weight eps', rmsNorm),
];
