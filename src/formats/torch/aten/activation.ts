import type { AttributeInput } from '../../../onnx/graph.ts';
import type { AtenCall } from './call.ts';
import { isFloating } from './dtype.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, sliced } from './primitives.ts';
import type { AtenTensor } from './value.ts';

/** Activations, as torch.nn.functional defines them. */

const simple =
  (op: string, attributes: (call: AtenCall) => Record<string, AttributeInput> = () => ({})) =>
  (call: AtenCall): AtenTensor =>
    mapped(call.g, op, call.floating('self'), attributes(call));

/** ReLU keeps integers, of which onnxruntime has no Relu. */
const relu = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  return isFloating(x.dtype)
    ? mapped(call.g, 'Relu', x)
    : elementwise(call.g, 'Max', [x, call.g.scalar(0, x.dtype)], x.dtype);
};

const scalarLike = (call: AtenCall, x: AtenTensor, value: number): AtenTensor =>
  call.g.scalar(value, x.dtype);

const sigmoid = (call: AtenCall, x: AtenTensor): AtenTensor => mapped(call.g, 'Sigmoid', x);

const silu = (call: AtenCall): AtenTensor => {
  const x = call.floating('self');
  return elementwise(call.g, 'Mul', [x, sigmoid(call, x)], x.dtype);
};

const gelu = (call: AtenCall): AtenTensor => {
  const approximate = call.text('approximate', 'none');
  return mapped(call.g, 'Gelu', call.floating('self'), { approximate });
};

const clipped = (low: number, high: number) => (call: AtenCall) => {
  const x = call.floating('self');
  return mapped(call.g, 'Clip', x, {}, [scalarLike(call, x, low), scalarLike(call, x, high)]);
};

const hardtanh = (call: AtenCall): AtenTensor =>
  clipped(call.number('min_val', -1), call.number('max_val', 1))(call);

/** softplus(x, β, threshold): the identity above the threshold (torch/nn/functional.py). */
const softplus = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  const beta = call.number('beta', 1);
  const threshold = call.number('threshold', 20);
  const scaled = beta === 1 ? x : elementwise(g, 'Mul', [x, scalarLike(call, x, beta)], x.dtype);
  const soft = mapped(g, 'Softplus', scaled);
  const back = beta === 1 ? soft : elementwise(g, 'Div', [soft, scalarLike(call, x, beta)], x.dtype);
  const above = elementwise(g, 'Greater', [scaled, scalarLike(call, x, threshold)], 'bool');
  return elementwise(g, 'Where', [above, x, back], x.dtype);
};

const logSigmoid = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const soft = mapped(g, 'Softplus', mapped(g, 'Neg', call.floating('self')));
  return mapped(g, 'Neg', soft);
};

const elu = (call: AtenCall): AtenTensor => {
  call.require('scale', 1);
  call.require('input_scale', 1);
  return mapped(call.g, 'Elu', call.floating('self'), { alpha: call.number('alpha', 1) });
};

const prelu = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, weight] = [call.floating('self'), call.tensor('weight')];
  // One weight a channel: axis 1, whatever follows.
  const trailing = Math.max(0, x.shape.length - 2);
  const isShared = weight.shape.length === 0 || weight.shape[0] === 1;
  const slope =
    trailing === 0 || isShared || weight.shape.length > 1
      ? weight
      : g.add(
          'Unsqueeze',
          [
            weight,
            g.numbers(
              Array.from({ length: trailing }, (_, i) => i + 1),
              'int64',
            ),
          ],
          {
            dtype: weight.dtype,
            shape: [...weight.shape, ...new Array<number>(trailing).fill(1)],
          },
        );
  return mapped(g, 'PRelu', x, {}, [slope]);
};

const glu = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  const axis = call.axis('dim', x.shape.length, -1);
  const size = x.shape[axis];
  if (typeof size !== 'number' || size % 2 !== 0) throw call.wrong('dim', 'an axis of an even size');
  const a = sliced(g, x, axis, [0, size / 2, 1]);
  const b = sliced(g, x, axis, [size / 2, size, 1]);
  return elementwise(g, 'Mul', [a, mapped(g, 'Sigmoid', b)], x.dtype);
};

const softmax = (op: string) => (call: AtenCall) => {
  const { g } = call;
  const given = call.tensor('self');
  const x = g.cast(given, call.dtype('dtype') ?? call.floating('self').dtype);
  if (x.shape.length === 0) return mapped(g, op, x, { axis: 0n });
  return mapped(g, op, x, { axis: BigInt(call.axis('dim', x.shape.length, -1)) });
};

const threshold = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const above = elementwise(g, 'Greater', [x, scalarLike(call, x, call.number('threshold'))], 'bool');
  return elementwise(g, 'Where', [above, x, scalarLike(call, x, call.number('value'))], x.dtype);
};

const shrink = (bias: boolean) => (call: AtenCall) =>
  mapped(call.g, 'Shrink', call.floating('self'), {
    lambd: call.number('lambd', 0.5),
    bias: bias ? call.number('lambd', 0.5) : 0,
  });

export const ACTIVATIONS = [
  ...rows('relu', 'self', relu),
  ...rows('sigmoid special_expit', 'self', simple('Sigmoid')),
  ...rows('tanh', 'self', simple('Tanh')),
  ...rows('silu', 'self', silu),
  ...rows('gelu', 'self approximate', gelu),
  ...rows('mish', 'self', simple('Mish')),
  ...rows('relu6', 'self', clipped(0, 6)),
  ...rows('hardtanh', 'self min_val max_val', hardtanh),
  ...rows('hardswish', 'self', simple('HardSwish')),
  ...rows(
    'hardsigmoid',
    'self',
    simple('HardSigmoid', () => ({ alpha: 1 / 6, beta: 0.5 })),
  ),
  ...rows(
    'leaky_relu',
    'self negative_slope',
    simple('LeakyRelu', (call) => ({ alpha: call.number('negative_slope', 0.01) })),
  ),
  ...rows('rrelu', 'self lower upper training', (call) => {
    if (call.bool('training')) throw call.wrong('training', 'a model saved in eval mode');
    const slope = (call.number('lower', 1 / 8) + call.number('upper', 1 / 3)) / 2;
    return mapped(call.g, 'LeakyRelu', call.floating('self'), { alpha: slope });
  }),
  ...rows('elu', 'self alpha scale input_scale', elu),
  ...rows('selu', 'self', simple('Selu')),
  ...rows(
    'celu',
    'self alpha',
    simple('Celu', (call) => ({ alpha: call.number('alpha', 1) })),
  ),
  ...rows('softplus', 'self beta threshold', softplus),
  ...rows('softsign', 'self', simple('Softsign')),
  ...rows('log_sigmoid', 'self', logSigmoid),
  ...rows('prelu _prelu_kernel', 'self weight', prelu),
  ...rows('glu', 'self dim', glu),
  ...rows('softmax', 'self dim dtype', softmax('Softmax')),
  ...rows('_softmax', 'self dim half_to_float', softmax('Softmax')),
  ...rows('log_softmax', 'self dim dtype', softmax('LogSoftmax')),
  ...rows('_log_softmax', 'self dim half_to_float', softmax('LogSoftmax')),
  ...rows('threshold', 'self threshold value', threshold),
  ...rows('hardshrink', 'self lambd', shrink(false)),
  ...rows('softshrink', 'self lambd', shrink(true)),
];
