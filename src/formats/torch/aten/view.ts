import { mirrored } from './arrange.ts';
import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows, views, viewsOrCopies } from './operator.ts';
import {
  axisOf,
  elementOf,
  expanded,
  joined,
  sizesOf,
  sliced,
  squeezed,
  transposed,
  unsqueezed,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import { type AtenInteger, type AtenTensor, type SymbolicInteger, sizeOfInteger } from './value.ts';

/** The same elements in other places: views, and what puts views together. */

const shapeFrom = (name: string) => (call: AtenCall) =>
  reshaped(call.g, call.tensor('self'), call.integers(name));

const product = (sizes: readonly AtenInteger[]): AtenInteger =>
  sizes.every((size) => typeof size === 'number') ? sizes.reduce((all, size) => all * size, 1) : -1;

/** Axes from `start_dim` to `end_dim` become one. */
const flattened = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const rank = x.shape.length;
  if (rank === 0) return reshaped(g, x, [1]);
  const start = call.axis('start_dim', rank, 0);
  const end = call.axis('end_dim', rank, -1);
  if (start === end) return x;
  const sizes = x.shape.map((_, axis) => g.sizeOf(x, axis));
  return reshaped(g, x, [
    ...sizes.slice(0, start),
    product(sizes.slice(start, end + 1)),
    ...sizes.slice(end + 1),
  ]);
};

const unflattened = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length);
  const sizes = x.shape.map((_, at) => g.sizeOf(x, at));
  return reshaped(g, x, [...sizes.slice(0, axis), ...call.integers('sizes'), ...sizes.slice(axis + 1)]);
};

const permuted = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const order = call.axes('dims', x.shape.length);
  if (order.length !== x.shape.length) throw call.wrong('dims', `${x.shape.length} axes`);
  return transposed(call.g, x, order);
};

const swapped = (call: AtenCall, first: string, second: string): AtenTensor => {
  const x = call.tensor('self');
  const rank = x.shape.length;
  const [a, b] = [call.axis(first, rank), call.axis(second, rank)];
  return transposed(
    call.g,
    x,
    x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
  );
};

const turned = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  return transposed(call.g, x, x.shape.map((_, axis) => axis).reverse());
};

/** Axes moved to other places, in their order; the others keep theirs. */
const moved = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const rank = x.shape.length;
  const [from, to] = [call.axes('source', rank), call.axes('destination', rank)];
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const order = x.shape.map((_, axis) => {
    const at = to.indexOf(axis);
    return at < 0 ? (rest.shift() ?? 0) : (from[at] ?? 0);
  });
  return transposed(call.g, x, order);
};

/** Axes of size 1 go; one of another size stays. */
const withoutOnes = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const rank = x.shape.length;
  const axes = call.has('dim') ? call.axes('dim', rank) : x.shape.map((_, axis) => axis);
  return squeezed(
    call.g,
    x,
    axes.filter((axis) => x.shape[axis] === 1),
  );
};

const withOne = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const axis = axisOf(call.int('dim'), x.shape.length + 1);
  if (axis < 0 || axis > x.shape.length) throw call.wrong('dim', `an axis of ${x.shape.length + 1}`);
  return unsqueezed(call.g, x, [axis]);
};

const broadcastTo = (call: AtenCall): AtenTensor =>
  expanded(call.g, call.tensor('self'), call.integers('size'));

const likeOther =
  (emit: typeof expanded) =>
  (call: AtenCall): AtenTensor => {
    const other = call.tensor('other');
    return emit(
      call.g,
      call.tensor('self'),
      other.shape.map((_, axis) => call.g.sizeOf(other, axis)),
    );
  };

const part = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, 0);
  const start = call.integer('start', 0);
  const end = call.integer('end', Number.MAX_SAFE_INTEGER);
  return sliced(call.g, x, axis, [start, end, call.int('step', 1)]);
};

const narrowed = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length);
  const [start, length] = [call.int('start'), call.int('length')];
  return sliced(call.g, x, axis, [
    start,
    start < 0 && start + length === 0 ? Number.MAX_SAFE_INTEGER : start + length,
    1,
  ]);
};

const one = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length);
  const [index, size] = [call.integer('index'), x.shape[axis]];
  if (typeof index === 'number' && typeof size === 'number' && (index >= size || index < -size))
    throw call.wrong('index', `a place of ${size}`);
  return elementOf(call.g, x, axis, index);
};

