import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows } from './operator.ts';
import { type AxisPlaces, coordinatesOf, placesIn } from './places.ts';
import { elementwise, expanded, mapped, sizesOf, transposed, unsqueezed, where } from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenInteger, AtenTensor } from './value.ts';

/** Writing to places. */

/** What is written: a tensor, or one number for all places. */
function sourceOf(call: AtenCall, x: AtenTensor, index: AtenTensor): AtenTensor {
  if (call.has('src')) return call.g.cast(call.tensor('src'), x.dtype);
  return expanded(call.g, call.materialized(call.operand('value'), x.dtype), sizesOf(call.g, index));
}

const writtenAt = (
  g: AtenGraph,
  [x, index, source]: readonly [AtenTensor, AtenTensor, AtenTensor],
  axis: number,
  reduction: string,
): AtenTensor =>
  // A source may be larger than the places that take of it.
  g.add('ScatterElements', [x, g.cast(index, 'int64'), source], x, { axis: BigInt(axis), reduction });

/** Reductions of torch by their names in ONNX, and what changes nothing in them. */
const REDUCTIONS = new Map([
  ['add', { name: 'add', neutral: 0 }],
  ['sum', { name: 'add', neutral: 0 }],
  ['mean', { name: 'add', neutral: 0 }],
  ['multiply', { name: 'mul', neutral: 1 }],
  ['prod', { name: 'mul', neutral: 1 }],
  ['amax', { name: 'max', neutral: Number.NEGATIVE_INFINITY }],
  ['amin', { name: 'min', neutral: Number.POSITIVE_INFINITY }],
]);

const scattered =
  (reduction: 'none' | 'add' | null) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const [x, given] = [call.tensor('self'), call.tensor('index')];
    const axis = call.axis('dim', x.shape.length);
    const index = x.shape.length === 0 ? reshaped(g, given, [1]) : given;
    const named = reduction ?? REDUCTIONS.get(call.text('reduce', ''))?.name;
    if (named === undefined) throw call.wrong('reduce', [...REDUCTIONS.keys()].join(', '));
    return writtenAt(g, [x, index, part(call, sourceOf(call, x, index), index)], axis, named);
  };

/** As much of a source as there are places for. */
function part(call: AtenCall, source: AtenTensor, index: AtenTensor): AtenTensor {
  const { g } = call;
  if (index.shape.every((size, axis) => size === source.shape[axis])) return source;
  const zeros = g.numbers(
    index.shape.map(() => 0),
    'int64',
  );
  const axes = g.numbers(
    index.shape.map((_, axis) => axis),
    'int64',
  );
  return g.add('Slice', [source, zeros, g.integers(sizesOf(g, index)), axes], {
    dtype: source.dtype,
    shape: index.shape,
  });
}

/** Where the elements that were there before do not count, what changes nothing is put there first. */
const reducedInto = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, index] = [call.tensor('self'), call.tensor('index')];
  const axis = call.axis('dim', x.shape.length);
  const reduce = call.text('reduce', '');
  const known = REDUCTIONS.get(reduce);
  if (known === undefined) throw call.wrong('reduce', [...REDUCTIONS.keys()].join(', '));
  const source = part(call, sourceOf(call, x, index), index);
  const isWith = call.bool('include_self', true);
  const fill = (value: number): AtenTensor => expanded(g, g.scalar(value, x.dtype), sizesOf(g, index));
  const start = isWith ? x : writtenAt(g, [x, index, fill(known.neutral)], axis, 'none');
  const made = writtenAt(g, [start, index, source], axis, known.name);
  if (reduce !== 'mean') return made;
  const none = expanded(g, g.scalar(isWith ? 1 : 0, x.dtype), sizesOf(g, x));
  const count = writtenAt(g, [none, index, fill(1)], axis, 'add');
  return elementwise(g, 'Div', [made, mapped(g, 'Clip', count, {}, [g.scalar(1, x.dtype)])], x.dtype);
};

/** Places along one axis, stretched over the others. */
function alongOthers(
  call: AtenCall,
  index: AtenTensor,
  sizes: readonly AtenInteger[],
  axis: number,
): AtenTensor {
  const { g } = call;
  const own = sizes.map((_, at): AtenInteger => (at === axis ? -1 : 1));
  return expanded(g, reshaped(g, g.cast(index, 'int64'), own), sizes);
}

/** Slices along an axis, written or added by their places. */
const slicesWritten =
  (reduction: 'none' | 'add') =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const [x, index] = [call.tensor('self'), call.tensor('index')];
    const axis = call.axis('dim', x.shape.length);
    const given = g.cast(call.tensor('source'), x.dtype);
    const alpha = call.number('alpha', 1);
    const source = alpha === 1 ? given : elementwise(g, 'Mul', [given, g.scalar(alpha, x.dtype)], x.dtype);
    return writtenAt(g, [x, alongOthers(call, index, sizesOf(g, source), axis), source], axis, reduction);
  };

