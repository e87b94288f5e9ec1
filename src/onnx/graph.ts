import type { DType, Tensor } from '../model/tensor.ts';

/** Frozen, plain-data ONNX graph; `encode.ts` and `decode.ts` turn it into bytes and back. */
export type Attribute =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'ints'; readonly value: readonly bigint[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: OnnxGraph };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** '' is ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface ValueInfo {
  readonly name: string;
  readonly dtype: DType;
  /** Fixed sizes or symbolic names; null where the rank is unknown. */
  readonly shape: readonly (number | string)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: Readonly<Record<string, Tensor>>;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: { readonly name: string; readonly version: string };
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Name of a value in the graph under construction. */
export type Value = string;

/** Plain JavaScript forms that `GraphBuilder.add` accepts for attributes: integers are given as bigint. */
export type AttributeInput =
  | bigint
  | number
  | string
  | readonly bigint[]
  | readonly number[]
  | readonly string[]
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
  input(name: string, dtype: DType, shape: readonly (number | string)[]): Value;
  constant(tensor: Tensor): Value;
  float64(values: ArrayLike<number>, shape: readonly number[]): Value;
  float32(values: ArrayLike<number>, shape: readonly number[]): Value;
  int64(values: ArrayLike<number>, shape: readonly number[]): Value;
  strings(values: readonly string[], shape: readonly number[]): Value;
  /** One node with one output; returns its name. */
  add(op: string, inputs: readonly Value[], attributes?: Record<string, AttributeInput>, domain?: string): Value;
  /** One node with `count` outputs. */
  addMany(op: string, inputs: readonly Value[], count: number, attributes?: Record<string, AttributeInput>, domain?: string): Value[];
  /** Declares a graph output called `name` holding `value` (inserts Identity where the names differ). */
  output(name: string, value: Value, dtype: DType, shape: readonly (number | string)[]): void;
  build(metadata: Readonly<Record<string, string>>): OnnxModel;
}
