import type { DType } from '../../../model/tensor.ts';
import type { AtenCall } from './call.ts';
import { isFloating } from './dtype.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, reduced } from './primitives.ts';
import { type AtenTensor, type AtenValue, isValue } from './value.ts';

/** Sums, extremes, places and orders along axes. */

const axesOf = (call: AtenCall, x: AtenTensor): readonly number[] =>
  call.has('dim') ? call.axes('dim', x.shape.length) : [];

/** Sums and products of integers and booleans are int64. */
const summed = (call: AtenCall, x: AtenTensor): AtenTensor => {
  const dtype: DType = call.dtype('dtype') ?? (isFloating(x.dtype) ? x.dtype : 'int64');
  return call.g.cast(x, dtype);
};

const total =
  (op: string) =>
  (call: AtenCall): AtenTensor => {
    const x = summed(call, call.tensor('self'));
    return reduced(call.g, op, x, axesOf(call, x), call.bool('keepdim'));
  };

const mean = (call: AtenCall): AtenTensor => {
  const x = call.g.cast(call.tensor('self'), call.dtype('dtype') ?? call.floating('self').dtype);
  return reduced(call.g, 'ReduceMean', x, axesOf(call, x), call.bool('keepdim'));
};

const extreme =
  (op: string) =>
  (call: AtenCall): AtenTensor => {
    const x = call.tensor('self');
    return reduced(call.g, op, x, axesOf(call, x), call.bool('keepdim'));
  };

/** Elements along the axes: a number, or what the graph counts as it runs. */
function countAlong(call: AtenCall, x: AtenTensor, axes: readonly number[]): AtenTensor {
  const { g } = call;
  const over = axes.length === 0 ? x.shape.map((_, axis) => axis) : axes;
  const sizes = over.map((axis) => g.sizeOf(x, axis));
  const plain = sizes.filter((size) => typeof size === 'number');
  if (plain.length === sizes.length)
    return g.scalar(
      plain.reduce((all, size) => all * size, 1),
      x.dtype,
    );
  const product = g.add('ReduceProd', [g.integers(sizes)], { dtype: 'int64', shape: [] }, { keepdims: 0n });
  return g.cast(product, x.dtype);
}

/** Σ (x - mean)² / max(0, n - correction), with the mean taken first, as torch does. */
function variance(call: AtenCall, x: AtenTensor, keep: boolean): AtenTensor {
  const { g } = call;
  const axes = axesOf(call, x);
  const centred = elementwise(g, 'Sub', [x, reduced(g, 'ReduceMean', x, axes, true)], x.dtype);
  const squares = elementwise(g, 'Mul', [centred, centred], x.dtype);
  const correction = call.has('correction')
    ? call.number('correction')
    : Number(call.has('unbiased') ? call.bool('unbiased') : true);
  const sum = reduced(g, 'ReduceSum', squares, axes, keep);
  const free = elementwise(g, 'Sub', [countAlong(call, x, axes), g.scalar(correction, x.dtype)], x.dtype);
  return elementwise(g, 'Div', [sum, free], x.dtype);
}

const varOf = (call: AtenCall): AtenTensor => variance(call, call.floating('self'), call.bool('keepdim'));
const deviation = (call: AtenCall): AtenTensor => mapped(call.g, 'Sqrt', varOf(call));

const withMean =
  (emit: (call: AtenCall) => AtenTensor) =>
  (call: AtenCall): readonly AtenTensor[] => {
    const x = call.floating('self');
    return [emit(call), reduced(call.g, 'ReduceMean', x, axesOf(call, x), call.bool('keepdim'))];
  };

/** The p-norm; 2 where none is named. */
function norm(call: AtenCall, p: number): AtenTensor {
  const { g } = call;
  const x = call.floating('self');
  const [axes, keep] = [axesOf(call, x), call.bool('keepdim')];
  if (p === 1) return reduced(g, 'ReduceL1', x, axes, keep);
  if (p === 2) return reduced(g, 'ReduceL2', x, axes, keep);
  const size = mapped(g, 'Abs', x);
  if (p === Number.POSITIVE_INFINITY) return reduced(g, 'ReduceMax', size, axes, keep);
  if (p === Number.NEGATIVE_INFINITY) return reduced(g, 'ReduceMin', size, axes, keep);
  const powers = elementwise(g, 'Pow', [size, g.scalar(p, x.dtype)], x.dtype);
  const sum = reduced(g, 'ReduceSum', powers, axes, keep);
  return elementwise(g, 'Pow', [sum, g.scalar(1 / p, x.dtype)], x.dtype);
}

/** The place of the extreme along an axis, the first one of equals; without an axis, among all elements. */
const place =
  (op: 'ArgMax' | 'ArgMin') =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const given = call.tensor('self');
    const x = given.dtype === 'bool' ? g.cast(given, 'int32') : given;
    if (call.has('dim'))
      return placeAlong(call, op, x, call.axis('dim', x.shape.length), call.bool('keepdim'));
    const flat = g.add('Reshape', [x, g.numbers([-1], 'int64')], {
      dtype: x.dtype,
      shape: [g.unknownSize()],
    });
    return placeAlong(call, op, flat, 0, false);
  };

function placeAlong(call: AtenCall, op: string, x: AtenTensor, axis: number, keep: boolean): AtenTensor {
  const ones = x.shape.map((size, at) => (at === axis ? 1 : size));
  const shape = keep ? ones : ones.filter((_, at) => at !== axis);
  const attributes = { axis: BigInt(axis), keepdims: keep ? 1n : 0n };
  return call.g.add(op, [x], { dtype: 'int64', shape }, attributes);
}

