import { numbersTensor } from '../../model/numbers-tensor.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import type { GraphBuilder } from '../../onnx/builder.ts';
import { ELEMENT_TYPE } from '../../onnx/dtype.ts';
import type { AttributeInput, OnnxGraph, ValueName } from '../../onnx/graph.ts';
import { type TextExpression, textDType, textInputName } from '../../onnx/text-stage/expression.ts';
import type { Shape } from './shapes.ts';
import { type StoredTensor, storedTensor } from './stored-tensor.ts';

/** A tensor of the graph under construction, with what is known of it before anything runs. */
export interface TensorValue {
  readonly kind: 'tensor';
  readonly dtype: DType;
  readonly shape: Shape;
  /** Elements of a small tensor of whole numbers, row-major: shapes, axes, sizes. An unknown one is null. */
  readonly numbers: readonly (number | null)[] | null;
  /** Its value where it is a constant. */
  readonly constant: StoredTensor | null;
  /** Name in the graph; of a constant only once something reads it. */
  readonly name: ValueName | null;
  /** Whether it is 0, 1, 2 … */
  readonly isRange?: boolean;
  /** Where it comes from an input of the model, so that other things can be computed of the input before the graph runs. */
  readonly source?: TextSource;
}

/** How a value comes from inputs of the model: elements of what an expression gives, put in other places. */
export interface TextSource {
  readonly expression: TextExpression;
  /** Shape of what the expression gives. */
  readonly shape: readonly (number | string)[];
  /** Puts what has the shape of the expression in the places of the value. */
  readonly arrange: (given: TensorValue) => TensorValue;
  /** Whether all elements are there in their order: in another shape at most. */
  readonly isInOrder: boolean;
  /** Whether nothing is put in another place or shape. */
  readonly isPlain: boolean;
}

/** What a node makes, as far as it is known. */
export interface Made {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly numbers?: TensorValue['numbers'];
}

const same = (given: TensorValue): TensorValue => given;

/** Small enough to be computed with here. */
const MAX_NUMBERS = 256;

/**
 * Adds nodes to a graph and keeps what is known of their values: types, sizes, and numbers that shapes are made of.
 * Constants enter the outermost graph once something reads them.
 */
export class GraphEmitter {
  readonly #root: GraphBuilder;
  readonly #constants = new Map<StoredTensor, ValueName>();
  readonly #features = new Map<string, TensorValue>();
  #graph: GraphBuilder;

  constructor(graph: GraphBuilder) {
    this.#root = graph;
    this.#graph = graph;
  }

  input(name: string, dtype: DType, shape: readonly (number | string)[]): TensorValue {
    this.#graph.input(name, dtype, shape);
    const known = shape.map((size) => (typeof size === 'number' ? size : null));
    const source = { expression: name, shape, arrange: same, isInOrder: true, isPlain: true };
    return { kind: 'tensor', dtype, shape: known, numbers: null, constant: null, name, source };
  }

  /** The name of an output, of which a feature may have taken the name. */
  freeName(name: string): string {
    return this.#features.has(name) ? `output_${name}` : name;
  }

  /** An input that nothing but the graph itself names; asked for twice it is the same. */
  feature(name: string, dtype: DType, shape: readonly (number | string)[]): TensorValue {
    const known = this.#features.get(name);
    if (known !== undefined) return known;
    const outer = this.#graph;
    this.#graph = this.#root;
    const made = this.input(name, dtype, shape);
    this.#graph = outer;
    this.#features.set(name, made);
    return made;
  }

