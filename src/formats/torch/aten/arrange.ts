import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows, views, viewsOrCopies } from './operator.ts';
import {
  broadcastSizes,
  elementwise,
  expanded,
  gathered,
  joined,
  reduced,
  sliced,
  swapLast,
  transposed,
  unsqueezed,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import { type AtenInteger, type AtenTensor, isValues } from './value.ts';

/** Tensors turned, mirrored, cut at places and put together. */

/** Elements in the other order along axes. */
export function mirrored(g: AtenGraph, x: AtenTensor, axes: readonly number[]): AtenTensor {
  if (axes.length === 0) return x;
  const all = (value: number) =>
    g.numbers(
      axes.map(() => value),
      'int64',
    );
  return g.add('Slice', [x, all(-1), all(-Number.MAX_SAFE_INTEGER), g.numbers(axes, 'int64'), all(-1)], x);
}

/** Quarters of a turn, from the first axis to the second. */
const rotated = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const [from = 0, to = 1] = call.axes('dims', x.shape.length, [0, 1]);
  const swap = (value: AtenTensor): AtenTensor =>
    transposed(
      g,
      value,
      value.shape.map((_, axis) => (axis === from ? to : axis === to ? from : axis)),
    );
  const quarters = ((call.int('k', 1) % 4) + 4) % 4;
  if (quarters === 1) return swap(mirrored(g, x, [to]));
  if (quarters === 2) return mirrored(g, x, [from, to]);
  return quarters === 3 ? swap(mirrored(g, x, [from])) : x;
};

/** Parts of an axis between places, or as many parts as are wanted, the first ones larger by 1. */
const cutAt =
  (axisFor: (rank: number) => number | null) =>
  (call: AtenCall): readonly AtenTensor[] => {
    const { g } = call;
    const x = call.tensor('self');
    const axis = axisFor(x.shape.length) ?? call.axis('dim', x.shape.length, 0);
    const size = x.shape[axis];
    const given = ['sections', 'indices', 'tensor_indices_or_sections'].find((name) => call.has(name));
    const value = call.value(given ?? 'indices');
    if (typeof size !== 'number') throw call.refusal('dim', 'an axis of free size', 'a fixed size');
    const ends = isValues(value) ? call.ints(given ?? 'indices') : evenEnds(call, call.int('sections'), size);
    call.requireAtMost('the number of parts', ends.length, 65_536);
    return [...ends, size].map((end, i) => sliced(g, x, axis, [i === 0 ? 0 : (ends[i - 1] ?? 0), end, 1]));
  };

function evenEnds(call: AtenCall, count: number, size: number): readonly number[] {
  if (count < 1 || count > 65_536) throw call.wrong('sections', 'a number of parts');
  const [least, more] = [Math.floor(size / count), size % count];
  return Array.from({ length: count - 1 }, (_, i) => (i + 1) * least + Math.min(i + 1, more));
}

/** At least so many axes: those of size 1 are put where numpy has them. */
function atLeast(g: AtenGraph, x: AtenTensor, rank: 1 | 2 | 3): AtenTensor {
  const own = x.shape.length;
  if (own >= rank) return x;
  if (rank === 3) return unsqueezed(g, x, own === 0 ? [0, 1, 2] : own === 1 ? [0, 2] : [2]);
  return unsqueezed(
    g,
    x,
    Array.from({ length: rank - own }, (_, axis) => axis),
  );
}

const withAxes = (rank: 1 | 2 | 3) => (call: AtenCall) =>
  call.has('tensors')
    ? call.tensors('tensors').map((x) => atLeast(call.g, x, rank))
    : atLeast(call.g, call.tensor('self'), rank);

const piled =
  (axis: number, widened: (g: AtenGraph, x: AtenTensor) => AtenTensor) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const given = call.tensors('tensors');
    const dtype = call.promotedType(given);
    return joined(
      g,
      given.map((x) => widened(g, g.cast(x, dtype))),
      axis,
    );
  };

const asColumn = (g: AtenGraph, x: AtenTensor): AtenTensor =>
  x.shape.length >= 2 ? x : reshaped(g, x, [-1, 1]);

/** Sizes in which tensors meet, each read from one that has it. */
function metSizes(g: AtenGraph, tensors: readonly AtenTensor[]): readonly AtenInteger[] {
  const shape = broadcastSizes(
    g,
    tensors.map((x) => x.shape),
  );
  return shape.map((size, axis): AtenInteger => {
    if (typeof size === 'number') return size;
    const lead = (x: AtenTensor): number => axis - shape.length + x.shape.length;
    const owner = tensors.find((x) => typeof x.shape[lead(x)] === 'string');
    return owner === undefined ? 1 : g.sizeOf(owner, lead(owner));
  });
}

const stretched = (call: AtenCall): readonly AtenTensor[] => {
  const given = call.tensors('tensors');
  const sizes = metSizes(call.g, given);
  return given.map((x) => expanded(call.g, x, sizes));
};

/** Every pair of elements of vectors. */
const pairs = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const given = call.tensors('tensors');
  const [only] = given;
  if (given.length === 1 && only !== undefined) return only;
  const sizes = given.map((x) => g.sizeOf(x, 0));
  const columns = given.map((x, i) => {
    const own = given.map((_, at): AtenInteger => (at === i ? -1 : 1));
    return reshaped(g, expanded(g, reshaped(g, x, own), sizes), [-1, 1]);
  });
  return joined(g, columns, 1);
};