/** max and min: of all elements, or along an axis with their places. */
const extremeAndPlace =
  (op: string, where: 'ArgMax' | 'ArgMin') =>
  (call: AtenCall): AtenValue => {
    const x = call.tensor('self');
    if (call.has('other')) return elementwise(call.g, op, [x, call.tensor('other')], x.dtype);
    const value = extreme(`Reduce${op}`)(call);
    return call.has('dim') ? [value, place(where)(call)] : value;
  };

/** Of truths: whether there is one, whether all are. */
const quantifier =
  (op: string) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const x = g.cast(g.cast(call.tensor('self'), 'bool'), 'int32');
    return g.cast(reduced(g, op, x, axesOf(call, x), call.bool('keepdim')), 'bool');
  };

const running = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = summed(call, call.tensor('self'));
  const axis = call.axis('dim', x.shape.length);
  return g.add('CumSum', [x, g.scalar(axis, 'int64')], x);
};

const logSumExp = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  return reduced(g, 'ReduceLogSumExp', x, axesOf(call, x), call.bool('keepdim'));
};

/** The largest along an axis, sorted, the first of equals first. */
const top = (call: AtenCall): readonly AtenTensor[] => {
  const { g } = call;
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, -1);
  const k = call.integer('k');
  const shape = x.shape.with(axis, typeof k === 'number' ? k : k.symbol);
  return sortedAlong(call, x, {
    axis,
    k: g.integers([k]),
    shape,
    descending: call.value('largest') !== false,
  });
};

const sorted = (call: AtenCall): readonly AtenTensor[] => {
  const { g } = call;
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, -1);
  return sortedAlong(call, x, {
    axis,
    k: g.integers([g.sizeOf(x, axis)]),
    shape: x.shape,
    descending: call.bool('descending'),
  });
};

function sortedAlong(
  call: AtenCall,
  x: AtenTensor,
  {
    axis,
    k,
    shape,
    descending,
  }: { axis: number; k: AtenTensor; shape: AtenTensor['shape']; descending: boolean },
): readonly AtenTensor[] {
  const made = [
    { dtype: x.dtype, shape },
    { dtype: 'int64' as const, shape },
  ];
  const attributes = { axis: BigInt(axis), largest: descending ? 1n : 0n, sorted: 1n };
  return call.g.addMany('TopK', [x, k], made, attributes);
}

const normOf = (call: AtenCall): AtenTensor => {
  const given = call.value(call.has('p') ? 'p' : 'ord') ?? null;
  if (given === 'fro' || given === null) return norm(call, 2);
  return norm(call, isValue(given, 'float') ? given.value : call.number(call.has('p') ? 'p' : 'ord'));
};

export const REDUCTIONS = [
  ...rows('sum', 'self dim keepdim dtype', total('ReduceSum')),
  ...rows('prod', 'self dim keepdim dtype', total('ReduceProd')),
  ...rows('mean', 'self dim keepdim dtype', mean),
  ...rows('amax', 'self dim keepdim', extreme('ReduceMax')),
  ...rows('amin', 'self dim keepdim', extreme('ReduceMin')),
  ...rows('max', 'self dim keepdim', extremeAndPlace('Max', 'ArgMax')),
  ...rows('min', 'self dim keepdim', extremeAndPlace('Min', 'ArgMin')),
  ...rows('argmax', 'self dim keepdim', place('ArgMax')),
  ...rows('argmin', 'self dim keepdim', place('ArgMin')),
  ...rows('var', 'self unbiased', varOf),
  ...rows('var.dim', 'self dim unbiased keepdim', varOf),
  ...rows('var.correction', 'self dim correction keepdim', varOf),
  ...rows('std', 'self unbiased', deviation),
  ...rows('std.dim', 'self dim unbiased keepdim', deviation),
  ...rows('std.correction', 'self dim correction keepdim', deviation),
  ...rows('var_mean', 'self unbiased', withMean(varOf)),
  ...rows('var_mean.dim', 'self dim unbiased keepdim', withMean(varOf)),
  ...rows('std_mean', 'self unbiased', withMean(deviation)),
  ...rows('std_mean.dim', 'self dim unbiased keepdim', withMean(deviation)),
  ...rows('var_mean.correction', 'self dim correction keepdim', withMean(varOf)),
  ...rows('std_mean.correction', 'self dim correction keepdim', withMean(deviation)),
  ...rows('norm', 'self p dim keepdim dtype', normOf),
  ...rows('linalg_vector_norm', 'self ord dim keepdim dtype', normOf),
  ...rows('any', 'self dim keepdim', quantifier('ReduceMax')),
  ...rows('all', 'self dim keepdim', quantifier('ReduceMin')),
  ...rows('cumsum', 'self dim dtype', running),
  ...rows('logsumexp', 'self dim keepdim', logSumExp),
  ...rows('topk', 'self k dim largest sorted', top),
  ...rows('sort', 'self dim descending', sorted),
  ...rows('sort.stable', 'self stable dim descending', sorted),
  ...rows('argsort', 'self dim descending', (call) => sorted(call)[1] ?? null),
  ...rows('argsort.stable', 'self stable dim descending', (call) => sorted(call)[1] ?? null),
];
