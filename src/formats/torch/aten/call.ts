import type { PlimsollError } from '../../../core/errors.ts';
import type { DType } from '../../../model/tensor.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { isFloating, type PromotedOperand, promoted } from './dtype.ts';
import type { AtenGraph } from './graph.ts';
import { axisOf } from './primitives.ts';
import {
  type AtenInteger,
  type AtenTensor,
  type AtenValue,
  describeAten,
  isValue,
  isValues,
  type SymbolicInteger,
} from './value.ts';

/** Where a call stands: for messages. */
export interface CallPlace {
  /** `node "linear_1"`, `module "encoder.0"`. */
  readonly path: string;
  /** `torch.ops.aten.linear.default`, `torch.nn.modules.linear.Linear`. */
  readonly name: string;
}

/** A number of Python or a tensor. */
export type AtenOperand = AtenTensor | SymbolicInteger | number | boolean | { type: 'float'; value: number };

/** C10 ScalarType, by which TorchScript and pickles of old name types (c10/core/ScalarType.h). */
const C10_TYPES: readonly (DType | null)[] = [
  ...['uint8', 'int8', 'int16', 'int32', 'int64', 'float16', 'float32', 'float64'],
  ...[null, null, null, 'bool'],
] as readonly (DType | null)[];

/** One call of an operator of ATen: its arguments by the names of its schema, and the graph that it goes into. */
export class AtenCall {
  readonly g: AtenGraph;
  readonly place: CallPlace;
  readonly #given: ReadonlyMap<string, AtenValue>;

  constructor(g: AtenGraph, place: CallPlace, given: ReadonlyMap<string, AtenValue>) {
    this.g = g;
    this.place = place;
    this.#given = given;
  }

  /** Whether an argument is given, and not None. */
  has(name: string): boolean {
    return (this.#given.get(name) ?? null) !== null;
  }

  value(name: string): AtenValue | undefined {
    return this.#given.get(name);
  }

  /** A tensor; a number of Python becomes one without dimensions. */
  tensor(name: string): AtenTensor {
    const value = this.#given.get(name);
    if (isValue(value, 'tensor')) return value;
    const operand = this.#operandOf(value);
    if (operand === null) throw this.wrong(name, 'a tensor');
    return this.materialized(operand, this.dtypeOf(operand));
  }

  tensorOrNull(name: string): AtenTensor | null {
    return this.has(name) ? this.tensor(name) : null;
  }

  tensors(name: string): readonly AtenTensor[] {
    const value = this.#given.get(name);
    if (!isValues(value) || !value.every((item) => isValue(item, 'tensor')))
      throw this.wrong(name, 'a list of tensors');
    return value.filter((item) => isValue(item, 'tensor'));
  }

  /** A number, whole or not. */
  number(name: string, otherwise?: number): number {
    const value = this.#given.get(name) ?? null;
    if (value === null && otherwise !== undefined) return otherwise;
    if (isValue(value, 'float')) return value.value;
    if (typeof value === 'boolean') return Number(value);
    if (typeof value !== 'number') throw this.wrong(name, 'a number that does not change');
    return value;
  }

  int(name: string, otherwise?: number): number {
    const number = this.number(name, otherwise);
    if (!Number.isInteger(number)) throw this.wrong(name, 'a whole number');
    return number;
  }

  bool(name: string, otherwise = false): boolean {
    const value = this.#given.get(name) ?? otherwise;
    if (typeof value === 'number') return value !== 0;
    if (typeof value !== 'boolean') throw this.wrong(name, 'true or false');
    return value;
  }

  text(name: string, otherwise: string): string {
    const value = this.#given.get(name) ?? otherwise;
    if (typeof value !== 'string') throw this.wrong(name, 'a text');
    return value;
  }

  /** Whole numbers; one number stands for itself. */
  ints(name: string, otherwise?: readonly number[]): readonly number[] {
    const value = this.#given.get(name) ?? null;
    if (value === null && otherwise !== undefined) return otherwise;
    const items = isValues(value) ? value : [value];
    return items.map((item) => {
      if (typeof item !== 'number') throw this.wrong(name, 'whole numbers that do not change');
      return item;
    });
  }

  /** One whole number an axis: a list of one, or of none, stands for all of them. */
  intsFor(name: string, count: number, otherwise: number): readonly number[] {
    const given = this.ints(name, []);
    const [only = otherwise] = given;
    if (given.length <= 1) return new Array<number>(count).fill(only);
    if (given.length !== count) throw this.wrong(name, `${count} numbers`);
    return given;
  }

  integer(name: string, otherwise?: AtenInteger): AtenInteger {
    const value = this.#given.get(name) ?? null;
    if (value === null && otherwise !== undefined) return otherwise;
    return this.#integerOf(name, value);
  }

  integers(name: string): readonly AtenInteger[] {
    const value = this.#given.get(name);
    if (!isValues(value)) return [this.integer(name)];
    return value.map((item) => this.#integerOf(name, item));
  }

  #integerOf(name: string, value: AtenValue): AtenInteger {
    if (typeof value === 'number' || isValue(value, 'symbolic')) return value;
    if (isValue(value, 'tensor') && value.shape.length === 0 && value.dtype === 'int64') {
      const symbol = this.g.unknownSize();
      const tensor = this.g.add('Reshape', [value, this.g.numbers([1], 'int64')], {
        dtype: 'int64',
        shape: [1],
      });
      return this.g.symbolic(symbol, tensor);
    }
    throw this.wrong(name, 'a whole number', value);
  }

  /** An axis of a tensor, counted from the front. */
  axis(name: string, rank: number, otherwise?: number): number {
    const axis = axisOf(this.int(name, otherwise), rank);
    if (axis < 0 || axis >= Math.max(1, rank)) throw this.wrong(name, `an axis of ${rank}`);
    return axis;
  }

  /** Axes counted from the front; `otherwise` where none are named. */
  axes(name: string, rank: number, otherwise: readonly number[] = []): readonly number[] {
    const axes = this.ints(name, otherwise).map((axis) => axisOf(axis, rank));
    if (axes.some((axis) => axis < 0 || axis >= Math.max(1, rank)) || new Set(axes).size < axes.length)
      throw this.wrong(name, `axes of ${rank}, each once`);
    return axes;
  }

  /** A type; null where none is named. */
  dtype(name: string): DType | null {
    const value = this.#given.get(name) ?? null;
    if (value === null) return null;
    const dtype = isValue(value, 'dtype')
      ? value.dtype
      : typeof value === 'number'
        ? (C10_TYPES[value] ?? null)
        : null;
    if (dtype === null) throw this.wrong(name, 'a type of numbers or booleans');
    return dtype;
  }

  operand(name: string): AtenOperand {
    const operand = this.#operandOf(this.#given.get(name));
    if (operand === null) throw this.wrong(name, 'a number or a tensor');
    return operand;
  }

  #operandOf(value: AtenValue | undefined): AtenOperand | null {
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    const isOperand = isValue(value, 'tensor') || isValue(value, 'symbolic') || isValue(value, 'float');
    return isOperand ? value : null;
  }

