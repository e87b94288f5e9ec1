import { PlimsollError } from '../../core/errors.ts';
import type { DType, Tensor } from '../../model/tensor.ts';
import { modelUnsupported } from '../../model/way-past.ts';
import type { AttributeInput } from '../../onnx/graph.ts';
import type { GraphEmitter, Made, TensorValue } from './emitter.ts';
import type { GraphBudget } from './graph-budget.ts';
import type { AttrValue, NodeDef } from './graph-def.ts';
import type { NodeScope } from './scope.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { dataTypeName, dtypeOfType, type TensorRefusals } from './tensor-proto.ts';
import type { EdgeValue, TensorList } from './value.ts';

/** Outputs of one node. */
const MAX_PARTS = 65_536;

/** How one kind of operator becomes nodes of ONNX. */
export type OperatorRule = (node: NodeContext) => EdgeValue | readonly EdgeValue[];

/** Operators by the names that TensorFlow gives them. */
export type OperatorTable = Readonly<Record<string, OperatorRule>>;

/** What resources hold. */
export interface GraphResources {
  /** Value of a variable by the node that makes its handle. */
  readonly variable: (node: string, refuse: TensorRefusals) => StoredTensor;
  /** Keys and values of a table by the node that makes its handle. */
  readonly table: (
    node: string,
    refuse: TensorRefusals,
  ) => { readonly keys: Tensor; readonly values: Tensor };
  readonly budget: GraphBudget;
}

/** A node with what its inputs carry, its attributes, and what it may add to the graph. */
export class NodeContext {
  readonly node: NodeDef;
  readonly inputs: readonly EdgeValue[];
  readonly g: GraphEmitter;
  readonly scope: NodeScope;
  readonly resources: GraphResources;

  constructor(
    node: NodeDef,
    inputs: readonly EdgeValue[],
    g: GraphEmitter,
    scope: NodeScope,
    resources: GraphResources,
  ) {
    this.node = node;
    this.inputs = inputs;
    this.g = g;
    this.scope = scope;
    this.resources = resources;
  }

  /** Input `index` as a tensor. */
  tensor(index: number): TensorValue {
    const value = this.inputs[index];
    if (value === undefined) throw this.invalid(`${this.inputs.length} inputs`, `at least ${index + 1}`);
    if (value.kind !== 'tensor') throw this.unsupported('input', `a ${value.kind}`, 'a tensor is');
    return value;
  }

  get tensors(): TensorValue[] {
    return this.inputs.map((_, i) => this.tensor(i));
  }

  list(index: number): TensorList {
    const value = this.inputs[index];
    if (value?.kind !== 'list') throw this.unsupported('input', value?.kind ?? 'nothing', 'a TensorList is');
    return value;
  }

  /** Whole numbers that input `index` holds before anything runs. */
  ints(index: number): readonly number[] {
    const { numbers } = this.tensor(index);
    if (numbers === null || numbers.some((value) => value === null))
      throw this.unsupported(`input ${index}`, 'numbers that only a run gives', 'constants are');
    return numbers as readonly number[];
  }

  rank(index: number): number {
    const { shape } = this.tensor(index);
    if (shape === null)
      throw this.unsupported(`input ${index}`, 'a tensor of unknown rank', 'a known rank is');
    return shape.length;
  }

  attr(name: string): AttrValue | undefined {
    return this.node.attrs.get(name);
  }

  int(name: string, fallback: number): number {
    const attr = this.attr(name);
    return attr?.kind === 'int' ? attr.value : fallback;
  }

  /** How many parts the node is said to have: at most as many as a node may have outputs. */
  parts(name: string): number {
    const count = this.int(name, 1);
    if (count < 1 || count > MAX_PARTS) throw this.invalid(`${count} as ${name}`, `from 1 to ${MAX_PARTS}`);
    return count;
  }

  float(name: string, fallback: number): number {
    const attr = this.attr(name);
    return attr?.kind === 'float' ? attr.value : fallback;
  }

  flag(name: string, fallback = false): boolean {
    const attr = this.attr(name);
    return attr?.kind === 'bool' ? attr.value : fallback;
  }

  text(name: string, fallback: string): string {
    const attr = this.attr(name);
    return attr?.kind === 'text' ? attr.value : fallback;
  }

  intList(name: string): readonly number[] {
    const attr = this.attr(name);
    return attr?.kind === 'list' ? attr.value.ints : [];
  }

  functionName(name: string): string {
    const attr = this.attr(name);
    if (attr?.kind !== 'function') throw this.invalid(`no function "${name}"`, 'the name of a function');
    return attr.value;
  }

  /** The dtype that attribute `name` states. */
  dtype(name: string, fallback: DType): DType {
    const attr = this.attr(name);
    if (attr?.kind !== 'type') return fallback;
    const dtype = dtypeOfType(attr.value);
    if (dtype === null)
      throw this.unsupported(name, dataTypeName(attr.value), 'a type of numbers, booleans or strings is');
    return dtype;
  }

  emit(
    op: string,
    inputs: readonly (TensorValue | null)[],
    attributes: Record<string, AttributeInput>,
    made: Made,
  ): TensorValue {
    return this.g.emit(op, inputs, attributes, made);
  }

  /** A vector with `count` sizes of 1 behind it, so that it broadcasts along the axis before them. */
  widened(vector: TensorValue, count: number): TensorValue {
    const axes = this.g.ints(Array.from({ length: count }, (_, i) => i + 1));
    const shape = vector.shape === null ? null : [...vector.shape, ...new Array<number>(count).fill(1)];
    return this.emit('Unsqueeze', [vector, axes], {}, { dtype: vector.dtype, shape });
  }

  get refuse(): TensorRefusals {
    return {
      invalid: (found) => this.invalid(found, 'a sound tensor'),
      unsupported: (found) => this.unsupported('value', found, 'a tensor of numbers, booleans or strings is'),
    };
  }

  unsupported(field: string, found: string, wanted: string): PlimsollError {
    return modelUnsupported({ ...this.#place, field, found, wanted });
  }

  invalid(found: string, wanted: string): PlimsollError {
    return new PlimsollError('MODEL_INVALID', { ...this.#place, field: 'node', found, wanted });
  }

  get #place(): { path: string; class: string; offset: number } {
    return { path: this.node.name, class: `tensorflow.${this.node.op}`, offset: 0 };
  }
}
