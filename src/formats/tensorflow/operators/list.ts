import { ELEMENT_TYPE } from '../../../onnx/dtype.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import type { TensorList } from '../value.ts';
import { sizes } from './shape.ts';

/** Lists of tensors of one type, as sequences of ONNX. What a list reserves is filled with empty tensors until it is set. */

function elementShape(c: NodeContext, at: number): Shape {
  const { numbers } = c.tensor(at);
  return numbers === null || numbers.length === 0
    ? null
    : numbers.map((size) => (size === null || size < 0 ? null : size));
}

const listOf = (
  c: NodeContext,
  op: string,
  inputs: readonly TensorValue[],
  from: Omit<TensorList, 'name' | 'kind'>,
) => {
  const [name = ''] = c.g.raw(
    op,
    inputs.map((value) => c.g.nameOf(value)),
    1,
    { axis: 0n, keepdims: 0n },
  );
  return { kind: 'list', name, ...from } as const;
};

const fromTensor: OperatorRule = (c) => {
  const x = c.tensor(0);
  const { dtype } = x;
  return listOf(c, 'SplitToSequence', [x], { dtype, shape: x.shape?.slice(1) ?? elementShape(c, 1) });
};

const reserve: OperatorRule = (c) => {
  const dtype = c.dtype('element_dtype', 'float32');
  const count = c.emit('Reshape', [sizes(c, c.tensor(1)), c.g.ints([1])], {}, { dtype: 'int64', shape: [1] });
  const extent = c.emit('Concat', [count, c.g.ints([1])], { axis: 0n }, { dtype: 'int64', shape: [2] });
  const zero = c.g.cast(c.g.scalar(0, { dtype: 'float32' }), dtype);
  const empty = c.emit('Expand', [zero, extent], {}, { dtype, shape: [null, 1] });
  return listOf(c, 'SplitToSequence', [empty], { dtype, shape: elementShape(c, 0) });
};

const getItem: OperatorRule = (c) => {
  const list = c.list(0);
  const [name = ''] = c.g.raw('SequenceAt', [list.name, c.g.nameOf(c.tensor(1))], 1);
  return { kind: 'tensor', dtype: list.dtype, shape: list.shape, numbers: null, constant: null, name };
};

/** Setting an element is taking out the one that is there and putting in the new one. */
const setItem: OperatorRule = (c) => {
  const list = c.list(0);
  const at = c.g.nameOf(c.tensor(1));
  const value = c.tensor(2);
  const [without = ''] = c.g.raw('SequenceErase', [list.name, at], 1);
  const [name = ''] = c.g.raw('SequenceInsert', [without, c.g.nameOf(value), at], 1);
  return { ...list, name, shape: value.shape ?? list.shape };
};

const stack: OperatorRule = (c) => {
  const list = c.list(0);
  const shape = list.shape ?? elementShape(c, 1);
  const [name = ''] = c.g.raw('ConcatFromSequence', [list.name], 1, { axis: 0n, new_axis: 1n });
  const count = c.int('num_elements', -1);
  const stacked = shape === null ? null : [count < 0 ? null : count, ...shape];
  return { kind: 'tensor', dtype: list.dtype, shape: stacked, numbers: null, constant: null, name };
};

const emptyList: OperatorRule = (c) => {
  const dtype = c.dtype('element_dtype', 'float32');
  const [name = ''] = c.g.raw('SequenceEmpty', [], 1, { dtype: BigInt(ELEMENT_TYPE[dtype]) });
  return { kind: 'list', name, dtype, shape: elementShape(c, 0) };
};

const pushBack: OperatorRule = (c) => {
  const list = c.list(0);
  const value = c.tensor(1);
  const [name = ''] = c.g.raw('SequenceInsert', [list.name, c.g.nameOf(value)], 1);
  return { ...list, name, shape: value.shape ?? list.shape };
};

const length: OperatorRule = (c) => {
  const [name = ''] = c.g.raw('SequenceLength', [c.list(0).name], 1);
  const value: TensorValue = {
    kind: 'tensor',
    dtype: 'int64',
    shape: [],
    numbers: null,
    constant: null,
    name,
  };
  return c.g.cast(value, 'int32');
};

export const LIST_OPERATORS: OperatorTable = {
  TensorListFromTensor: fromTensor,
  TensorListReserve: reserve,
  TensorListGetItem: getItem,
  TensorListSetItem: setItem,
  TensorListStack: stack,
  TensorListLength: length,
  EmptyTensorList: emptyList,
  TensorListPushBack: pushBack,
};
