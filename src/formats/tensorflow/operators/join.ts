import { fromFront } from '../../../onnx/check/fact.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { concatenatedShape } from '../shapes.ts';
import { sizes, transposeBy, unsqueezeAt } from './shape.ts';
import { stridedSlice } from './strided-slice.ts';

const concat =
  (axisFirst: boolean): OperatorRule =>
  (c) => {
    const axisAt = axisFirst ? 0 : c.inputs.length - 1;
    const [axis = 0] = c.ints(axisAt);
    const parts = c.tensors.filter((_, i) => i !== axisAt);
    return concatAll(c, parts, axis);
  };

export function concatAll(c: NodeContext, parts: readonly TensorValue[], axis: number): TensorValue {
  const [first] = parts;
  if (first === undefined) throw c.invalid('nothing to concatenate', 'at least one input');
  if (parts.length === 1) return first;
  const flat = parts.every(({ shape, numbers }) => shape?.length === 1 && numbers !== null);
  const made = {
    dtype: first.dtype,
    shape: concatenatedShape(
      parts.map((part) => part.shape),
      axis,
    ),
    numbers: flat ? parts.flatMap(({ numbers }) => numbers ?? []) : null,
  };
  return c.emit('Concat', parts, { axis: BigInt(axis) }, made);
}

const pack: OperatorRule = (c) => {
  const axis = c.int('axis', 0);
  const parts = c.tensors.map((value) => unsqueezeAt(c, value, axis));
  return concatAll(c, parts, axis);
};

const unpack: OperatorRule = (c) => {
  const axis = c.int('axis', 0);
  const count = c.parts('num');
  const x = c.tensor(0);
  const at = fromFront(axis, x.shape?.length ?? 1);
  const shape = x.shape === null ? null : x.shape.filter((_, i) => i !== at);
  return Array.from({ length: count }, (_, i) =>
    c.emit(
      'Gather',
      [x, c.g.int(i)],
      { axis: BigInt(axis) },
      { dtype: x.dtype, shape, numbers: pickedOf(x, [i]) },
    ),
  );
};

export const pickedOf = ({ numbers, shape }: TensorValue, at: readonly number[]): (number | null)[] | null =>
  numbers === null || shape?.length !== 1
    ? null
    : at.map((i) => numbers[fromFront(i, numbers.length)] ?? null);

function splitBy(
  c: NodeContext,
  x: TensorValue,
  axis: number,
  parts: readonly number[],
): readonly TensorValue[] {
  if (parts.length === 1) return [x];
  const made = parts.map((part) => {
    const at = fromFront(axis, x.shape?.length ?? 1);
    const shape =
      x.shape === null ? null : x.shape.map((size, i) => (i === at ? (part < 0 ? null : part) : size));
    return { dtype: x.dtype, shape };
  });
  const known = parts.every((part) => part >= 0);
  const inputs = known ? [x, c.g.ints(parts)] : [x];
  const attributes = { axis: BigInt(axis), ...(known ? {} : { num_outputs: BigInt(parts.length) }) };
  return c.g.emitMany('Split', inputs, attributes, made);
}

const split: OperatorRule = (c) => {
  const [axis = 0] = c.ints(0);
  const x = c.tensor(1);
  const count = c.parts('num_split');
  const whole = x.shape?.[fromFront(axis, x.shape.length)] ?? null;
  if (whole !== null && whole % count !== 0)
    throw c.invalid(`${whole} in ${count} parts`, 'parts of one size');
  return splitBy(c, x, axis, new Array<number>(count).fill(whole === null ? -1 : whole / count));
};

const splitV: OperatorRule = (c) => {
  const parts = [...c.ints(1)];
  const [axis = 0] = c.ints(2);
  const x = c.tensor(0);
  const open = parts.indexOf(-1);
  if (open >= 0) {
    const whole = x.shape?.[fromFront(axis, x.shape.length)] ?? null;
    if (whole === null) throw c.unsupported('size_splits', '-1 over a size that is not known', 'sizes are');
    parts[open] = whole - parts.reduce((sum, part) => sum + Math.max(part, 0), 0);
  }
  return splitBy(c, x, axis, parts);
};

const slice: OperatorRule = (c) => {
  const [x, begin, extent] = [c.tensor(0), sizes(c, c.tensor(1)), sizes(c, c.tensor(2))];
  const last = c.g.int(Number.MAX_SAFE_INTEGER);
  const made = { dtype: 'int64', shape: begin.shape } as const;
  const open = c.emit('Less', [extent, c.g.int(0)], {}, { dtype: 'bool', shape: begin.shape });
  const end = c.emit('Where', [open, last, c.emit('Add', [begin, extent], {}, made)], {}, made);
  const known = extent.numbers;
  const shape =
    x.shape === null || known === null
      ? null
      : x.shape.map((size, i) => {
          const [from, count] = [begin.numbers?.[i] ?? null, known[i] ?? null];
          if (count !== null && count >= 0) return count;
          return size === null || from === null || count === null ? null : size - from;
        });
  return c.emit('Slice', [x, begin, end], {}, { dtype: x.dtype, shape });
};