/** Each element as often as a tensor says: the place in the answer is behind so many ends of runs. */
const repeatedEach = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const isAlone = !call.has('self');
  const repeats = reshaped(g, g.cast(call.tensor('repeats'), 'int64'), [-1]);
  const ends = g.add('CumSum', [repeats, g.scalar(0, 'int64')], repeats);
  const total = reduced(g, 'ReduceSum', repeats, [0], false);
  const count = g.unknownSize();
  const [zero, one] = [g.scalar(0, 'int64'), g.scalar(1, 'int64')];
  const places = g.add('Range', [zero, total, one], { dtype: 'int64', shape: [count] });
  const isPast = elementwise(g, 'LessOrEqual', [ends, unsqueezed(g, places, [1])], 'bool');
  const index = reduced(g, 'ReduceSum', g.cast(isPast, 'int64'), [1], false);
  if (isAlone) return index;
  const x = call.tensor('self');
  return call.has('dim')
    ? gathered(g, x, index, call.axis('dim', x.shape.length))
    : gathered(g, reshaped(g, x, [-1]), index, 0);
};

/** Rows and columns of a triangle of a matrix. */
const triangle = (isLower: boolean) => (call: AtenCall) => {
  const [height, width, offset] = [call.int('row'), call.int('col'), call.int('offset', 0)];
  call.requireAtMost('row', height * width, 2 ** 20);
  const found: [number, number][] = [];
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1)
      if (isLower ? column - row <= offset : column - row >= offset) found.push([row, column]);
  const flat = [...found.map(([row]) => row), ...found.map(([, column]) => column)];
  return call.g.numbers(flat, call.dtype('dtype') ?? 'int64', [2, found.length]);
};

/** Powers of a base at even steps. */
const logspace = (call: AtenCall): AtenTensor => {
  const [start, end, steps] = [call.number('start'), call.number('end'), call.int('steps')];
  call.requireAtMost('steps', steps, 2 ** 20);
  const base = call.number('base', 10);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const powers = Array.from({ length: Math.max(0, steps) }, (_, i) => base ** (start + step * i));
  return call.g.numbers(powers, call.dtype('dtype') ?? 'float32');
};

/** A tensor of one element as a number. */
const item = (call: AtenCall) => {
  const x = call.tensor('self');
  const { g } = call;
  if (x.dtype.startsWith('float') || x.dtype === 'bool') return reshaped(g, x, []);
  return g.symbolic(g.unknownSize(), reshaped(g, g.cast(x, 'int64'), [1]));
};

const conjugated = (call: AtenCall): AtenTensor => swapLast(call.g, call.tensor('self'));

const OPTIONS = 'dtype layout device pin_memory';

export const ARRANGEMENTS = [
  ...rows('rot90', 'self k dims', rotated),
  ...rows('fliplr', 'self', (call) => mirrored(call.g, call.tensor('self'), [1])),
  ...rows('flipud', 'self', (call) => mirrored(call.g, call.tensor('self'), [0])),
  ...views('mH adjoint matrix_H', 'self', conjugated),
  ...views(
    'tensor_split',
    'self sections dim',
    cutAt(() => null),
  ),
  ...views(
    'tensor_split.indices',
    'self indices dim',
    cutAt(() => null),
  ),
  ...views(
    'hsplit',
    'self sections',
    cutAt((rank) => (rank === 1 ? 0 : 1)),
  ),
  ...views(
    'hsplit.array',
    'self indices',
    cutAt((rank) => (rank === 1 ? 0 : 1)),
  ),
  ...views(
    'vsplit',
    'self sections',
    cutAt(() => 0),
  ),
  ...views(
    'vsplit.array',
    'self indices',
    cutAt(() => 0),
  ),
  ...views(
    'dsplit',
    'self sections',
    cutAt(() => 2),
  ),
  ...views(
    'dsplit.array',
    'self indices',
    cutAt(() => 2),
  ),
  ...viewsOrCopies('atleast_1d', 'self', withAxes(1)),
  ...viewsOrCopies('atleast_2d', 'self', withAxes(2)),
  ...viewsOrCopies('atleast_3d', 'self', withAxes(3)),
  ...['1', '2', '3'].flatMap((n) =>
    viewsOrCopies(`atleast_${n}d.Sequence`, 'tensors', withAxes(n === '1' ? 1 : n === '2' ? 2 : 3)),
  ),
  ...rows(
    'dstack',
    'tensors',
    piled(2, (g, x) => atLeast(g, x, 3)),
  ),
  ...rows('column_stack', 'tensors', piled(1, asColumn)),
  ...viewsOrCopies('broadcast_tensors', 'tensors', stretched),
  ...rows('cartesian_prod', 'tensors', pairs),
  ...rows('repeat_interleave.self_Tensor', 'self repeats dim output_size', repeatedEach),
  ...rows('repeat_interleave.Tensor', 'repeats output_size', repeatedEach),
  ...rows('tril_indices', `row col offset ${OPTIONS}`, triangle(true)),
  ...rows('triu_indices', `row col offset ${OPTIONS}`, triangle(false)),
  ...rows('logspace', `start end steps base ${OPTIONS}`, logspace),
  ...rows('item _local_scalar_dense', 'self', item),
];