const slicesFilled = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, index] = [call.tensor('self'), call.tensor('index')];
  const axis = call.axis('dim', x.shape.length);
  const sizes = sizesOf(g, x).with(axis, index.shape.length === 0 ? 1 : g.sizeOf(index, 0));
  const value = expanded(g, call.materialized(call.operand('value'), x.dtype), sizes);
  return writtenAt(g, [x, alongOthers(call, index, sizes, axis), value], axis, 'none');
};

/** x[mask] = value, and x[i, j] = values, as numpy has them. */
const written = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const values = g.cast(call.tensor('values'), x.dtype);
  const indices = call.value('indices');
  const isAdded = call.bool('accumulate');
  const mask = onlyMask(indices);
  const isOne = values.shape.every((size) => size === 1);
  if (mask !== null && isOne && !isAdded) {
    const trailing = x.shape.slice(mask.shape.length).map((_, i) => mask.shape.length + i);
    return where(g, unsqueezed(g, g.cast(mask, 'bool'), trailing), reshaped(g, values, []), x);
  }
  const given = placesIn(call, indices);
  return given.length === 0 ? expanded(g, values, sizesOf(g, x)) : writtenTogether(call, x, values, given);
};

const onlyMask = (indices: unknown): AtenTensor | null => {
  const [first, ...others] = Array.isArray(indices) ? (indices as readonly (AtenTensor | null)[]) : [];
  if (first == null || others.length > 0) return null;
  return first.dtype === 'bool' || first.dtype === 'uint8' ? first : null;
};

/** The axes that have places move to the front, where ScatterND takes them, and back. */
function writtenTogether(
  call: AtenCall,
  x: AtenTensor,
  values: AtenTensor,
  given: readonly AxisPlaces[],
): AtenTensor {
  const { g } = call;
  const { coordinates, sizes, axes, rest, lead } = coordinatesOf(call, x, given);
  const kept = rest.map((axis) => g.sizeOf(x, axis));
  // What x[i, j] answers has the places where the axes were, or in front.
  const shape = [...kept.slice(0, lead), ...sizes, ...kept.slice(lead)];
  const wide = expanded(g, values, shape);
  const front = transposed(g, wide, [
    ...sizes.map((_, i) => lead + i),
    ...kept.map((_, i) => (i < lead ? i : i + sizes.length)),
  ]);
  const order = [...axes, ...rest];
  const reduction = call.bool('accumulate') ? 'add' : 'none';
  const turned = transposed(g, x, order);
  const made = g.add('ScatterND', [turned, coordinates, front], turned, { reduction });
  return transposed(
    g,
    made,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** Places in all elements, counted in their order. */
const taken = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [x, index] = [call.tensor('self'), call.tensor('index')];
  const flat = reshaped(g, x, [-1]);
  return g.add('Gather', [flat, index], { dtype: x.dtype, shape: index.shape }, { axis: 0n });
};

const put = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const flat = reshaped(g, x, [-1]);
  const [index, source] = ['index', 'source'].map((name) => reshaped(g, call.tensor(name), [-1]));
  if (index === undefined || source === undefined) throw call.wrong('index', 'a tensor');
  const made = writtenAt(g, [flat, index, source], 0, call.bool('accumulate') ? 'add' : 'none');
  return reshaped(g, made, sizesOf(g, x));
};

/** The elements of a source, one after the other, where the mask is. */
const maskedScatter = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const mask = expanded(g, g.cast(call.tensor('mask'), 'bool'), sizesOf(g, x));
  const flat = reshaped(g, g.cast(mask, 'int64'), [-1]);
  const count = g.add('CumSum', [flat, g.scalar(0, 'int64')], flat);
  const least = g.scalar(0, 'int64');
  const place = mapped(g, 'Clip', elementwise(g, 'Sub', [count, g.scalar(1, 'int64')], 'int64'), {}, [least]);
  const source = reshaped(g, g.cast(call.tensor('source'), x.dtype), [-1]);
  const spread = g.add('Gather', [source, place], { dtype: x.dtype, shape: flat.shape }, { axis: 0n });
  return where(g, mask, reshaped(g, spread, sizesOf(g, x)), x);
};

export const SCATTERS = [
  ...rows('scatter', 'self dim index src', scattered('none')),
  ...rows('scatter.value', 'self dim index value', scattered('none')),
  ...rows('scatter.reduce', 'self dim index src reduce', scattered(null)),
  ...rows('scatter.value_reduce', 'self dim index value reduce', scattered(null)),
  ...rows('scatter_add', 'self dim index src', scattered('add')),
  ...rows('scatter_reduce', 'self dim index src reduce include_self', reducedInto),
  ...rows('index_add', 'self dim index source alpha', slicesWritten('add')),
  ...rows('index_copy', 'self dim index source', slicesWritten('none')),
  ...rows('index_fill', 'self dim index value', slicesFilled),
  ...rows('index_put _unsafe_index_put', 'self indices values accumulate unsafe', written),
  ...rows('_index_put_impl', 'self indices values accumulate unsafe', written),
  ...rows('take', 'self index', taken),
  ...rows('put', 'self index source accumulate', put),
  ...rows('masked_scatter', 'self mask source', maskedScatter),
];