  dtypeOf(operand: AtenOperand): DType {
    if (typeof operand === 'boolean') return 'bool';
    if (typeof operand === 'number' || operand.type === 'symbolic') return 'int64';
    return operand.type === 'float' ? 'float32' : operand.dtype;
  }

  promotedType(operands: readonly AtenOperand[]): DType {
    return promoted(
      operands.map((operand): PromotedOperand => {
        const isTensor = typeof operand === 'object' && operand.type === 'tensor';
        const rank = isTensor ? (operand.shape.length === 0 ? 'scalar-tensor' : 'tensor') : 'number';
        return { dtype: this.dtypeOf(operand), rank };
      }),
    );
  }

  /** An operand as a tensor of the type. */
  materialized(operand: AtenOperand, dtype: DType): AtenTensor {
    const { g } = this;
    if (typeof operand !== 'object') return g.scalar(Number(operand), dtype);
    if (operand.type === 'float') return g.scalar(operand.value, dtype);
    if (operand.type === 'tensor') return g.cast(operand, dtype);
    const single = g.add('Squeeze', [operand.tensor, g.numbers([0], 'int64')], { dtype: 'int64', shape: [] });
    return g.cast(single, dtype);
  }

  /** A tensor of floats: integers are taken as float32, as torch does. */
  floating(name: string): AtenTensor {
    const x = this.tensor(name);
    return isFloating(x.dtype) ? x : this.g.cast(x, 'float32');
  }

  /** Bounds what an operator makes of a number in a file. */
  requireAtMost(what: string, found: number, most: number): void {
    if (!(found <= most)) throw this.refusal(what, String(found), `at most ${most}`);
  }

  /** An argument that must have its usual value. */
  require(name: string, usual: AtenValue): void {
    const value = this.#given.get(name) ?? usual;
    const plain = isValue(value, 'float') ? value.value : value;
    if (plain !== usual) throw this.wrong(name, String(usual));
  }

  wrong(name: string, wanted: string, value: AtenValue | undefined = this.#given.get(name)): PlimsollError {
    return this.refusal(name, describeAten(value), wanted);
  }

  refusal(field: string, found: string, wanted: string): PlimsollError {
    return callUnsupported(this.place, field, found, `${wanted} is`);
  }
}

/** An operator, or what it is given, that nothing here compiles: exit 4, with the place. */
export const callUnsupported = (
  { path, name }: CallPlace,
  field: string,
  found: string,
  wanted: string,
): PlimsollError => modelUnsupported({ path, class: name, offset: 0, field, found, wanted });
