import { numbersTensor } from '../../model/numbers-tensor.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import { modelUnsupported } from '../../model/way-past.ts';
import { broadcastShapes } from '../../onnx/broadcast.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import { fromFront } from '../../onnx/check/fact.ts';
import { ELEMENT_TYPE } from '../../onnx/dtype.ts';
import type { AttributeInput, OnnxModel, ValueName } from '../../onnx/graph.ts';

/** A value of the graph under construction: what Keras knows of a tensor. The first axis is the batch; null is a free size. */
export interface KerasTensor {
  readonly value: ValueName;
  readonly dtype: DType;
  readonly shape: readonly (number | null)[];
  /** `[batch, time]` of booleans, false where there is nothing; null where nothing is masked. */
  readonly mask: KerasTensor | null;
}

type Attributes = Record<string, AttributeInput>;

/** One size of a reshape: a number, what the input has on this axis, or (once) what is left. */
export type ReshapeSize = number | 'same' | 'rest';

/** Operators of ai.onnx that answer booleans. */
const COMPARISONS = new Set([
  'Equal',
  'Less',
  'LessOrEqual',
  'Greater',
  'GreaterOrEqual',
  'And',
  'Or',
  'Xor',
]);

/** Steps of a sequence that a loop goes over. */
const MOST_STEPS = 2 ** 16;

/** Operators that onnxruntime adds to those of ONNX. */
const MICROSOFT = { domain: 'com.microsoft', version: 1 };

/** Puts nodes together and keeps account of types and shapes; operators are those of ai.onnx 21. */
export class TensorGraph {
  readonly #builder: GraphBuilder;

  constructor(name: string, reserved: readonly string[], builder = new GraphBuilder(name, reserved)) {
    this.#builder = builder;
  }

