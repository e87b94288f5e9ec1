import type { OperatorRule, OperatorTable } from '../context.ts';
import { tensorOfProto } from '../tensor-proto.ts';
import { NO_VALUE } from '../value.ts';
import { gatherFrom } from './gather.ts';

const constant: OperatorRule = (c) => {
  const attr = c.attr('value');
  if (attr?.kind !== 'tensor') throw c.invalid('no value', 'a tensor');
  return c.g.constant(tensorOfProto(attr.value, c.refuse, c.resources.budget));
};

const handle: OperatorRule = (c) => ({ kind: 'variable', node: c.node.name });

const variableValue = (c: Parameters<OperatorRule>[0], index: number) => {
  const source = c.inputs[index];
  if (source?.kind !== 'variable')
    throw c.unsupported('resource', source?.kind ?? 'nothing', 'a variable is');
  return c.g.stored(c.resources.variable(source.node, c.refuse));
};

/** A variable of TensorFlow 1 is its own value. */
const referenced: OperatorRule = (c) => c.g.stored(c.resources.variable(c.node.name, c.refuse));

const nothing: OperatorRule = () => NO_VALUE;

/** Constants, variables, and what only training or saving needs. */
export const STATE_OPERATORS: OperatorTable = {
  Const: constant,
  VarHandleOp: handle,
  ReadVariableOp: (c) => variableValue(c, 0),
  ResourceGather: (c) =>
    gatherFrom(c, variableValue(c, 0), c.tensor(1), c.int('batch_dims', 0), c.int('batch_dims', 0)),
  Variable: referenced,
  VariableV2: referenced,
  PlaceholderWithDefault: (c) => c.tensor(0),
  NoOp: nothing,
  Assert: nothing,
  DisableCopyOnRead: nothing,
};
