import type { DType } from '../../../model/tensor.ts';
import type { AtenCall } from './call.ts';
import { isFloating } from './dtype.ts';
import type { AtenGraph } from './graph.ts';
import { rows } from './operator.ts';
import {
  elementOf,
  elementwise,
  expanded,
  gathered,
  mapped,
  reduced,
  sizesOf,
  transposed,
  unsqueezed,
  where,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Elements by their order, and extremes and products of all elements up to each. */

const flat = (g: AtenGraph, x: AtenTensor): AtenTensor => reshaped(g, x, [-1]);

/** The axis that is named; without one, that of all elements in a row. */
function alongAxis(call: AtenCall, x: AtenTensor): { readonly x: AtenTensor; readonly axis: number } {
  if (call.has('dim')) return { x, axis: call.axis('dim', x.shape.length) };
  return { x: flat(call.g, x), axis: 0 };
}

/** All elements along an axis from the smallest on, with their places. */
function ascending(g: AtenGraph, x: AtenTensor, axis: number): readonly [AtenTensor, AtenTensor] {
  const size = g.integers([g.sizeOf(x, axis)]);
  const made = [
    { dtype: x.dtype, shape: x.shape },
    { dtype: 'int64' as const, shape: x.shape },
  ];
  const [values, places] = g.addMany('TopK', [x, size], made, { axis: BigInt(axis), largest: 0n });
  return [values ?? x, places ?? x];
}

/** One of the sorted elements, by its place, with the place that it had. */
function ranked(
  call: AtenCall,
  x: AtenTensor,
  axis: number,
  rank: number,
): readonly [AtenTensor, AtenTensor] {
  const { g } = call;
  const kept = (value: AtenTensor): AtenTensor => {
    const one = elementOf(g, value, axis, rank);
    return call.bool('keepdim') ? unsqueezed(g, one, [axis]) : one;
  };
  const [values, places] = ascending(g, x, axis);
  return [kept(values), kept(places)];
}

function fixedSize(call: AtenCall, x: AtenTensor, axis: number): number {
  const size = x.shape[axis] ?? 1;
  if (typeof size !== 'number') throw call.refusal('dim', 'an axis of free size', 'an axis of a fixed size');
  return size;
}

/** The lower one of the two in the middle, as torch has it. */
const median = (call: AtenCall): AtenTensor | readonly AtenTensor[] => {
  const { x, axis } = alongAxis(call, call.tensor('self'));
  const both = ranked(call, x, axis, Math.floor((fixedSize(call, x, axis) - 1) / 2));
  return call.has('dim') ? both : both[0];
};

const kth = (call: AtenCall): readonly AtenTensor[] => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, -1);
  const k = call.int('k');
  if (k < 1 || k > fixedSize(call, x, axis)) throw call.wrong('k', 'a place along the axis');
  return ranked(call, x, axis, k - 1);
};

/** Values between the sorted ones, in proportion to where they lie. */
const quantile = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { x, axis } = alongAxis(call, call.floating('self'));
  call.require('interpolation', 'linear');
  const q = g.cast(call.tensor('q'), x.dtype);
  const [values] = ascending(g, x, axis);
  const last = g.scalar(fixedSize(call, x, axis) - 1, x.dtype);
  const at = elementwise(g, 'Mul', [q, last], x.dtype);
  const low = mapped(g, 'Floor', at);
  const share = elementwise(g, 'Sub', [at, low], x.dtype);
  // The axis goes to the end, so that shares line up with what they weigh.
  const order = [...x.shape.map((_, i) => i).filter((i) => i !== axis), axis];
  const rows = transposed(g, values, order);
  const pick = (place: AtenTensor): AtenTensor => gathered(g, rows, g.cast(place, 'int64'), order.length - 1);
  const [from, to] = [pick(low), pick(mapped(g, 'Ceil', at))];
  const way = elementwise(g, 'Mul', [share, elementwise(g, 'Sub', [to, from], x.dtype)], x.dtype);
  const made = elementwise(g, 'Add', [from, way], x.dtype);
  const lead = q.shape.length;
  const rank = made.shape.length;
  const front = transposed(g, made, [
    ...Array.from({ length: lead }, (_, i) => rank - lead + i),
    ...Array.from({ length: rank - lead }, (_, i) => i),
  ]);
  return call.bool('keepdim') && call.has('dim') ? unsqueezed(g, front, [axis + lead]) : front;
};

