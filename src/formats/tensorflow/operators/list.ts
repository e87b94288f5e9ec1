import { ELEMENT_TYPE } from '../../../onnx/dtype.ts';
import type { ValueName } from '../../../onnx/graph.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import type { ListElements, TensorList } from '../value.ts';
import { sizes, vectorOf } from './shape.ts';

/**
 * Lists of tensors of one type. What is known to be one tensor cut in pieces stays that tensor; else a list is a sequence of ONNX, and
 * what it reserves is filled with empty tensors until it is set.
 */

/** A turn of a loop read a list that it was to add to only: the list is carried as a sequence then. */
export class ListRead extends Error {
  readonly slot: object;

  constructor(slot: object) {
    super('a turn of a loop reads what turns add to');
    this.slot = slot;
  }
}

function elementShape(c: NodeContext, at: number): Shape {
  const { numbers } = c.tensor(at);
  return numbers === null || numbers.length === 0
    ? null
    : numbers.map((size) => (size === null || size < 0 ? null : size));
}

const listOf = (from: Pick<TensorList, 'dtype' | 'shape'>, elements: ListElements): TensorList => ({
  kind: 'list',
  dtype: from.dtype,
  shape: from.shape,
  elements,
});

/** The list as a sequence. */
export function sequenceOf(c: NodeContext, { dtype, elements }: TensorList): ValueName {
  if (elements.as === 'sequence') return elements.name;
  if (elements.as === 'turns') throw new ListRead(elements.slot);
  if (elements.as === 'stacked') return splitUp(c, filledUp(c, elements));
  if (elements.count === null)
    return c.g.raw('SequenceEmpty', [], 1, { dtype: BigInt(ELEMENT_TYPE[dtype]) })[0] ?? '';
  const extent = c.emit(
    'Concat',
    [vectorOf(c, elements.count), c.g.ints([1])],
    { axis: 0n },
    { dtype: 'int64', shape: [2] },
  );
  const zero =
    dtype === 'string'
      ? c.g.constant({ dtype, shape: [], data: [''] })
      : c.g.cast(c.g.scalar(0, { dtype: 'float32' }), dtype);
  return splitUp(c, c.emit('Expand', [zero, extent], {}, { dtype, shape: [null, 1] }));
}

const splitUp = (c: NodeContext, tensor: TensorValue): ValueName =>
  c.g.raw('SplitToSequence', [c.g.nameOf(tensor)], 1, { axis: 0n, keepdims: 0n })[0] ?? '';

/** Elements along the first axis, those that nothing has set as zeros. */
function filledUp(c: NodeContext, { tensor, padTo }: Extract<ListElements, { as: 'stacked' }>): TensorValue {
  if (padTo === null) return tensor;
  const rank = tensor.shape?.length;
  if (rank === undefined) throw c.unsupported('list', 'elements of unknown rank', 'a known rank is');
  const one = { dtype: 'int64', shape: [1] } as const;
  const there = c.emit('Shape', [tensor], { start: 0n, end: 1n }, one);
  const missing = c.emit(
    'Max',
    [c.emit('Sub', [vectorOf(c, padTo), there], {}, one), c.g.ints([0])],
    {},
    one,
  );
  const zeros = (count: number): TensorValue => c.g.ints(new Array<number>(count).fill(0));
  const parts = [zeros(rank), missing, ...(rank > 1 ? [zeros(rank - 1)] : [])];
  const pads = c.emit('Concat', parts, { axis: 0n }, { dtype: 'int64', shape: [2 * rank] });
  return c.emit(
    'Pad',
    [tensor, pads],
    {},
    { dtype: tensor.dtype, shape: [padTo.numbers?.[0] ?? null, ...(tensor.shape?.slice(1) ?? [])] },
  );
}

