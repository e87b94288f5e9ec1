import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows } from './operator.ts';
import { squeezed, unsqueezed } from './primitives.ts';
import type { AtenTensor, AtenValue, TensorSize } from './value.ts';

/** Convolutions of one to three axes, and what turns them around. */

interface ConvolutionOptions {
  readonly strides: readonly number[];
  /** Before and behind each axis. */
  readonly padding: readonly (readonly [number, number])[];
  readonly dilations: readonly number[];
  readonly groups: number;
  /** Of a transposed one: what is added behind. */
  readonly outputPadding: readonly number[] | null;
}

/** Sizes behind a window that goes over an axis. */
function convolvedSize(
  g: AtenGraph,
  size: TensorSize,
  kernel: number,
  axis: number,
  { strides, padding, dilations, outputPadding }: ConvolutionOptions,
): TensorSize {
  const [before, behind] = padding[axis] ?? [0, 0];
  const [stride, reach] = [strides[axis] ?? 1, (dilations[axis] ?? 1) * (kernel - 1)];
  if (typeof size !== 'number') {
    const keeps = outputPadding === null && stride === 1 && before + behind === reach;
    return keeps ? size : g.unknownSize();
  }
  if (outputPadding !== null)
    return (size - 1) * stride - before - behind + reach + (outputPadding[axis] ?? 0) + 1;
  return Math.max(0, Math.floor((size + before + behind - reach - 1) / stride) + 1);
}

/** A convolution of [N, C, …]; without N it is added, and taken away again. */
function convolved(
  call: AtenCall,
  input: AtenTensor,
  weight: AtenTensor,
  bias: AtenTensor | null,
  options: ConvolutionOptions,
): AtenTensor {
  const { g } = call;
  const count = weight.shape.length - 2;
  const isBare = input.shape.length === count + 1;
  const x = isBare ? unsqueezed(g, input, [0]) : input;
  const { strides, padding, dilations, groups, outputPadding } = options;
  const isTransposed = outputPadding !== null;
  const kernel = weight.shape.slice(2).filter((size) => typeof size === 'number');
  if (x.shape.length !== count + 2 || kernel.length !== count)
    throw call.refusal('input', `a tensor of ${input.shape.length} axes`, `one of ${count + 2}`);
  const width = weight.shape[isTransposed ? 1 : 0];
  const channels = typeof width === 'number' && isTransposed ? width * groups : (width ?? 1);
  const sizes = kernel.map((size, axis) => convolvedSize(g, x.shape[axis + 2] ?? 1, size, axis, options));
  const made = g.add(
    isTransposed ? 'ConvTranspose' : 'Conv',
    bias === null ? [x, weight] : [x, weight, bias],
    { dtype: x.dtype, shape: [x.shape[0] ?? 1, channels, ...sizes] },
    {
      kernel_shape: kernel.map(BigInt),
      strides: strides.map(BigInt),
      dilations: dilations.map(BigInt),
      pads: [...padding.map(([before]) => BigInt(before)), ...padding.map(([, behind]) => BigInt(behind))],
      group: BigInt(groups),
      ...(isTransposed ? { output_padding: outputPadding.map(BigInt) } : {}),
    },
  );
  return isBare ? squeezed(g, made, [0]) : made;
}

/** `same` pads as much as keeps the sizes, one more behind than before where it is odd. */
function paddingOf(call: AtenCall, weight: AtenTensor, dilations: readonly number[]): [number, number][] {
  const count = dilations.length;
  const given = call.value('padding') ?? 0;
  if (given === 'valid') return dilations.map(() => [0, 0]);
  if (given === 'same')
    return dilations.map((dilation, axis) => {
      const total = dilation * (Number(weight.shape[axis + 2] ?? 1) - 1);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    });
  return call.intsFor('padding', count, 0).map((size) => [size, size]);
}

function convolution(call: AtenCall, isTransposed: boolean): AtenTensor {
  const [input, weight, bias] = [call.floating('input'), call.tensor('weight'), call.tensorOrNull('bias')];
  const count = Math.max(1, weight.shape.length - 2);
  const dilations = call.intsFor('dilation', count, 1);
  return convolved(call, input, weight, bias, {
    strides: call.intsFor('stride', count, 1),
    padding: paddingOf(call, weight, dilations),
    dilations,
    groups: call.int('groups', 1),
    outputPadding: isTransposed ? call.intsFor('output_padding', count, 0) : null,
  });
}

const general = (call: AtenCall): AtenValue => convolution(call, call.bool('transposed'));

const PARAMETERS = 'input weight bias stride padding dilation groups';
const TRANSPOSED = 'input weight bias stride padding output_padding groups dilation';
const GENERAL = 'input weight bias stride padding dilation transposed output_padding groups';

export const CONVOLUTIONS = [
  ...rows('conv1d conv2d conv3d _convolution_mode', PARAMETERS, (call) => convolution(call, false)),
  ...rows('conv_transpose1d conv_transpose2d conv_transpose3d', TRANSPOSED, (call) =>
    convolution(call, true),
  ),
  ...rows('convolution', GENERAL, general),
  ...rows('_convolution', `${GENERAL} benchmark deterministic cudnn_enabled allow_tf32`, general),
];