const extremes = (call: AtenCall): readonly AtenTensor[] => {
  const { g } = call;
  const x = call.tensor('self');
  const axes = call.has('dim') ? [call.axis('dim', x.shape.length)] : [];
  return ['ReduceMin', 'ReduceMax'].map((op) => reduced(g, op, x, axes, call.bool('keepdim')));
};

/** Elements up to each along an axis: one more axis at the end, with `neutral` in place of those behind. */
function upToEach(call: AtenCall, x: AtenTensor, axis: number, neutral: number): AtenTensor {
  const { g } = call;
  const size = g.sizeOf(x, axis);
  if (typeof size === 'number') call.requireAtMost('the elements along the axis', size, 4096);
  const order = [...x.shape.map((_, i) => i).filter((i) => i !== axis), axis];
  const ones = expanded(g, g.scalar(1, 'int64'), [size, size]);
  const seen = g.cast(g.add('Trilu', [ones, g.scalar(0, 'int64')], ones, { upper: 0n }), 'bool');
  const rows = unsqueezed(g, transposed(g, x, order), [order.length - 1]);
  return where(g, seen, rows, g.scalar(neutral, x.dtype));
}

/** The last axis in the place of another. */
function lastTo(g: AtenGraph, x: AtenTensor, axis: number): AtenTensor {
  const order = x.shape.map((_, i) => i).slice(0, -1);
  order.splice(axis, 0, x.shape.length - 1);
  return transposed(g, x, order);
}

const runningProduct = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const given = call.tensor('self');
  const dtype: DType = call.dtype('dtype') ?? (isFloating(given.dtype) ? given.dtype : 'int64');
  const x = g.cast(given, dtype);
  const axis = call.axis('dim', x.shape.length);
  const all = upToEach(call, x, axis, 1);
  return lastTo(g, reduced(g, 'ReduceProd', all, [all.shape.length - 1], false), axis);
};

const runningLogSum = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  const axis = call.axis('dim', x.shape.length);
  const all = upToEach(call, x, axis, Number.NEGATIVE_INFINITY);
  return lastTo(g, reduced(g, 'ReduceLogSumExp', all, [all.shape.length - 1], false), axis);
};

/** The extreme so far and its place, of equals the last. */
const runningExtreme = (op: 'Max' | 'Min') => (call: AtenCall) => {
  const { g } = call;
  const x = call.floating('self');
  const axis = call.axis('dim', x.shape.length);
  const neutral = op === 'Max' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const all = upToEach(call, x, axis, neutral);
  const last = all.shape.length - 1;
  const made = { dtype: 'int64' as const, shape: all.shape.slice(0, -1) };
  const attributes = { axis: BigInt(last), keepdims: 0n, select_last_index: 1n };
  const places = g.add(`Arg${op}`, [all], made, attributes);
  return [reduced(g, `Reduce${op}`, all, [last], false), places].map((value) => lastTo(g, value, axis));
};

/** How many borders lie below each value: its place among them. */
function placed(call: AtenCall, borders: AtenTensor, value: AtenTensor, isRight: boolean): AtenTensor {
  const { g } = call;
  const dtype = call.promotedType([borders, value]);
  const ranked = unsqueezed(g, g.cast(value, dtype), [value.shape.length]);
  // Borders of one axis serve all values; else each row of values has a row of them.
  const sorted = borders.shape.length > 1 ? unsqueezed(g, borders, [borders.shape.length - 1]) : borders;
  const isBelow = elementwise(g, isRight ? 'LessOrEqual' : 'Less', [g.cast(sorted, dtype), ranked], 'bool');
  const count = reduced(g, 'ReduceSum', g.cast(isBelow, 'int64'), [isBelow.shape.length - 1], false);
  return call.bool('out_int32') ? g.cast(count, 'int32') : count;
}

const bucketed = (call: AtenCall): AtenTensor =>
  placed(call, call.tensor('boundaries'), call.tensor('self'), call.bool('right'));

const searched = (call: AtenCall): AtenTensor => {
  call.require('sorter', null);
  const isRight = call.bool('right') || call.value('side') === 'right';
  return placed(call, call.tensor('sorted_sequence'), call.tensor('self'), isRight);
};

