import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, reduced } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/**
 * Numbers as integers and back, as programs have them after `convert_pt2e`. They are computed as torch computes them, by
 * floats: kernels that compute in integers, into which onnxruntime would fuse its own operators, round at other places.
 *
 * @see torch/ao/quantization/fx/_decomposed.py
 */

/** One for all, or one for each place of an axis. */
function parameter(call: AtenCall, name: string, x: AtenTensor, isByAxis: boolean): AtenTensor {
  const { g } = call;
  const value = g.cast(call.tensor(name), 'float32');
  if (!isByAxis) return value.shape.length === 0 ? value : reshaped(g, value, []);
  const axis = call.axis('axis', x.shape.length);
  return reshaped(
    g,
    value,
    x.shape.map((_, at) => (at === axis ? -1 : 1)),
  );
}

/** clamp(round(x · 1/scale) + zero, least, most). */
const quantized = (isByAxis: boolean) => (call: AtenCall) => {
  const { g } = call;
  const x = g.cast(call.tensor('input'), 'float32');
  const [scale, zero] = ['scale', 'zero_point'].map((name) =>
    parameter(call, isByAxis ? `${name}s` : name, x, isByAxis),
  );
  const dtype = call.dtype('dtype');
  if (scale === undefined || zero === undefined || dtype === null) throw call.wrong('dtype', 'a type');
  const factor = mapped(g, 'Reciprocal', scale);
  const whole = mapped(g, 'Round', elementwise(g, 'Mul', [x, factor], 'float32'));
  const moved = elementwise(g, 'Add', [whole, zero], 'float32');
  const bounds = ['quant_min', 'quant_max'].map((name) => g.scalar(call.int(name), 'float32'));
  return g.cast({ ...mapped(g, 'Clip', moved, {}, bounds), shape: x.shape }, dtype);
};

/** (q - zero) · scale. */
const restored = (isByAxis: boolean) => (call: AtenCall) => {
  const { g } = call;
  const x = g.cast(call.tensor('input'), 'float32');
  const scale = parameter(call, isByAxis ? 'scales' : 'scale', x, isByAxis);
  const name = isByAxis ? 'zero_points' : 'zero_point';
  const moved = call.has(name)
    ? elementwise(g, 'Sub', [x, parameter(call, name, x, isByAxis)], 'float32')
    : x;
  const made = elementwise(g, 'Mul', [moved, scale], 'float32');
  return g.cast({ ...made, shape: x.shape }, call.dtype('out_dtype') ?? 'float32');
};

/** Scale and zero of the range that a tensor has, 0 among it. */
const ranged = (isSymmetric: boolean) => (call: AtenCall) => {
  const { g } = call;
  const x = g.cast(call.tensor('input'), 'float32');
  const [least, most] = [call.int('quant_min'), call.int('quant_max')];
  const none = g.scalar(0, 'float32');
  const low = elementwise(g, 'Min', [reduced(g, 'ReduceMin', x, [], false), none], 'float32');
  const high = elementwise(g, 'Max', [reduced(g, 'ReduceMax', x, [], false), none], 'float32');
  const reach = isSymmetric
    ? elementwise(g, 'Max', [mapped(g, 'Neg', low), high], 'float32')
    : elementwise(g, 'Sub', [high, low], 'float32');
  const steps = g.scalar(isSymmetric ? (most - least) / 2 : most - least, 'float32');
  const own = elementwise(g, 'Div', [reach, steps], 'float32');
  const scale = elementwise(g, 'Max', [own, g.scalar(call.number('eps'), 'float32')], 'float32');
  const from = mapped(g, 'Round', elementwise(g, 'Div', [low, scale], 'float32'));
  const zero = isSymmetric
    ? g.scalar(call.dtype('dtype') === 'uint8' ? 128 : 0, 'float32')
    : mapped(g, 'Clip', elementwise(g, 'Sub', [g.scalar(least, 'float32'), from], 'float32'), {}, [
        g.scalar(least, 'float32'),
        g.scalar(most, 'float32'),
      ]);
  return [reshaped(g, g.cast(scale, 'float64'), [1]), reshaped(g, g.cast(zero, 'int64'), [1])];
};

const NAME = 'quantized_decomposed';
const RANGE = 'quant_min quant_max dtype';

export const QUANTIZED = [
  ...rows(`${NAME}.quantize_per_tensor`, `input scale zero_point ${RANGE}`, quantized(false)),
  ...rows(`${NAME}.quantize_per_channel`, `input scales zero_points axis ${RANGE}`, quantized(true)),
  ...rows(`${NAME}.dequantize_per_tensor`, `input scale zero_point ${RANGE} out_dtype`, restored(false)),
  ...rows(
    `${NAME}.dequantize_per_channel`,
    `input scales zero_points axis ${RANGE} out_dtype`,
    restored(true),
  ),
  ...rows(`${NAME}.choose_qparams`, 'input quant_min quant_max eps dtype', ranged(false)),
  ...rows(`${NAME}.choose_qparams_symmetric`, 'input quant_min quant_max eps dtype', ranged(true)),
];
