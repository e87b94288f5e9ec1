import type { AtenCall } from './call.ts';
import type { AtenGraph } from './graph.ts';
import { rows } from './operator.ts';
import {
  elementwise,
  expanded,
  gathered,
  mapped,
  reduced,
  sizesOf,
  unsqueezed,
  where,
} from './primitives.ts';
import { reshaped } from './reshape.ts';
import type { AtenTensor } from './value.ts';

/** Distances between vectors, and bags of vectors. */

/** The p-norm of differences, along their last axis. */
function normOf(call: AtenCall, way: AtenTensor, p: number, axes: readonly number[]): AtenTensor {
  const { g } = call;
  if (p === 1) return reduced(g, 'ReduceL1', way, axes, false);
  if (p === 2) return reduced(g, 'ReduceL2', way, axes, false);
  const size = mapped(g, 'Abs', way);
  if (p === Number.POSITIVE_INFINITY) return reduced(g, 'ReduceMax', size, axes, false);
  if (p <= 0) throw call.wrong('p', 'a norm above 0');
  const power = (x: AtenTensor, by: number): AtenTensor =>
    elementwise(g, 'Pow', [x, g.scalar(by, x.dtype)], x.dtype);
  return power(reduced(g, 'ReduceSum', power(size, p), axes, false), 1 / p);
}

/** Each vector of one with each of the other. */
const between = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [a, b] = [call.floating('x1'), call.floating('x2')];
  const left = unsqueezed(g, a, [a.shape.length - 1]);
  const right = unsqueezed(g, b, [b.shape.length - 2]);
  const way = elementwise(g, 'Sub', [left, right], a.dtype);
  return normOf(call, way, call.number('p', 2), [way.shape.length - 1]);
};

/** Each vector with those behind it, in one row. */
const among = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  const count = x.shape[0];
  if (typeof count !== 'number') throw call.wrong('self', 'a fixed number of vectors');
  call.requireAtMost('the vectors', count, 2048);
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i < count; i += 1) for (let j = i + 1; j < count; j += 1) pairs.push([i, j]);
  const side = (at: 0 | 1): AtenTensor =>
    gathered(
      g,
      x,
      g.numbers(
        pairs.map((pair) => pair[at]),
        'int64',
      ),
      0,
    );
  return normOf(call, elementwise(g, 'Sub', [side(0), side(1)], x.dtype), call.number('p', 2), [1]);
};

const apart = (call: AtenCall): AtenTensor => {
  const x = call.floating('self');
  const way = elementwise(call.g, 'Sub', [x, call.tensor('other')], x.dtype);
  return normOf(call, way, call.number('p', 2), []);
};

/** How many elements lie at or before each place: which bag it is in. */
function bagOf(g: AtenGraph, offsets: AtenTensor, places: AtenTensor): AtenTensor {
  const isBegun = elementwise(g, 'LessOrEqual', [offsets, unsqueezed(g, places, [1])], 'bool');
  const begun = reduced(g, 'ReduceSum', g.cast(isBegun, 'int64'), [1], false);
  return elementwise(g, 'Sub', [begun, g.scalar(1, 'int64')], 'int64');
}

const BAGS = [
  { reduction: 'add', neutral: 0 },
  { reduction: 'add', neutral: 0 },
  { reduction: 'max', neutral: Number.NEGATIVE_INFINITY },
];

/** Sums, means or largest of the vectors of bags; `offsets` says where each bag begins. */
const bags = (call: AtenCall): readonly (AtenTensor | null)[] => {
  const { g } = call;
  const weight = call.tensor('weight');
  const indices = reshaped(g, g.cast(call.tensor('indices'), 'int64'), [-1]);
  const offsets = g.cast(call.tensor('offsets'), 'int64');
  const mode = call.int('mode', 0);
  const kind = BAGS[mode];
  const width = weight.shape[1];
  if (kind === undefined || typeof width !== 'number') throw call.wrong('mode', 'a sum, a mean or a maximum');
  const skipped = call.int('padding_idx', -1);
  const count = g.sizeOf(indices, 0);
  const bounds = [g.scalar(0, 'int64'), g.cast(lengthOf(call, indices), 'int64'), g.scalar(1, 'int64')];
  const places = g.add('Range', bounds, { dtype: 'int64', shape: indices.shape });
  const bag = bagOf(g, offsets, places);
  const last = call.bool('include_last_offset') ? 1 : 0;
  const size = call.g.sizeOf(offsets, 0);
  if (last === 1 && typeof size !== 'number') throw call.wrong('include_last_offset', 'false');
  const total = typeof size === 'number' ? size - last : size;
  const isPadding = elementwise(g, 'Equal', [indices, g.scalar(skipped, 'int64')], 'bool');
  const found = gathered(g, weight, indices, 0);
  const own = call.tensorOrNull('per_sample_weights');
  const scaled = own === null ? found : elementwise(g, 'Mul', [found, unsqueezed(g, own, [1])], weight.dtype);
  const neutral = g.scalar(kind.neutral, weight.dtype);
  const kept = skipped < 0 ? scaled : where(g, unsqueezed(g, isPadding, [1]), neutral, scaled);
  const into = (value: AtenTensor, source: AtenTensor, reduction: string): AtenTensor => {
    const index = expanded(g, unsqueezed(g, bag, [1]), sizesOf(g, source));
    return g.add('ScatterElements', [value, index, source], value, { axis: 0n, reduction });
  };
  const made = into(expanded(g, neutral, [total, width]), kept, kind.reduction);
  if (mode === 0) return [made, null, null, null];
  const ones = unsqueezed(g, g.cast(mapped(g, 'Not', isPadding), weight.dtype), [1]);
  const one = skipped < 0 ? expanded(g, g.scalar(1, weight.dtype), [count, 1]) : ones;
  const held = into(expanded(g, g.scalar(0, weight.dtype), [total, 1]), one, 'add');
  const isEmpty = elementwise(g, 'Equal', [held, g.scalar(0, weight.dtype)], 'bool');
  const answer = mode === 1 ? elementwise(g, 'Div', [made, held], weight.dtype) : made;
  return [where(g, isEmpty, g.scalar(0, weight.dtype), answer), null, null, null];
};

function lengthOf({ g }: AtenCall, x: AtenTensor): AtenTensor {
  const size = g.sizeOf(x, 0);
  if (typeof size === 'number') return g.scalar(size, 'int64');
  return g.add('Squeeze', [size.tensor, g.numbers([0], 'int64')], { dtype: 'int64', shape: [] });
}

const BAG =
  'weight indices offsets scale_grad_by_freq mode sparse per_sample_weights include_last_offset padding_idx';

export const DISTANCES = [
  ...rows('cdist', 'x1 x2 p compute_mode', between),
  ...rows('_cdist_forward', 'x1 x2 p compute_mode', between),
  ...rows('pdist _pdist_forward', 'self p', among),
  ...rows('dist', 'self other p', apart),
  ...rows('embedding_bag _embedding_bag _embedding_bag_forward_only', BAG, bags),
];
