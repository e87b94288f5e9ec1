import type { DType } from '../../../model/tensor.ts';
import { type DocumentValue, isNumbers, isObject, itemsOf } from '../../json/document.ts';
import type { CallValue, LayerContext } from '../layer.ts';
import type { KerasTensor, TensorGraph } from '../tensor-graph.ts';

const FLOATS: readonly DType[] = ['float16', 'float32', 'float64'];
const INTEGERS: readonly DType[] = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64'];
const MOST_CONSTANTS = 2 ** 20;

export const isFraction = (dtype: DType): boolean => FLOATS.includes(dtype);

/** The type of the result of two: the wider one, where a float is wider than any integer (`keras.backend.result_type`). */
function widerType(a: DType, b: DType): DType {
  if (a === b) return a;
  if (isFraction(a) !== isFraction(b)) return isFraction(a) ? a : b;
  const order = isFraction(a) ? FLOATS : INTEGERS;
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

/** Tensors in the widest of their types. */
export function inWidestType(graph: TensorGraph, xs: readonly KerasTensor[]): readonly KerasTensor[] {
  const [first] = xs;
  if (first === undefined) return [];
  const dtype = xs.reduce((widest, x) => widerType(widest, x.dtype), first.dtype);
  return xs.map((x) => graph.cast(x, dtype));
}

/** An argument as a tensor: a plain number takes the type of the others, unless it is a fraction among integers. */
function tensorFor(context: LayerContext, value: CallValue | null, like: DType, name: string): KerasTensor {
  if (value?.kind === 'tensor') return value.tensor;
  const plain = value?.kind === 'plain' ? value.value : value === null ? undefined : listed(value);
  return constantOf(context, plain, like, name);
}

const listed = (value: CallValue): DocumentValue =>
  value.kind === 'list' ? value.items.map(listed) : value.kind === 'plain' ? (value.value ?? null) : null;

/** A number, nested lists of numbers, or an array that Keras wrote with its type. */
function constantOf(
  context: LayerContext,
  value: DocumentValue | undefined,
  like: DType,
  name: string,
): KerasTensor {
  if (isObject(value)) {
    const config = value.fields.get('config');
    const inner = isObject(config) ? config.fields : null;
    const dtype = INPUTS.find((known) => known === inner?.get('dtype'));
    if (inner === null || dtype === undefined)
      throw context.unsupported(name, 'a constant of another kind', 'numbers and lists of numbers are');
    return constantOf(context, inner.get('value'), dtype, name);
  }
  const numbers: number[] = [];
  const shape = collect(value, numbers);
  if (shape === null || numbers.length > MOST_CONSTANTS)
    throw context.unsupported(name, 'a constant of another kind', 'numbers and lists of numbers are');
  const fits = isFraction(like) || numbers.every(Number.isInteger);
  return context.graph.numbers(numbers, fits ? like : 'float32', shape);
}

const INPUTS: readonly DType[] = [...FLOATS, ...INTEGERS];

/** The shape of nested lists, whose numbers go to `numbers`; null where they are no array. */
function collect(value: DocumentValue | undefined, numbers: number[]): number[] | null {
  if (typeof value === 'number' || typeof value === 'boolean') {
    numbers.push(Number(value));
    return [];
  }
  if (isNumbers(value)) {
    for (const number of value) numbers.push(number);
    return [value.length];
  }
  const items = itemsOf(value);
  if (items === null) return null;
  let inner: number[] | null = [];
  for (const item of items) inner = collect(item, numbers);
  return inner === null ? null : [items.length, ...inner];
}

/** Two operands in their common type. */
export function twoOperands(
  context: LayerContext,
  names: readonly [string, string] = ['x1', 'x2'],
): readonly [KerasTensor, KerasTensor] {
  const [left, right] = [context.argument(0, names[0]), context.argument(1, names[1])];
  const typed = [left, right].flatMap((value) => (value?.kind === 'tensor' ? [value.tensor.dtype] : []));
  const like = typed[0] ?? 'float32';
  const tensors = [
    tensorFor(context, left, like, names[0]),
    tensorFor(context, right, like, names[1]),
  ] as const;
  const dtype = widerType(tensors[0].dtype, tensors[1].dtype);
  return [context.graph.cast(tensors[0], dtype), context.graph.cast(tensors[1], dtype)];
}

/** An operand in the type of another one. */
export const operandLike = (
  context: LayerContext,
  position: number,
  name: string,
  like: KerasTensor,
): KerasTensor =>
  context.graph.cast(tensorFor(context, context.argument(position, name), like.dtype, name), like.dtype);

/** A tensor of floats: integers are taken as float32. */
export const floatOperand = (context: LayerContext, position = 0, name = 'x'): KerasTensor => {
  const x = context.tensorAt(position, name);
  return isFraction(x.dtype) ? x : context.graph.cast(x, 'float32');
};
