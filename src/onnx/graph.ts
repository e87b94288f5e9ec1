import type { DType, Tensor } from '../model/tensor.ts';

/** Frozen, plain-data ONNX graph; `encode.ts` and `decode.ts` turn it into bytes and back. */
export type NodeAttribute =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly bigint[] | BigInt64Array }
  | { readonly type: 'floats'; readonly value: readonly number[] | Float32Array }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: GraphTensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph }
  | { readonly type: 'tensors'; readonly value: readonly GraphTensor[] }
  | { readonly type: 'graphs'; readonly value: readonly OnnxGraph[] }
  | { readonly type: 'sparse-tensor'; readonly value: SparseTensor }
  | { readonly type: 'type'; readonly value: ValueType }
  /** Inside a function: the value of the caller's attribute `name`; `kind` is the wire's AttributeType. */
  | { readonly type: 'reference'; readonly name: string; readonly kind: number };

/** A tensor of an element type that only graphs hold (bfloat16, float8, int4, complex): raw little-endian bytes. */
export interface PackedTensor {
  readonly dtype: 'packed';
  /** TensorProto.DataType. */
  readonly elementType: number;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

export type GraphTensor = Tensor | PackedTensor;

export interface SparseTensor {
  readonly name: string;
  readonly values: GraphTensor;
  readonly indices: GraphTensor;
  /** Shape of the dense tensor. */
  readonly shape: readonly number[];
}

/** Free dimensions are symbolic names; '' is a dimension about which nothing is said. */
export type GraphShape = readonly (number | string)[] | null;

/** Full type of a value, as files state it; `elementType` and `keyType` are TensorProto.DataType numbers. */
export type ValueType =
  | { readonly kind: 'tensor' | 'sparse-tensor'; readonly elementType: number; readonly shape: GraphShape }
  | { readonly kind: 'sequence' | 'optional'; readonly element: ValueType }
  | { readonly kind: 'map'; readonly keyType: number; readonly element: ValueType };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  /** Picks one of several functions of the same name; absent for operators. */
  readonly overload?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, NodeAttribute>>;
}

export interface ValueInfo {
  readonly name: string;
  /** null where `type` says what it is instead. */
  readonly dtype: DType | null;
  /** Fixed sizes or symbolic names; null where the rank is unknown. */
  readonly shape: GraphShape;
  /** Present where the value is not a tensor of a `DType`: a sequence, a map, a packed tensor. */
  readonly type?: ValueType;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: Readonly<Record<string, GraphTensor>>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Types that a file states for inner values. */
  readonly values?: readonly ValueInfo[];
  readonly sparseInitializers?: readonly SparseTensor[];
}

/** A function that the model defines: a subgraph used as an operator `domain.name`. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes without, and with, a default. */
  readonly required: readonly string[];
  readonly defaults: Readonly<Record<string, NodeAttribute>>;
  readonly opsets: readonly Opset[];
  readonly nodes: readonly OnnxNode[];
}

export interface Opset {
  readonly domain: string;
  readonly version: number;
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly opsets: readonly Opset[];
  readonly graph: OnnxGraph;
  readonly functions?: readonly OnnxFunction[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Name of a value in the graph under construction. */
export type ValueName = string;

/** Plain forms that `GraphBuilder.add` accepts for attributes: integers are bigints, a plain number is a float. */
export type AttributeInput =
  | bigint
  | number
  | string
  | readonly bigint[]
  | readonly number[]
  | readonly string[]
  /** Long lists (tree nodes) as typed arrays: ints, ints, floats. */
  | BigInt64Array
  | Int32Array
  | Float32Array
  | Tensor
  | OnnxGraph;

/**
 * Builds a graph node by node with unique names. Equal constants are stored once.
 *
 * @example
 * const g = new GraphBuilder('model');
 * const x = g.input('input', 'float64', ['N', 4]);
 * const y = g.add('Div', [g.add('Sub', [x, g.float64([1, 2, 3, 4], [4])]), g.float64([2], [1])]);
 * g.output('transform', y, 'float64', ['N', 4]);
 * const bytes = encodeModel(g.build({}));
 */
export interface GraphBuilderApi {
  input(name: string, dtype: DType, shape: readonly (number | string)[]): ValueName;
  constant(tensor: Tensor): ValueName;
  float64(values: ArrayLike<number>, shape: readonly number[]): ValueName;
  float32(values: ArrayLike<number>, shape: readonly number[]): ValueName;
  int64(values: ArrayLike<number>, shape: readonly number[]): ValueName;
  strings(values: readonly string[], shape: readonly number[]): ValueName;
  /** One node with one output; returns its name. */
  add(
    op: string,
    inputs: readonly ValueName[],
    attributes?: Record<string, AttributeInput>,
    domain?: string,
  ): ValueName;
  /** One node with `count` outputs. */
  addMany(
    op: string,
    inputs: readonly ValueName[],
    count: number,
    attributes?: Record<string, AttributeInput>,
    domain?: string,
  ): ValueName[];
  /** Declares a graph output called `name` holding `value` (inserts Identity where the names differ). */
  output(name: string, value: ValueName, dtype: DType, shape: readonly (number | string)[]): void;
  /** Builds a graph inside this one, such as the body of a Loop: it may read what is defined here so far. */
  nested(name: string): BodyBuilderApi;
  build(metadata: Readonly<Record<string, string>>): OnnxModel;
}

/** Builds the body of a Loop. */
export interface BodyBuilderApi extends GraphBuilderApi {
  /** An input: a scalar of a type, or what the node around it carries, whose type follows from there. */
  argument(stem: string, scalar?: DType | null): ValueName;
  /** An output whose type follows from what makes it. */
  result(value: ValueName): void;
  graph(): OnnxGraph;
}