  /** What is computed of the inputs before the graph runs, as one more input of the graph. */
  text(expression: TextExpression, shape: readonly (number | string)[]): TensorValue {
    const [name, dtype] = [textInputName(expression), textDType(expression)];
    if (!this.#root.has(name)) this.#root.input(name, dtype, shape);
    const known = shape.map((size) => (typeof size === 'number' ? size : null));
    return { kind: 'tensor', dtype, shape: known, numbers: null, constant: null, name };
  }

  constant(tensor: Tensor): TensorValue {
    return this.stored(storedTensor(tensor));
  }

  stored(constant: StoredTensor): TensorValue {
    const { dtype, shape } = constant;
    return { kind: 'tensor', dtype, shape, numbers: numbersOf(constant), constant, name: null };
  }

  ints(values: readonly number[]): TensorValue {
    return this.constant(numbersTensor(values, 'int64', [values.length]));
  }

  int(value: number): TensorValue {
    return this.constant(numbersTensor([value], 'int64', []));
  }

  /** A scalar of the type of `like`. */
  scalar(value: number, { dtype }: { readonly dtype: DType }): TensorValue {
    return this.constant(numbersTensor([value], dtype, []));
  }

  /** One node with one output. */
  emit(
    op: string,
    inputs: readonly (TensorValue | null)[],
    attributes: Record<string, AttributeInput>,
    { dtype, shape, numbers = null }: Made,
    domain = '',
  ): TensorValue {
    const name = this.#graph.add(
      op,
      inputs.map((value) => this.nameOf(value)),
      attributes,
      domain,
    );
    return { kind: 'tensor', dtype, shape, numbers, constant: null, name };
  }

  emitMany(
    op: string,
    inputs: readonly (TensorValue | null)[],
    attributes: Record<string, AttributeInput>,
    made: readonly Made[],
  ): TensorValue[] {
    const names = this.#graph.addMany(
      op,
      inputs.map((value) => this.nameOf(value)),
      made.length,
      attributes,
    );
    return made.map(({ dtype, shape, numbers = null }, i) => {
      return { kind: 'tensor', dtype, shape, numbers, constant: null, name: names[i] ?? '' };
    });
  }

  /** Several nodes that another part of the program adds: it is handed the graph, and says what they come to. */
  composed(build: (graph: GraphBuilder) => ValueName, { dtype, shape }: Made): TensorValue {
    return { kind: 'tensor', dtype, shape, numbers: null, constant: null, name: build(this.#graph) };
  }

  /** Nodes over values that are no tensors, such as sequences: names in, names out. */
  raw(
    op: string,
    inputs: readonly ValueName[],
    count: number,
    attributes: Record<string, AttributeInput> = {},
  ): ValueName[] {
    return this.#graph.addMany(op, inputs, count, attributes);
  }

  cast(value: TensorValue, dtype: DType): TensorValue {
    if (value.dtype === dtype) return value;
    return this.emit('Cast', [value], { to: BigInt(ELEMENT_TYPE[dtype]) }, { ...value, dtype });
  }

  /** Name under which a node reads a value; '' is an input that is not given. */
  nameOf(value: TensorValue | null): ValueName {
    if (value === null) return '';
    if (value.name !== null) return value.name;
    const { constant } = value;
    if (constant === null) return '';
    const known = this.#constants.get(constant);
    if (known !== undefined) return known;
    const name = this.#root.constant(constant.load());
    this.#constants.set(constant, name);
    return name;
  }

  /** The one number that a constant of the graph holds, by its name. */
  numberOf(name: ValueName): number | null {
    for (const [constant, known] of this.#constants)
      if (known === name)
        return numbersOf(constant)?.length === 1 ? (numbersOf(constant)?.[0] ?? null) : null;
    return null;
  }

  output(name: string, value: TensorValue, shape: readonly (number | string)[]): void {
    this.#graph.output(name, this.nameOf(value), value.dtype, shape);
  }

  /** Runs `build` with a graph inside this one as the graph that nodes are added to. */
  nested(name: string, build: (graph: GraphBuilder) => void): OnnxGraph {
    const outer = this.#graph;
    const inner = outer.nested(name);
    this.#graph = inner;
    try {
      build(inner);
    } finally {
      this.#graph = outer;
    }
    return inner.graph();
  }
}

function numbersOf({ dtype, shape, load }: StoredTensor): readonly number[] | null {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count > MAX_NUMBERS || (dtype !== 'int32' && dtype !== 'int64')) return null;
  return Array.from(load().data, Number);
}
