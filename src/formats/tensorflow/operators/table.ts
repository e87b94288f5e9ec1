import type { Tensor } from '../../../model/tensor.ts';
import type { AttributeInput } from '../../../onnx/graph.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';

const handle: OperatorRule = (c) => ({ kind: 'table', node: c.node.name });

/** Keys or values of a table as an attribute of LabelEncoder (ai.onnx.ml 4). */
function entries(c: NodeContext, side: 'keys' | 'values', tensor: Tensor): Record<string, AttributeInput> {
  if (tensor.dtype === 'string') return { [`${side}_strings`]: tensor.data };
  if (tensor.dtype === 'float32') return { [`${side}_floats`]: tensor.data };
  if (tensor.dtype === 'int64') return { [`${side}_int64s`]: tensor.data };
  if (tensor.dtype === 'int32') return { [`${side}_int64s`]: BigInt64Array.from(tensor.data, BigInt) };
  throw c.unsupported(side, tensor.dtype, 'texts, int64 or float32 are');
}

function fallback(c: NodeContext, value: TensorValue): Record<string, AttributeInput> {
  const data = value.constant?.shape.every((size) => size === 1) ? value.constant.load().data : [];
  const [first] = data;
  if (first === undefined)
    throw c.unsupported('default_value', 'a default that only a run gives', 'a constant is');
  if (value.dtype === 'string') return { default_string: String(first) };
  if (value.dtype === 'float32') return { default_float: Number(first) };
  return { default_int64: BigInt(first) };
}

const find: OperatorRule = (c) => {
  const table = c.inputs[0];
  if (table?.kind !== 'table') throw c.unsupported('table_handle', table?.kind ?? 'nothing', 'a table is');
  const { keys, values } = c.resources.table(table.node, c.refuse);
  if (keys.data.length === 0 || keys.data.length !== values.data.length)
    throw c.invalid(`${keys.data.length} keys and ${values.data.length} values`, 'one value a key');
  const given = c.tensor(1);
  const x = given.dtype === 'int32' ? c.g.cast(given, 'int64') : given;
  const attributes = {
    ...entries(c, 'keys', keys),
    ...entries(c, 'values', values),
    ...fallback(c, c.tensor(2)),
  };
  const dtype = values.dtype === 'int32' ? 'int64' : values.dtype;
  const found = c.g.emit('LabelEncoder', [x], attributes, { dtype, shape: x.shape }, 'ai.onnx.ml');
  return c.g.cast(found, values.dtype);
};

const size: OperatorRule = (c) => {
  const table = c.inputs[0];
  if (table?.kind !== 'table') throw c.unsupported('table_handle', table?.kind ?? 'nothing', 'a table is');
  return c.g.int(c.resources.table(table.node, c.refuse).keys.data.length);
};

/** Look-ups by key. */
export const TABLE_OPERATORS: OperatorTable = {
  HashTable: handle,
  HashTableV2: handle,
  MutableHashTableV2: handle,
  LookupTableFind: find,
  LookupTableFindV2: find,
  LookupTableSizeV2: size,
};