/** Whether each element is one of some others. */
const among = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const named = (name: string): string => (call.has(name) ? name : `${name}s`);
  const [one, others] = [call.operand(named('element')), call.operand(named('test_element'))];
  const dtype = call.promotedType([one, others]);
  const x = call.materialized(one, dtype);
  const list = flat(g, call.materialized(others, dtype));
  const same = elementwise(g, 'Equal', [unsqueezed(g, x, [x.shape.length]), list], 'bool');
  const found = g.cast(
    reduced(g, 'ReduceMax', g.cast(same, 'int32'), [same.shape.length - 1], false),
    'bool',
  );
  return call.bool('invert') ? mapped(g, 'Not', found) : found;
};

/** Each value once, in their order; where each element is among them; how often each is there. */
const unique = (call: AtenCall): readonly (AtenTensor | null)[] => {
  const { g } = call;
  const x = call.tensor('self');
  const [count, all] = [g.unknownSize(), flat(g, x)];
  const each = { dtype: 'int64' as const, shape: [count] };
  const made = [{ dtype: x.dtype, shape: [count] }, each, { ...each, shape: all.shape }, each];
  const [values = x, , places = x, counts = x] = g.addMany('Unique', [all], made, { sorted: 1n });
  return [
    values,
    call.bool('return_inverse') ? reshaped(g, places, sizesOf(g, x)) : null,
    call.bool('return_counts') ? counts : null,
  ];
};

/** How often each number from 0 on is there. */
const counted = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = g.cast(call.tensor('self'), 'int64');
  call.require('weights', null);
  const most = reduced(g, 'ReduceMax', x, [0], true);
  const next = elementwise(g, 'Add', [most, g.scalar(1, 'int64')], 'int64');
  const least = g.numbers([call.int('minlength', 0)], 'int64');
  const size = g.symbolic(g.unknownSize(), elementwise(g, 'Max', [next, least], 'int64'));
  const ones = expanded(g, g.scalar(1, 'int64'), [g.sizeOf(x, 0)]);
  const zeros = expanded(g, g.scalar(0, 'int64'), [size]);
  return g.add('ScatterElements', [zeros, x, ones], zeros, { axis: 0n, reduction: 'add' });
};

/** Sums and means of what is a number. */
const withoutNaN = (isMean: boolean) => (call: AtenCall) => {
  const { g } = call;
  const given = call.tensor('self');
  const x = g.cast(given, call.dtype('dtype') ?? given.dtype);
  const isMissing = g.add('IsNaN', [x], { dtype: 'bool', shape: x.shape });
  const axes = call.has('dim') ? call.axes('dim', x.shape.length) : [];
  const total = (value: AtenTensor): AtenTensor => reduced(g, 'ReduceSum', value, axes, call.bool('keepdim'));
  const sum = total(where(g, isMissing, g.scalar(0, x.dtype), x));
  if (!isMean) return sum;
  return elementwise(g, 'Div', [sum, total(g.cast(mapped(g, 'Not', isMissing), x.dtype))], x.dtype);
};

export const ORDERS = [
  ...rows('median', 'self dim keepdim', median),
  ...rows('kthvalue', 'self k dim keepdim', kth),
  ...rows('quantile', 'self q dim keepdim interpolation', quantile),
  ...rows('aminmax', 'self dim keepdim', extremes),
  ...rows('cumprod', 'self dim dtype', runningProduct),
  ...rows('logcumsumexp', 'self dim', runningLogSum),
  ...rows('cummax', 'self dim', runningExtreme('Max')),
  ...rows('cummin', 'self dim', runningExtreme('Min')),
  ...rows('bucketize', 'self boundaries out_int32 right', bucketed),
  ...rows('searchsorted', 'sorted_sequence self out_int32 right side sorter', searched),
  ...rows('isin', 'elements test_elements assume_unique invert', among),
  ...rows('isin.Tensor_Scalar', 'elements test_element assume_unique invert', among),
  ...rows('isin.Scalar_Tensor', 'element test_elements assume_unique invert', among),
  ...rows('_unique2', 'self sorted return_inverse return_counts', unique),
  ...rows('bincount', 'self weights minlength', counted),
  ...rows('nansum', 'self dim keepdim dtype', withoutNaN(false)),
  ...rows('nanmean', 'self dim keepdim dtype', withoutNaN(true)),
];
