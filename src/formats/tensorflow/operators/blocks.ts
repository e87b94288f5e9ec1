import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { concatAll } from './join.ts';
import { transposeBy } from './shape.ts';

/**
 * Blocks of places move into the batch and back, as convolutions with gaps were once written: `[N, places…, rest…]` ↔
 * `[N·∏blocks, places / blocks…, rest…]` (tensorflow/core/ops/array_ops.cc).
 */

/** The sizes of a value as they are when the graph runs, one vector of one number an axis. */
function sizesOf(c: NodeContext, x: TensorValue): readonly TensorValue[] {
  const rank = x.shape?.length;
  if (rank === undefined) throw c.unsupported('input', 'a tensor of unknown rank', 'a known rank is');
  const shape = c.emit('Shape', [x], {}, { dtype: 'int64', shape: [rank], numbers: x.shape });
  return Array.from({ length: rank }, (_, at) => {
    const size = x.shape?.[at] ?? null;
    if (size !== null) return c.g.ints([size]);
    return c.emit(
      'Gather',
      [shape, c.g.ints([at])],
      { axis: 0n },
      { dtype: 'int64', shape: [1], numbers: [null] },
    );
  });
}

const by = (c: NodeContext, op: 'Mul' | 'Div', size: TensorValue, factor: number): TensorValue => {
  const [known = null] = size.numbers ?? [];
  if (known !== null) return c.g.ints([op === 'Mul' ? known * factor : Math.floor(known / factor)]);
  return c.emit(op, [size, c.g.ints([factor])], {}, { dtype: 'int64', shape: [1], numbers: [null] });
};

function reshaped(c: NodeContext, x: TensorValue, sizes: readonly TensorValue[]): TensorValue {
  const shape = concatAll(c, sizes, 0);
  return c.emit('Reshape', [x, shape], {}, { dtype: x.dtype, shape: shape.numbers ?? sizes.map(() => null) });
}

const product = (blocks: readonly number[]): number => blocks.reduce((all, block) => all * block, 1);

const spaceToBatch: OperatorRule = (c) => {
  const [x, blocks, pads] = [c.tensor(0), c.ints(1), c.ints(2)];
  const rest = c.rank(0) - 1 - blocks.length;
  const ends = (which: 0 | 1): number[] => [
    0,
    ...blocks.map((_, i) => pads[2 * i + which] ?? 0),
    ...new Array<number>(rest).fill(0),
  ];
  const [before, after] = [ends(0), ends(1)];
  const shape =
    x.shape?.map((size, at) => (size === null ? null : size + (before[at] ?? 0) + (after[at] ?? 0))) ?? null;
  const padded = c.emit('Pad', [x, c.g.ints([...before, ...after])], {}, { dtype: x.dtype, shape });
  const [batch, ...sizes] = sizesOf(c, padded);
  if (batch === undefined) throw c.invalid('a scalar', 'a batch');
  const places = sizes.slice(0, blocks.length).map((size, i) => by(c, 'Div', size, blocks[i] ?? 1));
  const others = sizes.slice(blocks.length);
  const cut = reshaped(c, padded, [
    batch,
    ...places.flatMap((size, i) => [size, c.g.ints([blocks[i] ?? 1])]),
    ...others,
  ]);
  const count = blocks.length;
  const inner = blocks.map((_, i) => 2 * i + 2);
  const outer = blocks.map((_, i) => 2 * i + 1);
  const tail = others.map((_, i) => 1 + 2 * count + i);
  const turned = transposeBy(c, cut, [...inner, 0, ...outer, ...tail]);
  return reshaped(c, turned, [by(c, 'Mul', batch, product(blocks)), ...places, ...others]);
};

const batchToSpace: OperatorRule = (c) => {
  const [x, blocks, crops] = [c.tensor(0), c.ints(1), c.ints(2)];
  const count = blocks.length;
  const [all, ...sizes] = sizesOf(c, x);
  if (all === undefined) throw c.invalid('a scalar', 'a batch');
  const batch = by(c, 'Div', all, product(blocks));
  const places = sizes.slice(0, count);
  const others = sizes.slice(count);
  const cut = reshaped(c, x, [...blocks.map((block) => c.g.ints([block])), batch, ...places, ...others]);
  const pairs = blocks.flatMap((_, i) => [count + 1 + i, i]);
  const turned = transposeBy(c, cut, [count, ...pairs, ...others.map((_, i) => 2 * count + 1 + i)]);
  const whole = reshaped(c, turned, [
    batch,
    ...places.map((size, i) => by(c, 'Mul', size, blocks[i] ?? 1)),
    ...others,
  ]);
  const start = blocks.map((_, i) => crops[2 * i] ?? 0);
  // A crop of 0 at the end leaves all.
  const end = blocks.map((_, i) => -(crops[2 * i + 1] ?? 0) || Number.MAX_SAFE_INTEGER);
  const axes = blocks.map((_, i) => i + 1);
  const shape = whole.shape?.map((size, at) => (at >= 1 && at <= count ? null : size)) ?? null;
  return c.emit(
    'Slice',
    [whole, c.g.ints(start), c.g.ints(end), c.g.ints(axes)],
    {},
    { dtype: x.dtype, shape },
  );
};

/** Operators that move blocks of places into the batch, and back. */
export const BLOCK_OPERATORS: OperatorTable = {
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
};
