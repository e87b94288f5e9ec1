import type { ColumnExpression } from '../../model/arithmetic.ts';
import type { FunctionName } from '../../model/function.ts';

/** The cell of the only column that a formula is about. */
export const CELL: ColumnExpression = { kind: 'column', column: 0 };

export const constant = (value: number): ColumnExpression => ({ kind: 'constant', value });
export const call = (name: FunctionName, of: ColumnExpression): ColumnExpression => ({
  kind: 'function',
  function: name,
  of,
});
export const plus = (left: ColumnExpression, right: ColumnExpression): ColumnExpression => ({
  kind: 'operation',
  operator: 'add',
  left,
  right,
});
export const minus = (left: ColumnExpression, right: ColumnExpression): ColumnExpression => ({
  kind: 'operation',
  operator: 'subtract',
  left,
  right,
});
export const times = (left: ColumnExpression, right: ColumnExpression): ColumnExpression => ({
  kind: 'operation',
  operator: 'multiply',
  left,
  right,
});
export const divided = (left: ColumnExpression, right: ColumnExpression): ColumnExpression => ({
  kind: 'operation',
  operator: 'divide',
  left,
  right,
});