/** Pieces of an axis, by their sizes. */
function pieces(
  call: AtenCall,
  x: AtenTensor,
  axis: number,
  sizes: readonly number[],
): readonly AtenTensor[] {
  if (sizes.length === 1) return [x];
  const made = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(axis, size) }));
  return call.g.addMany('Split', [x, call.g.numbers(sizes, 'int64')], made, { axis: BigInt(axis) });
}

function axisSize(call: AtenCall, x: AtenTensor, axis: number): number {
  const size = x.shape[axis];
  if (typeof size !== 'number') throw call.refusal('dim', 'an axis of free size', 'an axis of a fixed size');
  return size;
}

const split = (call: AtenCall): readonly AtenTensor[] => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, 0);
  const name = ['split_size', 'split_sizes'].find((one) => call.has(one)) ?? 'split_size';
  const given = call.value(name);
  if (typeof given !== 'number') return pieces(call, x, axis, call.ints(name));
  const size = axisSize(call, x, axis);
  const count = Math.max(1, Math.ceil(size / Math.max(1, given)));
  call.requireAtMost('the number of pieces', count, 65_536);
  return pieces(
    call,
    x,
    axis,
    Array.from({ length: count }, (_, i) => Math.min(given, size - i * given)),
  );
};

const chunks = (call: AtenCall): readonly AtenTensor[] => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, 0);
  const size = axisSize(call, x, axis);
  const width = Math.max(1, Math.ceil(size / Math.max(1, call.int('chunks'))));
  const count = Math.max(1, Math.ceil(size / width));
  call.requireAtMost('the number of pieces', count, 65_536);
  return pieces(
    call,
    x,
    axis,
    Array.from({ length: count }, (_, i) => Math.min(width, size - i * width)),
  );
};

const unbound = (call: AtenCall): readonly AtenTensor[] => {
  const x = call.tensor('self');
  const axis = call.axis('dim', x.shape.length, 0);
  const size = axisSize(call, x, axis);
  call.requireAtMost('the number of pieces', size, 65_536);
  return Array.from({ length: size }, (_, index) => elementOf(call.g, x, axis, index));
};

/** Parts in the type in which they meet; one of no elements and one axis is left out, as torch does. */
const concatenated = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const given = call.tensors('tensors');
  const kept = given.filter(({ shape }) => !(shape.length === 1 && shape[0] === 0));
  const parts = kept.length === 0 ? given : kept;
  const dtype = call.promotedType(parts);
  const axis = call.axis('dim', parts[0]?.shape.length ?? 1, 0);
  return joined(
    g,
    parts.map((x) => g.cast(x, dtype)),
    axis,
  );
};

const stacked = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const parts = call.tensors('tensors');
  const axis = call.axis('dim', (parts[0]?.shape.length ?? 0) + 1, 0);
  const dtype = call.promotedType(parts);
  return joined(
    g,
    parts.map((x) => unsqueezed(g, g.cast(x, dtype), [axis])),
    axis,
  );
};

const repeated = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const repeats = call.integers(call.has('repeats') ? 'repeats' : 'dims');
  const lead = Math.max(0, repeats.length - x.shape.length);
  const wide = unsqueezed(
    g,
    x,
    Array.from({ length: lead }, (_, axis) => axis),
  );
  const all = [...new Array<number>(Math.max(0, x.shape.length - repeats.length)).fill(1), ...repeats];
  const shape = wide.shape.map((size, axis) => {
    const times = all[axis] ?? 1;
    if (times === 1) return size;
    if (size === 1) return sizeOfInteger(times);
    return typeof size === 'number' && typeof times === 'number' ? size * times : g.unknownSize();
  });
  if (all.every((times) => times === 1)) return wide;
  return g.add('Tile', [wide, g.integers(all)], { dtype: x.dtype, shape });
};

const flipped = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  return mirrored(call.g, x, call.axes('dims', x.shape.length));
};

/** Elements pushed out at one end come in at the other. */
const rolled = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const shifts = call.ints('shifts');
  const dims = call.value('dims') ?? [];
  // Without axes all elements move as one row.
  if (Array.isArray(dims) && dims.length === 0) {
    const flat = reshaped(g, x, [-1]);
    return reshaped(g, turnedBy(call, flat, 0, shifts[0] ?? 0), sizesOf(g, x));
  }
  const axes = call.axes('dims', x.shape.length);
  if (axes.length !== shifts.length) throw call.wrong('dims', 'an axis for each shift');
  return axes.reduce((turnedSoFar, axis, i) => turnedBy(call, turnedSoFar, axis, shifts[i] ?? 0), x);
};

