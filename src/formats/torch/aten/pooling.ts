import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { matmul, squeezed, swapLast, unsqueezed } from './primitives.ts';
import type { AtenTensor, AtenValue, TensorSize } from './value.ts';

/** Windows over one to three axes: the largest or the mean of each. */

interface PoolingOptions {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly padding: readonly number[];
  readonly dilations: readonly number[];
  readonly ceil: boolean;
}

function optionsOf(call: AtenCall, count: number): PoolingOptions {
  const kernel = call.intsFor('kernel_size', count, 1);
  const stride = call.ints('stride', []);
  return {
    kernel,
    strides: stride.length === 0 ? kernel : call.intsFor('stride', count, 1),
    padding: call.intsFor('padding', count, 0),
    dilations: call.intsFor('dilation', count, 1),
    ceil: call.bool('ceil_mode'),
  };
}

/** aten/src/ATen/native/Pool.h: a last window that begins behind the input and its front padding is left out. */
function pooledSize(
  call: AtenCall,
  size: TensorSize,
  axis: number,
  { kernel, strides, padding, dilations, ceil }: PoolingOptions,
): TensorSize {
  if (typeof size !== 'number') return call.g.unknownSize();
  const [stride, pad] = [strides[axis] ?? 1, padding[axis] ?? 0];
  const free = size + 2 * pad - (dilations[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) - 1;
  const count = (ceil ? Math.ceil(free / stride) : Math.floor(free / stride)) + 1;
  return Math.max(0, ceil && (count - 1) * stride >= size + pad ? count - 1 : count);
}

/** With an axis for N, if it has none, while `pool` is at work. */
function batched(call: AtenCall, count: number, pool: (x: AtenTensor) => AtenTensor): AtenTensor {
  const { g } = call;
  const x = call.tensor('self');
  if (x.shape.length === count + 2) return pool(x);
  if (x.shape.length !== count + 1) throw call.wrong('self', `a tensor of ${count + 2} axes`);
  return squeezed(g, pool(unsqueezed(g, x, [0])), [0]);
}

function pooled(call: AtenCall, op: 'MaxPool' | 'AveragePool', count: number): AtenTensor {
  const options = optionsOf(call, count);
  const { kernel, strides, padding, dilations, ceil } = options;
  if (op === 'AveragePool') call.require('divisor_override', null);
  return batched(call, count, (x) => {
    const sizes = kernel.map((_, axis) => pooledSize(call, x.shape[axis + 2] ?? 1, axis, options));
    const made = { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...sizes] };
    return call.g.add(op, [x], made, {
      kernel_shape: kernel.map(BigInt),
      strides: strides.map(BigInt),
      pads: [...padding, ...padding].map(BigInt),
      ceil_mode: ceil ? 1n : 0n,
      ...(op === 'MaxPool'
        ? { dilations: dilations.map(BigInt) }
        : { count_include_pad: call.bool('count_include_pad', true) ? 1n : 0n }),
    });
  });
}

/** Places of the largest are not computed: the second answer stays empty, and reading it is refused. */
const withPlaces =
  (emit: (call: AtenCall) => AtenValue) =>
  (call: AtenCall): AtenValue => [emit(call), null];

/** Row i of this matrix takes the mean over the i-th part of an axis, from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉. */
function averages(call: AtenCall, from: number, to: number, dtype: AtenTensor['dtype']): AtenTensor {
  call.requireAtMost('output_size', from * to, 2 ** 22);
  const matrix = new Array<number>(from * to).fill(0);
  for (let i = 0; i < to; i += 1) {
    const [start, end] = [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)];
    matrix.fill(1 / (end - start), i * from + start, i * from + end);
  }
  return call.g.numbers(matrix, dtype, [to, from]);
}

/** Windows that divide an axis into as many parts as are wanted; null where the parts differ in size. */
function evenWindows(sizes: readonly TensorSize[], wanted: readonly number[]): readonly number[] | null {
  const windows = wanted.map((parts, axis) => Number(sizes[axis] ?? 1) / parts);
  return windows.every((size) => Number.isInteger(size) && size > 0) ? windows : null;
}

function adaptive(call: AtenCall, kind: 'Average' | 'Max', count: number): AtenTensor {
  const { g } = call;
  return batched(call, count, (x) => {
    const sizes = x.shape.slice(2);
    const given = call.value('output_size');
    const list = Array.isArray(given) ? given : new Array<AtenValue>(count).fill(given ?? 1);
    const wanted = sizes.map((size, axis) => {
      const one: AtenValue = list[axis] ?? null;
      const parts = one === null ? size : one;
      if (typeof parts !== 'number') throw call.wrong('output_size', 'numbers that do not change');
      return parts;
    });
    if (wanted.every((parts) => parts === 1)) {
      const shape = [...x.shape.slice(0, 2), ...wanted];
      return g.add(`Global${kind}Pool`, [x], { dtype: x.dtype, shape });
    }
    if (wanted.every((parts, axis) => parts === sizes[axis])) return x;
    const windows = evenWindows(sizes, wanted);
    if (windows !== null) {
      const lengths = windows.map(BigInt);
      const made = { dtype: x.dtype, shape: [...x.shape.slice(0, 2), ...wanted] };
      return g.add(`${kind}Pool`, [x], made, { kernel_shape: lengths, strides: lengths });
    }
    return unevenParts(call, x, kind, wanted);
  });
}

function unevenParts(
  call: AtenCall,
  x: AtenTensor,
  kind: 'Average' | 'Max',
  wanted: readonly number[],
): AtenTensor {
  const { g } = call;
  const sizes = x.shape.slice(2).filter((size) => typeof size === 'number');
  if (kind === 'Max' || sizes.length !== wanted.length || sizes.length > 2)
    throw call.wrong('output_size', 'sizes that divide those of the input');
  const width = sizes.length - 1;
  const last = averages(call, sizes[width] ?? 1, wanted[width] ?? 1, x.dtype);
  const narrow = matmul(g, x, swapLast(g, last));
  return width === 0 ? narrow : matmul(g, averages(call, sizes[0] ?? 1, wanted[0] ?? 1, x.dtype), narrow);
}

const MAXIMUM = 'self kernel_size stride padding dilation ceil_mode';
const AVERAGE = 'self kernel_size stride padding ceil_mode count_include_pad divisor_override';

export const POOLINGS = [1, 2, 3].flatMap((count) => [
  ...rows(`max_pool${count}d`, MAXIMUM, (call) => pooled(call, 'MaxPool', count)),
  ...rows(
    `max_pool${count}d_with_indices`,
    MAXIMUM,
    withPlaces((call) => pooled(call, 'MaxPool', count)),
  ),
  ...rows(`avg_pool${count}d`, AVERAGE, (call) => pooled(call, 'AveragePool', count)),
  ...rows(`adaptive_avg_pool${count}d _adaptive_avg_pool${count}d`, 'self output_size', (call) =>
    adaptive(call, 'Average', count),
  ),
  ...rows(
    `adaptive_max_pool${count}d`,
    'self output_size',
    withPlaces((call) => adaptive(call, 'Max', count)),
  ),
]);
