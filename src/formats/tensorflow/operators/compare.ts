import type { OperatorRule, OperatorTable } from '../context.ts';
import { broadcastShape } from '../shapes.ts';

const compared =
  (op: string, inverted = false): OperatorRule =>
  (c) => {
    const shape = broadcastShape(c.tensor(0).shape, c.tensor(1).shape);
    const made = { dtype: 'bool', shape } as const;
    const result = c.emit(op, [c.tensor(0), c.tensor(1)], {}, made);
    return inverted ? c.emit('Not', [result], {}, made) : result;
  };

const finite: OperatorRule = (c) => {
  const made = { dtype: 'bool', shape: c.tensor(0).shape } as const;
  const nan = c.emit('IsNaN', [c.tensor(0)], {}, made);
  const infinite = c.emit('IsInf', [c.tensor(0)], {}, made);
  return c.emit('Not', [c.emit('Or', [nan, infinite], {}, made)], {}, made);
};

const test =
  (op: string): OperatorRule =>
  (c) =>
    c.emit(op, [c.tensor(0)], {}, { dtype: 'bool', shape: c.tensor(0).shape });

const select: OperatorRule = (c) => {
  const [test, a, b] = [c.tensor(0), c.tensor(1), c.tensor(2)];
  const shape = broadcastShape(broadcastShape(test.shape, a.shape), b.shape);
  return c.emit('Where', [test, a, b], {}, { dtype: a.dtype, shape });
};

/** `Select` of old: a vector of conditions chooses rows. */
const selectRows: OperatorRule = (c) => {
  const test = c.tensor(0);
  const rank = c.rank(1);
  if (test.shape?.length !== 1 || rank <= 1) return select(c);
  const wide = c.widened(test, rank - 1);
  return c.emit('Where', [wide, c.tensor(1), c.tensor(2)], {}, c.tensor(1));
};

/** Operators that ask, and choose by the answer. */
export const COMPARE_OPERATORS: OperatorTable = {
  LogicalNot: test('Not'),
  IsNan: test('IsNaN'),
  IsInf: test('IsInf'),
  IsFinite: finite,
  Greater: compared('Greater'),
  GreaterEqual: compared('GreaterOrEqual'),
  Less: compared('Less'),
  LessEqual: compared('LessOrEqual'),
  Equal: compared('Equal'),
  NotEqual: compared('Equal', true),
  LogicalAnd: compared('And'),
  LogicalOr: compared('Or'),
  Select: selectRows,
  SelectV2: select,
};