/** All elements along a new first axis. */
function stacked(c: NodeContext, list: TensorList, shape: Shape): TensorValue {
  const { dtype, elements } = list;
  if (elements.as === 'stacked') return filledUp(c, elements);
  const [name = ''] = c.g.raw('ConcatFromSequence', [sequenceOf(c, list)], 1, { axis: 0n, new_axis: 1n });
  return { kind: 'tensor', dtype, shape: shape && [null, ...shape], numbers: null, constant: null, name };
}

function elementAt(c: NodeContext, list: TensorList, at: TensorValue): TensorValue {
  const { dtype, shape, elements } = list;
  if (elements.as === 'stacked')
    return c.emit(
      'Gather',
      [filledUp(c, elements), at],
      { axis: 0n },
      { dtype, shape: elements.tensor.shape?.slice(1) ?? shape },
    );
  const [name = ''] = c.g.raw('SequenceAt', [sequenceOf(c, list), c.g.nameOf(at)], 1);
  return { kind: 'tensor', dtype, shape, numbers: null, constant: null, name };
}

/**
 * Setting an element is taking out the one that is there and putting in the new one.
 *
 * @param grows whether the element may be the one behind the last
 */
function withElement(
  c: NodeContext,
  list: TensorList,
  at: TensorValue,
  value: TensorValue,
  grows: boolean,
): TensorList {
  const shape = value.shape ?? list.shape;
  const { elements } = list;
  if (elements.as === 'turns') {
    if (elements.set !== null) throw new ListRead(elements.slot);
    return { ...list, shape, elements: { ...elements, set: { at, value } } };
  }
  const there = sequenceOf(c, list);
  const place = c.g.nameOf(at);
  const [without = ''] = grows ? erasedWithin(c, there, at) : c.g.raw('SequenceErase', [there, place], 1);
  const [name = ''] = c.g.raw('SequenceInsert', [without, c.g.nameOf(value), place], 1);
  return { ...list, shape, elements: { as: 'sequence', name } };
}

/** The sequence without the element at a place, where it has one. */
function erasedWithin(c: NodeContext, there: ValueName, at: TensorValue): ValueName[] {
  const wide = sizes(c, at);
  const made = { dtype: 'bool', shape: [] } as const;
  const has = c.emit('Less', [wide, lengthOf(c, there)], {}, made);
  const kept = (name: string, make: () => ValueName): ReturnType<typeof c.g.nested> =>
    c.g.nested(name, (graph) => graph.result(make()));
  return c.g.raw('If', [c.g.nameOf(has)], 1, {
    then_branch: kept('then_branch', () => c.g.raw('SequenceErase', [there, c.g.nameOf(wide)], 1)[0] ?? ''),
    else_branch: kept('else_branch', () => there),
  });
}

function lengthOf(c: NodeContext, sequence: ValueName): TensorValue {
  const [name = ''] = c.g.raw('SequenceLength', [sequence], 1);
  return { kind: 'tensor', dtype: 'int64', shape: [], numbers: null, constant: null, name };
}

const fromTensor: OperatorRule = (c) => {
  const tensor = c.tensor(0);
  const shape = tensor.shape?.slice(1) ?? elementShape(c, 1);
  return listOf({ dtype: tensor.dtype, shape }, { as: 'stacked', tensor, padTo: null });
};

const reserve: OperatorRule = (c) =>
  listOf(
    { dtype: c.dtype('element_dtype', 'float32'), shape: elementShape(c, 0) },
    { as: 'reserved', count: c.tensor(1) },
  );

const emptyList: OperatorRule = (c) =>
  listOf(
    { dtype: c.dtype('element_dtype', 'float32'), shape: elementShape(c, 0) },
    { as: 'reserved', count: null },
  );

const getItem: OperatorRule = (c) => elementAt(c, c.list(0), c.tensor(1));

const setItem: OperatorRule = (c) =>
  withElement(c, c.list(0), c.tensor(1), c.tensor(2), c.flag('resize_if_index_out_of_bounds'));