const pad =
  (mode: 'constant' | 'mirror'): OperatorRule =>
  (c) => {
    const x = c.tensor(0);
    const pairs = c.ints(1);
    const before = pairs.filter((_, i) => i % 2 === 0);
    const after = pairs.filter((_, i) => i % 2 === 1);
    const shape =
      x.shape === null
        ? null
        : x.shape.map((n, i) => (n === null ? null : n + (before[i] ?? 0) + (after[i] ?? 0)));
    const pads = c.g.ints([...before, ...after]);
    const made = { dtype: x.dtype, shape };
    if (mode === 'constant') {
      const value = c.inputs.length > 2 ? c.tensor(2) : c.g.scalar(0, x);
      return c.emit('Pad', [x, pads, value], { mode }, made);
    }
    if (c.text('mode', 'REFLECT') !== 'REFLECT')
      throw c.unsupported('mode', c.text('mode', ''), 'REFLECT is');
    return c.emit('Pad', [x, pads], { mode: 'reflect' }, made);
  };

const reverse: OperatorRule = (c) => {
  const [x, axes] = [c.tensor(0), c.ints(1)];
  if (axes.length === 0) return x;
  const each = (value: number): TensorValue => c.g.ints(axes.map(() => value));
  return c.emit(
    'Slice',
    [x, each(-1), each(-Number.MAX_SAFE_INTEGER), c.g.ints(axes), each(-1)],
    {},
    {
      dtype: x.dtype,
      shape: x.shape,
    },
  );
};

/** Each row backwards up to a length of its own. */
const reverseSequence: OperatorRule = (c) => {
  const [time, batch] = [c.int('seq_dim', 1), c.int('batch_dim', 0)];
  if (time > 1 || batch > 1)
    throw c.unsupported('seq_dim', `axes ${batch} and ${time}`, 'the first two axes are');
  const attributes = { time_axis: BigInt(time), batch_axis: BigInt(batch) };
  return c.emit('ReverseSequence', [c.tensor(0), sizes(c, c.tensor(1))], attributes, c.tensor(0));
};

/** Elements that leave at one end of an axis come in at the other. */
const roll: OperatorRule = (c) => {
  const [shifts, axes] = [c.ints(1), c.ints(2)];
  const cut = (x: TensorValue, axis: number, from: number, to: number): TensorValue =>
    c.emit(
      'Slice',
      [x, c.g.ints([from]), c.g.ints([to]), c.g.ints([axis])],
      {},
      {
        dtype: x.dtype,
        shape: x.shape?.map((size, at) => (at === axis ? null : size)) ?? null,
      },
    );
  return axes.reduce((x, axis, i) => {
    const at = fromFront(axis, x.shape?.length ?? 1);
    const size = x.shape?.[at] ?? null;
    const by = shifts[i] ?? 0;
    // A shift beyond the size goes around; where the size is free, cuts stop at the ends.
    const turn = size === null || size === 0 ? by : by % size;
    if (turn === 0) return x;
    const parts = [cut(x, at, -turn, Number.MAX_SAFE_INTEGER), cut(x, at, 0, -turn)];
    return { ...concatAll(c, parts, at), shape: x.shape };
  }, c.tensor(0));
};

const blocks =
  (op: 'DepthToSpace' | 'SpaceToDepth'): OperatorRule =>
  (c) => {
    if (c.text('data_format', 'NHWC') !== 'NHWC') throw c.unsupported('data_format', 'NCHW', 'NHWC is');
    const blocksize = BigInt(c.int('block_size', 2));
    const first = transposeBy(c, c.tensor(0), [0, 3, 1, 2]);
    const moved = c.emit(
      op,
      [first],
      { blocksize },
      { dtype: first.dtype, shape: [first.shape?.[0] ?? null, null, null, null] },
    );
    return transposeBy(c, moved, [0, 2, 3, 1]);
  };

/** Operators that cut values up and put them together. */
export const JOIN_OPERATORS: OperatorTable = {
  Concat: concat(true),
  ConcatV2: concat(false),
  Pack: pack,
  Unpack: unpack,
  Split: split,
  SplitV: splitV,
  Slice: slice,
  StridedSlice: stridedSlice,
  Pad: pad('constant'),
  PadV2: pad('constant'),
  MirrorPad: pad('mirror'),
  ReverseV2: reverse,
  DepthToSpace: blocks('DepthToSpace'),
  SpaceToDepth: blocks('SpaceToDepth'),
  ReverseSequence: reverseSequence,
  Roll: roll,
};