  input(name: string, dtype: DType, shape: readonly (number | null)[]): KerasTensor {
    const sizes = shape.map((size, axis) => size ?? (axis === 0 ? 'N' : `${name}_${axis}`));
    return { value: this.#builder.input(name, dtype, sizes), dtype, shape, mask: null };
  }

  output(name: string, { value, dtype, shape }: KerasTensor): void {
    const sizes = shape.map((size, axis) => size ?? (axis === 0 ? 'N' : `${name}_${axis}`));
    this.#builder.output(name, value, dtype, sizes);
  }

  build(metadata: Readonly<Record<string, string>>): OnnxModel {
    const model = this.#builder.build(metadata);
    const isForeign = model.graph.nodes.some(({ domain }) => domain === MICROSOFT.domain);
    return isForeign ? { ...model, opsets: [...model.opsets, MICROSOFT] } : model;
  }

  tensor(tensor: Tensor): KerasTensor {
    const { dtype, shape } = tensor;
    return { value: this.#builder.constant(tensor), dtype, shape, mask: null };
  }

  /** Numbers as a constant of a type. */
  numbers(values: readonly number[], dtype: DType, shape: readonly number[] = [values.length]): KerasTensor {
    return this.tensor(numbersTensor(values, dtype, shape));
  }

  /** Throws MODEL_UNSUPPORTED for a fraction among whole numbers, which would be cut. */
  scalar(value: number, dtype: DType): KerasTensor {
    if (!dtype.startsWith('float') && !Number.isInteger(value))
      throw modelUnsupported({
        path: 'the model',
        class: 'keras.layers',
        offset: 0,
        field: 'the type of an input',
        found: dtype,
        wanted: `floating-point numbers, where a layer computes with ${value}, are`,
      });
    return this.numbers([value], dtype, []);
  }

  texts(values: readonly string[], shape: readonly number[] = [values.length]): KerasTensor {
    return this.tensor({ dtype: 'string', shape, data: values });
  }

  /** A node of any operator, with what is known of its first output. */
  node(
    op: string,
    inputs: readonly (KerasTensor | null)[],
    result: Pick<KerasTensor, 'dtype' | 'shape'>,
    attributes: Attributes = {},
    domain = '',
  ): KerasTensor {
    const names = inputs.map((input) => input?.value ?? '');
    const value = this.#builder.add(op, names, attributes, domain);
    return { value, dtype: result.dtype, shape: result.shape, mask: null };
  }

  /**
   * Goes over the steps of `x` along its first axis, up to `MOST_STEPS`: `step` makes the next states of those before, and may read
   * whatever there is. Answers the last states, and the first one after every step.
   */
  overSteps(
    x: KerasTensor,
    begun: readonly KerasTensor[],
    step: (inner: TensorGraph, x: KerasTensor, states: readonly KerasTensor[]) => readonly KerasTensor[],
  ): { readonly states: readonly KerasTensor[]; readonly all: KerasTensor } {
    const count = this.reshape(this.sizesOf(x, 0, 1), []);
    const body = this.#builder.nested('steps');
    const inner = new TensorGraph('steps', [], body);
    const turn: KerasTensor = {
      value: body.argument('turn', 'int64'),
      dtype: 'int64',
      shape: [],
      mask: null,
    };
    const going = body.argument('going', 'bool');
    const before = begun.map((state) => ({ ...state, value: body.argument('state') }));
    const after = step(inner, inner.gather(x, turn, 0), before);
    body.result(going);
    for (const { value } of [...after, ...after.slice(0, 1)]) body.result(value);
    const [time = null] = x.shape;
    const [first] = begun;
    if (first === undefined) throw new RangeError('a loop carries a state');
    // A length beyond the limit fails, so that nobody can make a graph go round without end.
    const limit = this.scalar(MOST_STEPS, 'int64');
    const isOver = this.cast(this.binary('Greater', count, limit), 'int64');
    const checked = this.gather(this.numbers([MOST_STEPS], 'int64'), isOver, 0);
    const trips = this.node('Min', [count, checked, limit], count);
    const values = this.#builder.addMany(
      'Loop',
      [trips.value, '', ...begun.map(({ value }) => value)],
      begun.length + 1,
      { body: body.graph() },
    );
    const states = begun.map((state, i) => ({ ...state, value: values[i] ?? '' }));
    const all = { ...first, value: values.at(-1) ?? '', shape: [time, ...first.shape] };
    return { states, all };
  }

  /** What several nodes make together, such as a hash function. */
  composed(
    make: (builder: GraphBuilder) => ValueName,
    result: Pick<KerasTensor, 'dtype' | 'shape'>,
  ): KerasTensor {
    return { value: make(this.#builder), dtype: result.dtype, shape: result.shape, mask: null };
  }

  /** A node with several outputs. */
  nodes(
    op: string,
    inputs: readonly (KerasTensor | null)[],
    results: readonly Pick<KerasTensor, 'dtype' | 'shape'>[],
    attributes: Attributes = {},
    domain = '',
  ): KerasTensor[] {
    const names = inputs.map((input) => input?.value ?? '');
    const values = this.#builder.addMany(op, names, results.length, attributes, domain);
    return results.map(({ dtype, shape }, i) => ({ value: values[i] ?? '', dtype, shape, mask: null }));
  }

  /** An operator that keeps type and shape. */
  unary(op: string, x: KerasTensor, attributes: Attributes = {}, domain = ''): KerasTensor {
    return this.node(op, [x], x, attributes, domain);
  }

  /** An operator of two tensors that are broadcast. */
  binary(op: string, a: KerasTensor, b: KerasTensor): KerasTensor {
    const dtype = COMPARISONS.has(op) ? 'bool' : a.dtype;
    return this.node(op, [a, b], { dtype, shape: broadcastShapes(a.shape, b.shape) });
  }

  /** `binary` with a number of the tensor's own type. */
  withScalar(op: string, x: KerasTensor, value: number): KerasTensor {
    return this.binary(op, x, this.scalar(value, x.dtype));
  }

  where(condition: KerasTensor, a: KerasTensor, b: KerasTensor): KerasTensor {
    const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
    return this.node('Where', [condition, a, b], { dtype: a.dtype, shape });
  }

  clip(x: KerasTensor, low: number | null, high: number | null): KerasTensor {
    const bound = (value: number | null): KerasTensor | null =>
      value === null ? null : this.scalar(value, x.dtype);
    return this.node('Clip', high === null ? [x, bound(low)] : [x, bound(low), bound(high)], x);
  }

  cast(x: KerasTensor, dtype: DType): KerasTensor {
    if (x.dtype === dtype) return x;
    return this.node('Cast', [x], { dtype, shape: x.shape }, { to: BigInt(ELEMENT_TYPE[dtype]) });
  }

  matmul(a: KerasTensor, b: KerasTensor): KerasTensor {
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, a.shape.at(-2) ?? null, b.shape.at(-1) ?? null];
    return this.node('MatMul', [a, b], { dtype: a.dtype, shape });
  }

  transpose(x: KerasTensor, order: readonly number[]): KerasTensor {
    if (order.every((from, to) => from === to)) return x;
    const shape = order.map((axis) => x.shape[axis] ?? null);
    return this.node('Transpose', [x], { dtype: x.dtype, shape }, { perm: order.map(BigInt) });
  }

  reshape(x: KerasTensor, sizes: readonly ReshapeSize[]): KerasTensor {
    const target = sizes.map((size) => (size === 'same' ? 0 : size === 'rest' ? -1 : size));
    const shape = reshapedShape(x.shape, sizes);
    return this.node('Reshape', [x, this.numbers(target, 'int64')], { dtype: x.dtype, shape });
  }

  /** A reshape to sizes that are computed as the graph runs. */
  reshapeTo(x: KerasTensor, sizes: KerasTensor, shape: readonly (number | null)[]): KerasTensor {
    return this.node('Reshape', [x, sizes], { dtype: x.dtype, shape });
  }

  /** The sizes of some axes as a vector. */
  sizesOf(x: KerasTensor, start: number, end: number): KerasTensor {
    const attributes = { start: BigInt(start), end: BigInt(end) };
    return this.node('Shape', [x], { dtype: 'int64', shape: [end - start] }, attributes);
  }

  expandDims(x: KerasTensor, axis: number): KerasTensor {
    const at = axis < 0 ? axis + x.shape.length + 1 : axis;
    const shape = [...x.shape.slice(0, at), 1, ...x.shape.slice(at)];
    return this.node('Unsqueeze', [x, this.numbers([at], 'int64')], { dtype: x.dtype, shape });
  }

  squeeze(x: KerasTensor, axes: readonly number[]): KerasTensor {
    const gone = axes.map((axis) => fromFront(axis, x.shape.length));
    const shape = x.shape.filter((_, axis) => !gone.includes(axis));
    return this.node('Squeeze', [x, this.numbers(gone, 'int64')], { dtype: x.dtype, shape });
  }

  concat(xs: readonly KerasTensor[], axis: number): KerasTensor {
    const [first] = xs;
    if (first === undefined) throw new RangeError('there is nothing to concatenate');
    const at = fromFront(axis, first.shape.length);
    const size = xs.reduce<number | null>((sum, { shape }) => addSizes(sum, shape[at] ?? null), 0);
    const shape = first.shape.map((known, i) =>
      i === at ? size : (known ?? xs.find((x) => x.shape[i] != null)?.shape[i] ?? null),
    );
    return this.node('Concat', xs, { dtype: first.dtype, shape }, { axis: BigInt(at) });
  }

  /** Elements from `start` (inclusive) to `end` (exclusive, null to the end) of one axis. */
  slice(x: KerasTensor, axis: number, start: number, end: number | null, step = 1): KerasTensor {
    const at = fromFront(axis, x.shape.length);
    const size = slicedSize(x.shape[at] ?? null, start, end, step);
    const shape = x.shape.map((known, i) => (i === at ? size : known));
    const stop = end ?? (step > 0 ? INT64_END : -INT64_END);
    const numbers = [start, stop, at, step].map((value) => this.numbers([value], 'int64'));
    return this.node(
      'Slice',
      [x, numbers[0] ?? null, numbers[1] ?? null, numbers[2] ?? null, numbers[3] ?? null],
      {
        dtype: x.dtype,
        shape,
      },
    );
  }

  gather(data: KerasTensor, indices: KerasTensor, axis: number): KerasTensor {
    const at = fromFront(axis, data.shape.length);
    const shape = [...data.shape.slice(0, at), ...indices.shape, ...data.shape.slice(at + 1)];
    return this.node('Gather', [data, indices], { dtype: data.dtype, shape }, { axis: BigInt(at) });
  }

  /**
   * Where the elements of each row are taken from so that those whose flag is 1, not 0, come first, in their order; and how many
   * those are.
   */
  frontOrder(flags: KerasTensor): { readonly order: KerasTensor; readonly counts: KerasTensor } {
    const axis = this.numbers([1], 'int64', []);
    const ones = this.binary('Add', this.binary('Sub', flags, flags), this.scalar(1, 'int64'));
    const places = this.node('CumSum', [ones, axis], ones);
    // The largest key is the first element that counts; those that do not are lower by the length.
    const time = this.sizesOf(flags, 1, 2);
    const bonus = this.binary(
      'Mul',
      flags,
      this.binary('Mul', this.reshape(time, []), this.scalar(2, 'int64')),
    );
    const keys = this.binary('Sub', bonus, places);
    const [, order = keys] = this.nodes('TopK', [keys, time], [keys, keys], { axis: 1n });
    return { order, counts: this.reduce('ReduceSum', flags, [1], false) };
  }

  /** ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd … over some axes. */
  reduce(op: string, x: KerasTensor, axes: readonly number[], keep: boolean): KerasTensor {
    const gone = axes.map((axis) => fromFront(axis, x.shape.length));
    const shape = x.shape.flatMap((size, axis) => (!gone.includes(axis) ? [size] : keep ? [1] : []));
    const attributes = { keepdims: keep ? 1n : 0n };
    return this.node(op, [x, this.numbers(gone, 'int64')], { dtype: x.dtype, shape }, attributes);
  }

  /** `op` of more than two tensors, one after the other. */
  fold(op: string, xs: readonly KerasTensor[]): KerasTensor {
    return xs.reduce((left, right) => this.binary(op, left, right));
  }
}

const INT64_END = 2 ** 53 - 1;

const addSizes = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;

function reshapedShape(from: readonly (number | null)[], sizes: readonly ReshapeSize[]): (number | null)[] {
  const shape = sizes.map((size, axis) =>
    size === 'same' ? (from[axis] ?? null) : size === 'rest' ? null : size,
  );
  const open = sizes.indexOf('rest');
  if (open < 0) return shape;
  // Free sizes that are kept play no part.
  const kept = sizes.map((size, axis) => size === 'same' && from[axis] === null);
  const all = from.filter((_, axis) => !kept[axis]);
  const others = shape.filter((_, axis) => !kept[axis] && axis !== open);
  if (all.includes(null) || others.includes(null)) return shape;
  const product = (list: readonly (number | null)[]): number =>
    list.reduce<number>((p, size) => p * (size ?? 1), 1);
  return shape.map((size, axis) => (axis === open ? product(all) / Math.max(1, product(others)) : size));
}

/** How many elements `x[start:end:step]` has; null where the size is free and the answer depends on it. */
function slicedSize(size: number | null, start: number, end: number | null, step: number): number | null {
  if (size === null) return null;
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value));
  const from = step > 0 ? clamp(start, 0, size) : clamp(start, -1, size - 1);
  const to =
    end === null ? (step > 0 ? size : -1) : step > 0 ? clamp(end, 0, size) : clamp(end, -1, size - 1);
  return Math.max(0, Math.ceil((to - from) / step));
}