const stack: OperatorRule = (c) => {
  const list = c.list(0);
  const all = stacked(c, list, list.shape ?? elementShape(c, 1));
  const count = c.int('num_elements', -1);
  return count < 0 || all.shape === null ? all : { ...all, shape: [count, ...all.shape.slice(1)] };
};

const pushBack: OperatorRule = (c) => {
  const [list, value] = [c.list(0), c.tensor(1)];
  const { elements } = list;
  const shape = value.shape ?? list.shape;
  if (elements.as === 'turns' && elements.isOpen && elements.set === null)
    return { ...list, shape, elements: { ...elements, set: { at: null, value } } };
  const [name = ''] = c.g.raw('SequenceInsert', [sequenceOf(c, list), c.g.nameOf(value)], 1);
  return { ...list, shape, elements: { as: 'sequence', name } };
};

const length = (c: NodeContext, list: TensorList): TensorValue => {
  const { elements } = list;
  if (elements.as === 'reserved') return c.g.cast(elements.count ?? c.g.int(0), 'int32');
  if (elements.as === 'stacked' && elements.padTo !== null) return c.g.cast(elements.padTo, 'int32');
  return c.g.cast(lengthOf(c, sequenceOf(c, list)), 'int32');
};

/** A TensorArray of TensorFlow 1: its flow, the second output, is what it holds. */
const array: OperatorRule = (c) => {
  const dtype = c.dtype('dtype', 'float32');
  const attr = c.attr('element_shape');
  const stated = attr?.kind === 'shape' ? attr.value : null;
  const shape = stated === null ? null : stated.map((size) => (size < 0 ? null : size));
  return [{ kind: 'array', dtype }, listOf({ dtype, shape }, { as: 'reserved', count: c.tensor(0) })];
};

const arrayOf = (c: NodeContext): boolean => c.inputs[0]?.kind === 'array';

const write: OperatorRule = (c) => withElement(c, c.list(3), c.tensor(1), c.tensor(2), arrayOf(c));

const scatter: OperatorRule = (c) => {
  const [places, tensor, list] = [c.tensor(1), c.tensor(2), c.list(3)];
  if (places.isRange !== true || list.elements.as !== 'reserved')
    throw c.unsupported('indices', 'places that are not all of them in order', 'a whole TensorArray is');
  return listOf(
    { dtype: tensor.dtype, shape: tensor.shape?.slice(1) ?? list.shape },
    { as: 'stacked', tensor, padTo: null },
  );
};

const gather: OperatorRule = (c) => {
  const [places, list] = [c.tensor(1), c.list(2)];
  const all = stacked(c, list, list.shape);
  const shape = all.shape === null ? null : [places.shape?.[0] ?? null, ...all.shape.slice(1)];
  return c.emit('Gather', [all, places], { axis: 0n }, { dtype: all.dtype, shape });
};

/** The elements one behind the other, along the axis that they have. */
const concat: OperatorRule = (c) => {
  const list = c.list(1);
  const [name = ''] = c.g.raw('ConcatFromSequence', [sequenceOf(c, list)], 1, { axis: 0n, new_axis: 0n });
  const shape = list.shape === null ? null : [null, ...list.shape.slice(1)];
  return { kind: 'tensor', dtype: list.dtype, shape, numbers: null, constant: null, name };
};

export const LIST_OPERATORS: OperatorTable = {
  TensorListFromTensor: fromTensor,
  TensorListReserve: reserve,
  TensorListGetItem: getItem,
  TensorListSetItem: setItem,
  TensorListStack: stack,
  TensorListLength: (c) => length(c, c.list(0)),
  EmptyTensorList: emptyList,
  TensorListPushBack: pushBack,
  TensorArrayV3: array,
  TensorArrayReadV3: (c) => elementAt(c, c.list(2), c.tensor(1)),
  TensorArrayWriteV3: write,
  TensorArrayScatterV3: scatter,
  TensorArrayGatherV3: gather,
  TensorArrayConcatV3: concat,
  TensorArraySizeV3: (c) => length(c, c.list(1)),
};