function turnedBy({ g }: AtenCall, x: AtenTensor, axis: number, by: number): AtenTensor {
  const size = g.sizeOf(x, axis);
  const cut = typeof size === 'number' ? size - (((by % size) + size) % size) : cutOfFree(g, size, by);
  if (cut === size || size === 0) return x;
  const parts = [sliced(g, x, axis, [cut, size, 1]), sliced(g, x, axis, [0, cut, 1])];
  return g.add('Concat', parts, { dtype: x.dtype, shape: x.shape }, { axis: BigInt(axis) });
}

/** Where an axis of free size is cut: its size less the shift, of which whole turns are nothing. */
function cutOfFree(g: AtenGraph, size: SymbolicInteger, by: number): AtenInteger {
  if (by === 0) return size;
  const one = { dtype: 'int64', shape: [1] } as const;
  const shift = g.add('Mod', [g.integers([by]), size.tensor], one);
  return g.symbolic(g.unknownSize(), g.add('Sub', [size.tensor, shift], one));
}

export const VIEWS = [
  ...views('view _unsafe_view', 'self size', shapeFrom('size')),
  ...rows('_reshape_copy view_copy', 'self size', shapeFrom('size')),
  ...viewsOrCopies('reshape', 'self shape', shapeFrom('shape')),
  ...views('view_as', 'self other', likeOther(reshaped)),
  ...viewsOrCopies('reshape_as', 'self other', likeOther(reshaped)),
  ...viewsOrCopies('ravel', 'self', (call) => reshaped(call.g, call.tensor('self'), [-1])),
  ...viewsOrCopies('flatten', 'self start_dim end_dim', flattened),
  ...views('unflatten', 'self dim sizes', unflattened),
  ...views('permute', 'self dims', permuted),
  ...rows('permute_copy', 'self dims', permuted),
  ...views('transpose', 'self dim0 dim1', (call) => swapped(call, 'dim0', 'dim1')),
  ...rows('transpose_copy', 'self dim0 dim1', (call) => swapped(call, 'dim0', 'dim1')),
  ...views('swapaxes', 'self axis0 axis1', (call) => swapped(call, 'axis0', 'axis1')),
  ...views('swapdims', 'self dim0 dim1', (call) => swapped(call, 'dim0', 'dim1')),
  ...views('t numpy_T T', 'self', turned),
  ...rows('t_copy', 'self', turned),
  ...views('mT', 'self', (call) => {
    const x = call.tensor('self');
    const order = x.shape.map((_, axis) => axis);
    return transposed(call.g, x, [...order.slice(0, -2), order.length - 1, order.length - 2]);
  }),
  ...views('movedim moveaxis', 'self source destination', moved),
  ...views('squeeze', 'self dim', withoutOnes),
  ...rows('squeeze_copy', 'self dim', withoutOnes),
  ...views('unsqueeze', 'self dim', withOne),
  ...rows('unsqueeze_copy', 'self dim', withOne),
  ...viewsOrCopies('expand broadcast_to', 'self size implicit', broadcastTo),
  ...rows('expand_copy', 'self size', broadcastTo),
  ...viewsOrCopies('expand_as', 'self other', likeOther(expanded)),
  ...views('slice', 'self dim start end step', part),
  ...rows('slice_copy', 'self dim start end step', part),
  ...views('narrow', 'self dim start length', narrowed),
  ...rows('narrow_copy', 'self dim start length', narrowed),
  ...views('select', 'self dim index', one),
  ...rows('select_copy', 'self dim index', one),
  ...views('split unsafe_split', 'self split_size dim', split),
  ...views('split_with_sizes unsafe_split_with_sizes', 'self split_sizes dim', split),
  ...rows('split_with_sizes_copy', 'self split_sizes dim', split),
  ...views('chunk unsafe_chunk', 'self chunks dim', chunks),
  ...views('unbind', 'self dim', unbound),
  ...rows('cat concat concatenate', 'tensors dim', concatenated),
  ...rows('stack', 'tensors dim', stacked),
  ...rows('repeat', 'self repeats', repeated),
  ...rows('tile', 'self dims', repeated),
  ...rows('flip', 'self dims', flipped),
  ...rows('roll', 'self shifts dims', rolled),
];
