import type { NodeContext } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';

const FAR = Number.MAX_SAFE_INTEGER;
/** Masks have 31 bits; a shift by more comes round again. */
const bit = (mask: number, at: number): boolean => at < 31 && (mask & (1 << at)) !== 0;

/** One axis of the input, as the specification of a slice says. */
interface AxisSlice {
  readonly axis: number;
  /** Place in the specification. */
  readonly at: number;
}

/** What `x[1:, None, ..., -1]` says of axes (tensorflow/core/util/strided_slice_op.cc). */
interface SliceAxes {
  readonly ranges: readonly AxisSlice[];
  /** Axes of one element, which leave the result. */
  readonly single: readonly AxisSlice[];
  /** Where axes of size 1 come in, in the result. */
  readonly added: readonly number[];
}

/**
 * Slices by begin, end and stride a axis, where masks say what begins at the start, ends at the end, is one element, is a
 * new axis, or stands for all axes between.
 */
export function stridedSlice(c: NodeContext): TensorValue {
  const x = c.tensor(0);
  const strides = c.ints(3);
  const axes = axesOf(c, x, strides.length);
  const begin = c.tensor(1);
  const end = c.tensor(2);
  const sliced = sliceRanges(c, x, axes, { begin, end, strides });
  const picked = takeSingles(c, sliced, axes, begin);
  if (axes.added.length === 0) return picked;
  const shape = axes.added.reduce<Shape>(
    (sizes, at) => (sizes === null ? null : sizes.toSpliced(at, 0, 1)),
    picked.shape,
  );
  const made = { dtype: x.dtype, shape, numbers: picked.numbers };
  return c.emit('Unsqueeze', [picked, c.g.ints(axes.added)], {}, made);
}

function axesOf(c: NodeContext, x: TensorValue, count: number): SliceAxes {
  const [ellipsis, added, shrink] = ['ellipsis_mask', 'new_axis_mask', 'shrink_axis_mask'].map((name) =>
    c.int(name, 0),
  );
  const ranges: AxisSlice[] = [];
  const single: AxisSlice[] = [];
  const fresh: number[] = [];
  let axis = 0;
  let result = 0;
  for (let at = 0; at < count; at += 1) {
    if (bit(ellipsis ?? 0, at)) {
      const rank = x.shape?.length;
      if (rank === undefined)
        throw c.unsupported('ellipsis_mask', 'an ellipsis over an unknown rank', 'a known rank is');
      const rest = Array.from({ length: count - at - 1 }, (_, i) => at + 1 + i);
      const covered = rank - axis - rest.filter((i) => !bit(added ?? 0, i)).length;
      axis += covered;
      result += covered;
    } else if (bit(added ?? 0, at)) {
      fresh.push(result);
      result += 1;
    } else if (bit(shrink ?? 0, at)) {
      single.push({ axis, at });
      axis += 1;
    } else {
      ranges.push({ axis, at });
      axis += 1;
      result += 1;
    }
  }
  return { ranges, single, added: fresh };
}

interface SliceBounds {
  readonly begin: TensorValue;
  readonly end: TensorValue;
  readonly strides: readonly number[];
}

function sliceRanges(
  c: NodeContext,
  x: TensorValue,
  { ranges }: SliceAxes,
  bounds: SliceBounds,
): TensorValue {
  const { begin, end, strides } = bounds;
  const beginMask = c.int('begin_mask', 0);
  const endMask = c.int('end_mask', 0);
  const whole = ({ at }: AxisSlice): boolean => bit(beginMask, at) && bit(endMask, at) && strides[at] === 1;
  const cut = ranges.filter((range) => !whole(range));
  if (cut.length === 0) return x;
  const starts = cut.map(({ at }) => (bit(beginMask, at) ? ((strides[at] ?? 1) < 0 ? FAR : 0) : at));
  const from = boundOf(c, begin, cut, (at) =>
    bit(beginMask, at) ? ((strides[at] ?? 1) < 0 ? FAR : 0) : null,
  );
  const to = boundOf(c, end, cut, (at) => (bit(endMask, at) ? ((strides[at] ?? 1) < 0 ? -FAR : FAR) : null));
  const steps = cut.map(({ at }) => strides[at] ?? 1);
  const shape = x.shape === null ? null : [...x.shape];
  for (const [i, { axis }] of cut.entries())
    if (shape !== null)
      shape[axis] = lengthOf(
        shape[axis] ?? null,
        from.numbers?.[i] ?? null,
        to.numbers?.[i] ?? null,
        steps[i] ?? 1,
      );
  const numbers = starts.length === 1 && x.shape?.length === 1 ? slicedNumbers(x, from, to, steps) : null;
  const axes = c.g.ints(cut.map(({ axis }) => axis));
  return c.emit('Slice', [x, from, to, axes, c.g.ints(steps)], {}, { dtype: x.dtype, shape, numbers });
}

/** The bounds of some axes: constants where they are, else gatherFrom as the graph runs. */
function boundOf(
  c: NodeContext,
  given: TensorValue,
  cut: readonly AxisSlice[],
  fixed: (at: number) => number | null,
): TensorValue {
  const known = cut.map(({ at }) => fixed(at) ?? given.numbers?.[at] ?? null);
  if (known.every((value) => value !== null)) return c.g.ints(known);
  const wide = c.g.cast(given, 'int64');
  const parts = cut.map(({ at }) => {
    const value = fixed(at);
    if (value !== null) return c.g.ints([value]);
    return c.emit('Gather', [wide, c.g.ints([at])], { axis: 0n }, { dtype: 'int64', shape: [1] });
  });
  const shape = [cut.length];
  return c.emit('Concat', parts, { axis: 0n }, { dtype: 'int64', shape, numbers: known });
}

/** Elements from `from` to `to`, or null where that is not known. */
function lengthOf(size: number | null, from: number | null, to: number | null, step: number): number | null {
  if (size === null || from === null || to === null) return null;
  const low = step < 0 ? -1 : 0;
  const high = step < 0 ? size - 1 : size;
  const inside = (value: number): number =>
    Math.min(Math.max(value < 0 && value > -FAR ? value + size : value, low), high);
  const start = from === FAR && step < 0 ? size - 1 : inside(from);
  const stop = to === -FAR ? -1 : inside(to);
  return Math.max(0, Math.ceil((stop - start) / step));
}

function slicedNumbers(
  x: TensorValue,
  from: TensorValue,
  to: TensorValue,
  steps: readonly number[],
): (number | null)[] | null {
  const [start, stop] = [from.numbers?.[0] ?? null, to.numbers?.[0] ?? null];
  if (x.numbers === null || start === null || stop === null || steps[0] !== 1) return null;
  return x.numbers.slice(start, stop);
}

function takeSingles(c: NodeContext, x: TensorValue, { single }: SliceAxes, begin: TensorValue): TensorValue {
  // From the last axis on, so that the places of those before stay.
  return single.toReversed().reduce((value, { axis, at }) => {
    const known = begin.numbers?.[at] ?? null;
    const index =
      known === null
        ? c.emit(
            'Gather',
            [c.g.cast(begin, 'int64'), c.g.int(at)],
            { axis: 0n },
            { dtype: 'int64', shape: [] },
          )
        : c.g.int(known);
    const shape = value.shape === null ? null : value.shape.toSpliced(axis, 1);
    const { numbers } = value;
    const picked =
      numbers !== null && known !== null && value.shape?.length === 1 ? [numbers.at(known) ?? null] : null;
    return c.emit(
      'Gather',
      [value, index],
      { axis: BigInt(axis) },
      { dtype: value.dtype, shape, numbers: picked },
    );
  }, x);
}
