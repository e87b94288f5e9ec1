import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import {
  elementwise,
  gathered,
  matmul,
  reduced,
  sizesOf,
  squeezed,
  swapLast,
  unsqueezed,
} from './primitives.ts';
import type { AtenTensor, AtenValue, SymbolicInteger, TensorSize } from './value.ts';

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

function sizesAfter(call: AtenCall, x: AtenTensor, options: PoolingOptions): readonly TensorSize[] {
  const sizes = options.kernel.map((_, axis) => pooledSize(call, x.shape[axis + 2] ?? 1, axis, options));
  return [...x.shape.slice(0, 2), ...sizes];
}

const attributesOf = ({ kernel, strides, padding, ceil }: PoolingOptions) => ({
  kernel_shape: kernel.map(BigInt),
  strides: strides.map(BigInt),
  pads: [...padding, ...padding].map(BigInt),
  ceil_mode: ceil ? 1n : 0n,
});

function averaged(call: AtenCall, count: number): AtenTensor {
  const options = optionsOf(call, count);
  call.require('divisor_override', null);
  return batched(call, count, (x) =>
    call.g.add(
      'AveragePool',
      [x],
      { dtype: x.dtype, shape: sizesAfter(call, x, options) },
      { ...attributesOf(options), count_include_pad: call.bool('count_include_pad', true) ? 1n : 0n },
    ),
  );
}

/** The largest of each window. */
const largest = (call: AtenCall, count: number): AtenTensor => {
  const options = optionsOf(call, count);
  return batched(call, count, (x) => largestOf(call, x, options)[0]);
};

/** The same with its place in the image: ONNX counts places over all images of a batch. */
const largestAndPlace =
  (count: number) =>
  (call: AtenCall): readonly AtenTensor[] => {
    const options = optionsOf(call, count);
    const { g } = call;
    const given = call.tensor('self');
    const x = given.shape.length === count + 1 ? unsqueezed(g, given, [0]) : given;
    const [values, places] = largestOf(call, x, options);
    const sizes = g.integers(sizesOf(g, x).slice(2));
    const size = g.add('ReduceProd', [sizes], { dtype: 'int64', shape: [] }, { keepdims: 0n });
    const inImage = elementwise(g, 'Mod', [places, size], 'int64');
    const made = [values, { ...inImage, shape: places.shape }];
    return x === given ? made : made.map((value) => squeezed(g, value, [0]));
  };

function largestOf(
  call: AtenCall,
  x: AtenTensor,
  options: PoolingOptions,
): readonly [AtenTensor, AtenTensor] {
  const shape = sizesAfter(call, x, options);
  const attributes = { ...attributesOf(options), dilations: options.dilations.map(BigInt) };
  const made = [
    { dtype: x.dtype, shape },
    { dtype: 'int64' as const, shape },
  ];
  const [values = x, places = x] = call.g.addMany('MaxPool', [x], made, attributes);
  return [values, places];
}

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

/** The same of an axis whose size only a call tells. */
function freeAverages(
  call: AtenCall,
  { tensor: from }: SymbolicInteger,
  to: number,
  dtype: AtenTensor['dtype'],
): AtenTensor {
  const { g } = call;
  call.requireAtMost('output_size', to, 4096);
  const whole = (values: readonly number[]): AtenTensor => g.numbers(values, 'int64', [values.length, 1]);
  const computed = (op: string, a: AtenTensor, b: AtenTensor): AtenTensor =>
    elementwise(g, op, [a, b], 'int64');
  const parts = Array.from({ length: to }, (_, i) => i);
  const count = whole([to]);
  const starts = computed('Div', computed('Mul', whole(parts), from), count);
  const ends = computed('Mul', whole(parts.map((i) => i + 1)), from);
  const behind = computed('Div', computed('Add', ends, whole([to - 1])), count);
  const limits = [g.scalar(0, 'int64'), reduced(g, 'ReduceSum', from, [0], false), g.scalar(1, 'int64')];
  const places = g.add('Range', limits, { dtype: 'int64', shape: [g.unknownSize()] });
  const isBehind = elementwise(g, 'GreaterOrEqual', [places, starts], 'bool');
  const isIn = elementwise(g, 'And', [isBehind, elementwise(g, 'Less', [places, behind], 'bool')], 'bool');
  const width = g.cast(computed('Sub', behind, starts), dtype);
  return elementwise(g, 'Div', [g.cast(isIn, dtype), width], dtype);
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
  if (kind === 'Max') return largestParts(call, x, wanted);
  if (wanted.length > 2) throw call.wrong('output_size', 'sizes that divide those of the input');
  const means = wanted.map((parts, axis) => {
    const size = g.sizeOf(x, axis + 2);
    return typeof size === 'number'
      ? averages(call, size, parts, x.dtype)
      : freeAverages(call, size, parts, x.dtype);
  });
  const [first = x, last] = means;
  if (last === undefined) return matmul(g, x, swapLast(g, first));
  return matmul(g, first, matmul(g, x, swapLast(g, last)));
}

/** The largest of parts of different sizes: each axis in turn, with elements of the shorter parts taken twice. */
function largestParts(call: AtenCall, x: AtenTensor, wanted: readonly number[]): AtenTensor {
  const { g } = call;
  return wanted.reduce((value, parts, i) => {
    const [axis, size] = [i + 2, value.shape[i + 2]];
    if (typeof size !== 'number') throw call.wrong('self', 'images of fixed sizes');
    const starts = Array.from({ length: parts }, (_, part) => Math.floor((part * size) / parts));
    const ends = starts.map((_, part) => Math.ceil(((part + 1) * size) / parts));
    const width = Math.max(...starts.map((start, part) => (ends[part] ?? start) - start));
    call.requireAtMost('output_size', parts * width, 2 ** 20);
    const places = starts.flatMap((start, part) =>
      Array.from({ length: width }, (_, at) => Math.min(start + at, (ends[part] ?? 1) - 1)),
    );
    const found = gathered(g, value, g.numbers(places, 'int64', [parts, width]), axis);
    return reduced(g, 'ReduceMax', found, [axis + 1], false);
  }, x);
}

/** Places of the largest of uneven parts are not computed: reading them is refused. */
const withoutPlaces =
  (emit: (call: AtenCall) => AtenValue) =>
  (call: AtenCall): AtenValue => [emit(call), null];

const MAXIMUM = 'self kernel_size stride padding dilation ceil_mode';
const AVERAGE = 'self kernel_size stride padding ceil_mode count_include_pad divisor_override';

export const POOLINGS = [1, 2, 3].flatMap((count) => [
  ...rows(`max_pool${count}d`, MAXIMUM, (call) => largest(call, count)),
  ...rows(`max_pool${count}d_with_indices`, MAXIMUM, largestAndPlace(count)),
  ...rows(`avg_pool${count}d`, AVERAGE, (call) => averaged(call, count)),
  ...rows(`adaptive_avg_pool${count}d _adaptive_avg_pool${count}d`, 'self output_size', (call) =>
    adaptive(call, 'Average', count),
  ),
  ...rows(
    `adaptive_max_pool${count}d`,
    'self output_size',
    withoutPlaces((call) => adaptive(call, 'Max', count)),
  ),
]);
