import { numbersTensor } from '../../../model/numbers-tensor.ts';
import type { DType, Tensor } from '../../../model/tensor.ts';
import type { GraphBuilder } from '../../../onnx/builder.ts';
import { ELEMENT_TYPE } from '../../../onnx/dtype.ts';
import type { AttributeInput, ValueName } from '../../../onnx/graph.ts';
import { requireKernel } from './kernels.ts';
import type { AtenInteger, AtenTensor, SymbolicInteger, TensorSize } from './value.ts';

/** What a node makes: its type and its sizes. */
export interface MadeTensor {
  readonly dtype: DType;
  readonly shape: readonly TensorSize[];
}

type Attributes = Record<string, AttributeInput>;

/** What torch answers by a view with other strides. */
const TURNS = new Set(['Transpose', 'Expand', 'Slice', 'Gather', 'Split']);

/** A graph under construction whose values have types and sizes. Constants become part of it where something reads them. */
export class AtenGraph {
  readonly builder: GraphBuilder;
  readonly #constants = new WeakMap<Tensor, ValueName>();
  readonly #symbols = new Map<string, SymbolicInteger>();
  /** The graph around it, whose values may be read. */
  readonly #outer: AtenGraph | null;
  #unknown = { count: 0 };
  /** Values that torch may keep in another order than row after row: views, and what follows their layout. */
  readonly #turned = new Set<ValueName>();

  constructor(builder: GraphBuilder, outer: AtenGraph | null = null) {
    this.builder = builder;
    this.#outer = outer;
    if (outer !== null) this.#unknown = outer.#unknown;
  }

  /** A graph inside this one, such as a branch: it may read what is defined here so far. */
  nested(name: string): AtenGraph {
    return new AtenGraph(this.builder.nested(name), this);
  }

  /** One node with one output. */
  add(
    op: string,
    inputs: readonly (AtenTensor | null)[],
    made: MadeTensor,
    attributes: Attributes = {},
  ): AtenTensor {
    requireKernel(op, inputs);
    const source = this.builder.add(op, inputs.map(this.#nameOrNothing), attributes);
    this.#follow(op, inputs, [source]);
    return { type: 'tensor', dtype: made.dtype, shape: made.shape, source };
  }

  addMany(
    op: string,
    inputs: readonly (AtenTensor | null)[],
    made: readonly MadeTensor[],
    attributes: Attributes = {},
  ): AtenTensor[] {
    requireKernel(op, inputs);
    const names = this.builder.addMany(op, inputs.map(this.#nameOrNothing), made.length, attributes);
    this.#follow(op, inputs, names);
    return made.map(({ dtype, shape }, i) => ({ type: 'tensor', dtype, shape, source: names[i] ?? '' }));
  }

  #follow(op: string, inputs: readonly (AtenTensor | null)[], names: readonly ValueName[]): void {
    // What is filled with one number is expanded here, not in torch.
    const isFilled = op === 'Expand' && inputs[0]?.shape.length === 0;
    if ((TURNS.has(op) && !isFilled) || inputs.some((x) => x !== null && this.mayBeTurned(x)))
      for (const name of names) this.#turned.add(name);
  }

  /** Whether the elements of a tensor may lie otherwise in torch than row after row. */
  mayBeTurned(x: AtenTensor): boolean {
    const isOwn = typeof x.source === 'string' && this.#turned.has(x.source);
    return isOwn || (this.#outer?.mayBeTurned(x) ?? false);
  }

  readonly #nameOrNothing = (value: AtenTensor | null): ValueName =>
    value === null ? '' : this.nameOf(value);

  nameOf({ source }: AtenTensor): ValueName {
    if (typeof source === 'string') return source;
    const known = this.#constantOf(source);
    if (known !== undefined) return known;
    const name = this.builder.constant(source);
    this.#constants.set(source, name);
    return name;
  }

  #constantOf(tensor: Tensor): ValueName | undefined {
    const own = this.#constants.get(tensor);
    return own === undefined && this.#outer !== null ? this.#outer.#constantOf(tensor) : own;
  }

  constant(tensor: Tensor): AtenTensor {
    return { type: 'tensor', dtype: tensor.dtype, shape: tensor.shape, source: tensor };
  }

  /** Numbers as a constant of any type; halves are rounded from float32 as the graph runs. */
  numbers(values: readonly number[], dtype: DType, shape: readonly number[] = [values.length]): AtenTensor {
    if (dtype === 'float16') return this.cast(this.numbers(values, 'float32', shape), dtype);
    // torch cuts fractions where a tensor of whole numbers is filled.
    const fitting = dtype === 'int64' || dtype === 'uint64' ? values.map(Math.trunc) : values;
    return this.constant(numbersTensor(fitting, dtype, shape));
  }

  scalar(value: number, dtype: DType): AtenTensor {
    return this.numbers([value], dtype, []);
  }

  cast(x: AtenTensor, dtype: DType): AtenTensor {
    if (x.dtype === dtype) return x;
    return this.add('Cast', [x], { dtype, shape: x.shape }, { to: BigInt(ELEMENT_TYPE[dtype]) });
  }

  /** A size that nothing else is known to equal. */
  unknownSize(): string {
    this.#unknown.count += 1;
    return `?${this.#unknown.count}`;
  }

  /** The size of an axis, read as the graph runs where it is not known. */
  sizeOf(x: AtenTensor, axis: number): AtenInteger {
    const size = x.shape[axis] ?? 1;
    if (typeof size === 'number') return size;
    const known = this.known(size);
    if (known !== undefined) return known;
    const range = { start: BigInt(axis), end: BigInt(axis + 1) };
    return this.symbolic(size, this.add('Shape', [x], { dtype: 'int64', shape: [1] }, range));
  }

  /** An integer that is known by a symbol from now on. */
  symbolic(symbol: string, tensor: AtenTensor): SymbolicInteger {
    const made: SymbolicInteger = { type: 'symbolic', symbol, tensor };
    this.#symbols.set(symbol, made);
    return made;
  }

  /** The integer behind a symbol, where something told it. */
  known(symbol: string): SymbolicInteger | undefined {
    return this.#symbols.get(symbol) ?? this.#outer?.known(symbol);
  }

  /** Integers as a tensor of one dimension. */
  integers(values: readonly AtenInteger[]): AtenTensor {
    const plain = values.filter((value) => typeof value === 'number');
    if (plain.length === values.length) return this.numbers(plain, 'int64');
    const parts = values.map((value) =>
      typeof value === 'number' ? this.numbers([value], 'int64') : value.tensor,
    );
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return this.add('Concat', parts, { dtype: 'int64', shape: [values.length] }, { axis: 0n });
  }
}
