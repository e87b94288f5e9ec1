import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, reduced, squeezed, unsqueezed, where } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Losses, of networks that answer them beside what they predict. */

type Operator = 'Add' | 'Sub' | 'Mul' | 'Div';

const of = (g: AtenGraph, op: Operator, a: AtenTensor, b: AtenTensor | number): AtenTensor =>
  elementwise(g, op, [a, typeof b === 'number' ? g.scalar(b, a.dtype) : b], a.dtype);

/** All of them, their mean or their sum: 0, 1, 2 of torch's Reduction. */
function reducedBy(call: AtenCall, losses: AtenTensor, weights: AtenTensor | null = null): AtenTensor {
  const { g } = call;
  const reduction = call.int('reduction', 1);
  if (reduction === 0) return losses;
  if (reduction === 2) return reduced(g, 'ReduceSum', losses, [], false);
  if (weights === null) return reduced(g, 'ReduceMean', losses, [], false);
  return of(
    g,
    'Div',
    reduced(g, 'ReduceSum', losses, [], false),
    reduced(g, 'ReduceSum', weights, [], false),
  );
}

const both = (call: AtenCall): readonly [AtenTensor, AtenTensor] => {
  const x = call.floating('self');
  return [x, call.g.cast(call.tensor('target'), x.dtype)];
};

const distanceOf = (call: AtenCall): AtenTensor => of(call.g, 'Sub', ...both(call));

const squared = (call: AtenCall): AtenTensor => {
  const way = distanceOf(call);
  return reducedBy(call, of(call.g, 'Mul', way, way));
};

/** A parabola near 0, and straight lines beyond: of slope 1, or of the slope where the parabola ends. */
const rounded = (name: 'beta' | 'delta') => (call: AtenCall) => {
  const { g } = call;
  const bound = call.number(name, 1);
  const size = mapped(g, 'Abs', distanceOf(call));
  const isNear = elementwise(g, 'Less', [size, g.scalar(bound, size.dtype)], 'bool');
  const scale = name === 'beta' ? 1 / bound : 1;
  const near = of(g, 'Mul', of(g, 'Mul', size, size), 0.5 * scale);
  const far = of(g, 'Mul', of(g, 'Sub', size, bound / 2), name === 'beta' ? 1 : bound);
  return reducedBy(call, bound === 0 ? size : where(g, isNear, near, far));
};

/** -(y log p + (1 - y) log(1 - p)), with logarithms no lower than -100, as torch has it. */
const crossEntropyOfTwo = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [p, y] = both(call);
  const log = (x: AtenTensor): AtenTensor =>
    mapped(g, 'Clip', mapped(g, 'Log', x), {}, [g.scalar(-100, x.dtype)]);
  const rest = (x: AtenTensor): AtenTensor => of(g, 'Add', mapped(g, 'Neg', x), 1);
  const sum = of(g, 'Add', of(g, 'Mul', y, log(p)), of(g, 'Mul', rest(y), log(rest(p))));
  return reducedBy(call, weighted(call, mapped(g, 'Neg', sum)));
};

/** (1 - y) x + (1 + (w - 1) y) log(1 + e⁻ˣ), with a weight w of what is positive. */
const crossEntropyOfLogits = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, y] = both(call);
  const rest = of(g, 'Add', mapped(g, 'Neg', y), 1);
  const soft = mapped(g, 'Softplus', mapped(g, 'Neg', x));
  const positive = call.tensorOrNull('pos_weight');
  const factor =
    positive === null
      ? soft
      : of(g, 'Mul', of(g, 'Add', of(g, 'Mul', of(g, 'Sub', positive, 1), y), 1), soft);
  return reducedBy(call, weighted(call, of(g, 'Add', of(g, 'Mul', rest, x), factor)));
};

function weighted(call: AtenCall, losses: AtenTensor): AtenTensor {
  const weight = call.tensorOrNull('weight');
  return weight === null ? losses : of(call.g, 'Mul', losses, weight);
}

/** y (log y - x), and 0 where y is 0. */
const divergence = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, y] = both(call);
  if (call.bool('log_target')) return reducedBy(call, of(g, 'Mul', mapped(g, 'Exp', y), of(g, 'Sub', y, x)));
  const isNone = elementwise(g, 'Equal', [y, g.scalar(0, y.dtype)], 'bool');
  const entropy = where(g, isNone, g.scalar(0, y.dtype), of(g, 'Mul', y, mapped(g, 'Log', y)));
  return reducedBy(call, of(g, 'Sub', entropy, of(g, 'Mul', y, x)));
};

/** The logarithm of what the target has, with its sign changed and the weight of its class. */
function likelihood(call: AtenCall, x: AtenTensor): AtenTensor {
  const { g } = call;
  const axis = x.shape.length === 1 ? 0 : 1;
  const target = g.cast(call.tensor('target'), 'int64');
  const ignored = g.scalar(call.int('ignore_index', -100), 'int64');
  const isCounted = mapped(g, 'Not', elementwise(g, 'Equal', [target, ignored], 'bool'));
  const safe = where(g, isCounted, target, g.scalar(0, 'int64'));
  const place = unsqueezed(g, safe, [axis]);
  const found = g.add(
    'GatherElements',
    [x, place],
    { dtype: x.dtype, shape: place.shape },
    { axis: BigInt(axis) },
  );
  const weight = call.tensorOrNull('weight');
  const each =
    weight === null
      ? g.cast(isCounted, x.dtype)
      : of(
          g,
          'Mul',
          g.add('Gather', [weight, safe], { dtype: x.dtype, shape: safe.shape }, { axis: 0n }),
          g.cast(isCounted, x.dtype),
        );
  return reducedBy(call, of(g, 'Mul', mapped(g, 'Neg', squeezed(g, found, [axis])), each), each);
}

const crossEntropy = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  if (call.number('label_smoothing', 0) !== 0 || call.tensor('target').dtype.startsWith('float'))
    throw call.wrong('target', 'classes, without smoothing of labels');
  const axis = x.shape.length === 1 ? 0 : 1;
  return likelihood(call, mapped(g, 'LogSoftmax', x, { axis: BigInt(axis) }));
};

/** What the answers of a loss hang together by: reshaped to what torch states. */
const withTotal = (call: AtenCall): readonly (AtenTensor | null)[] => [
  reshaped(call.g, likelihood(call, call.floating('self')), []),
  null,
];

const NLL = 'self target weight reduction ignore_index';

export const LOSSES = [
  ...rows('mse_loss', 'self target reduction', squared),
  ...rows('l1_loss', 'self target reduction', (call) =>
    reducedBy(call, mapped(call.g, 'Abs', distanceOf(call))),
  ),
  ...rows('smooth_l1_loss', 'self target reduction beta', rounded('beta')),
  ...rows('huber_loss', 'self target reduction delta', rounded('delta')),
  ...rows('binary_cross_entropy', 'self target weight reduction', crossEntropyOfTwo),
  ...rows(
    'binary_cross_entropy_with_logits',
    'self target weight pos_weight reduction',
    crossEntropyOfLogits,
  ),
  ...rows('kl_div', 'self target reduction log_target', divergence),
  ...rows('nll_loss nll_loss_nd nll_loss2d', NLL, (call) => likelihood(call, call.floating('self'))),
  ...rows('nll_loss_forward', NLL, withTotal),
  ...rows('cross_entropy_loss', `${NLL} label_smoothing`, crossEntropy),
];
