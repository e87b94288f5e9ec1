import type { AtenCall } from './call.ts';
import { rows } from './operator.ts';
import { elementwise, mapped } from './primitives.ts';
import { type AtenInteger, type AtenTensor, type AtenValue, isValue } from './value.ts';

/** Sizes, and what programs compute of them. */

const size = (call: AtenCall): AtenValue => {
  const x = call.tensor('self');
  if (call.has('dim')) return call.g.sizeOf(x, call.axis('dim', x.shape.length));
  return x.shape.map((_, axis) => call.g.sizeOf(x, axis));
};

const elements = (call: AtenCall): AtenValue => {
  const { g } = call;
  const x = call.tensor('self');
  const sizes = x.shape.map((_, axis) => g.sizeOf(x, axis));
  return sizes.reduce<AtenInteger>((all, one) => computed(call, 'Mul', all, one), 1);
};

/** Whole numbers by the rules of Python. */
const PLAIN: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  FloorDiv: (a, b) => Math.floor(a / b),
  Mod: (a, b) => a - b * Math.floor(a / b),
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
};

const asTensor = (call: AtenCall, value: AtenInteger): AtenTensor =>
  typeof value === 'number' ? call.g.numbers([value], 'int64') : value.tensor;

function computed(call: AtenCall, op: string, a: AtenInteger, b: AtenInteger): AtenInteger {
  const { g } = call;
  if (typeof a === 'number' && typeof b === 'number') {
    const value = PLAIN[op]?.(a, b);
    if (value === undefined || !Number.isSafeInteger(value))
      throw call.refusal('a', `${a} and ${b}`, 'whole numbers that can be computed with');
    return value;
  }
  if (op === 'Mul' && a === 1) return b;
  if (op === 'Mul' && b === 1) return a;
  const [left, right] = [asTensor(call, a), asTensor(call, b)];
  if (op !== 'FloorDiv') return g.symbolic(g.unknownSize(), elementwise(g, op, [left, right], 'int64'));
  // Sizes are never negative, but differences of them are.
  const rest = elementwise(g, 'Mod', [left, right], 'int64');
  const whole = elementwise(g, 'Sub', [left, rest], 'int64');
  return g.symbolic(g.unknownSize(), elementwise(g, 'Div', [whole, right], 'int64'));
}

const wholeOrNull = (value: AtenValue | undefined): AtenInteger | null =>
  typeof value === 'number' || isValue(value, 'symbolic') ? value : null;

const arithmetic =
  (op: string) =>
  (call: AtenCall): AtenValue => {
    const [a, b] = [wholeOrNull(call.value('a')), wholeOrNull(call.value('b'))];
    if (a !== null && b !== null) return computed(call, op, a, b);
    const dtype = 'float32';
    if (op === 'FloorDiv' || op === 'Mod') throw call.wrong(a === null ? 'a' : 'b', 'whole numbers');
    const [left, right] = [call.operand('a'), call.operand('b')].map((one) => call.materialized(one, dtype));
    if (left === undefined || right === undefined) throw call.wrong('a', 'two numbers');
    return elementwise(call.g, op, [left, right], dtype);
  };

/** A quotient of sizes is a float. */
const quotient = (call: AtenCall): AtenValue => {
  const [a, b] = [call.value('a'), call.value('b')];
  if (typeof a === 'number' && typeof b === 'number') return { type: 'float', value: a / b };
  const [left, right] = [call.operand('a'), call.operand('b')].map((one) =>
    call.materialized(one, 'float32'),
  );
  if (left === undefined || right === undefined) throw call.wrong('a', 'two numbers');
  return elementwise(call.g, 'Div', [left, right], 'float32');
};

/** Which of two numbers is larger: what programs assert of sizes, and choose by. */
const comparison =
  (op: string, holds: (a: number, b: number) => boolean) =>
  (call: AtenCall): AtenValue => {
    const { g } = call;
    const [a, b] = [call.value('a'), call.value('b')];
    if (typeof a === 'number' && typeof b === 'number') return holds(a, b);
    const isWhole = wholeOrNull(a) !== null && wholeOrNull(b) !== null;
    const sides = [call.operand('a'), call.operand('b')].map((one) =>
      call.materialized(one, isWhole ? 'int64' : 'float32'),
    );
    const found = elementwise(g, op === 'NotEqual' ? 'Equal' : op, sides, 'bool');
    return op === 'NotEqual' ? mapped(g, 'Not', found) : found;
  };

const connected = (op: 'And' | 'Or') => (call: AtenCall) => {
  const [a, b] = ['a', 'b'].map((name) => call.g.cast(call.tensor(name), 'bool'));
  if (a === undefined || b === undefined) throw call.wrong('a', 'two truths');
  return elementwise(call.g, op, [a, b], 'bool');
};

const negative = (call: AtenCall): AtenValue => {
  const a = wholeOrNull(call.value('a'));
  if (a === null) throw call.wrong('a', 'a whole number');
  return computed(call, 'Mul', a, -1);
};

/** A float of sizes as a whole number again. */
const whole =
  (op: 'Floor' | 'Ceil' | 'Trunc') =>
  (call: AtenCall): AtenValue => {
    const { g } = call;
    const given = call.value('a');
    const exact = wholeOrNull(given);
    if (exact !== null) return exact;
    if (isValue(given, 'float'))
      return Math[op === 'Floor' ? 'floor' : op === 'Ceil' ? 'ceil' : 'trunc'](given.value);
    const x = call.tensor('a');
    const rounded = op === 'Trunc' ? x : mapped(g, op, x);
    const flat = g.add('Reshape', [g.cast(rounded, 'int64'), g.numbers([1], 'int64')], {
      dtype: 'int64',
      shape: [1],
    });
    return g.symbolic(g.unknownSize(), flat);
  };

export const SYMBOLICS = [
  ...rows('sym_size size', 'self dim', size),
  ...rows('sym_numel numel', 'self', elements),
  ...rows('_operator.add', 'a b', arithmetic('Add')),
  ...rows('_operator.sub', 'a b', arithmetic('Sub')),
  ...rows('_operator.mul', 'a b', arithmetic('Mul')),
  ...rows('_operator.floordiv', 'a b', arithmetic('FloorDiv')),
  ...rows('_operator.mod', 'a b', arithmetic('Mod')),
  ...rows('_operator.truediv', 'a b', quotient),
  ...rows(
    '_operator.ge',
    'a b',
    comparison('GreaterOrEqual', (a, b) => a >= b),
  ),
  ...rows(
    '_operator.gt',
    'a b',
    comparison('Greater', (a, b) => a > b),
  ),
  ...rows(
    '_operator.le',
    'a b',
    comparison('LessOrEqual', (a, b) => a <= b),
  ),
  ...rows(
    '_operator.lt',
    'a b',
    comparison('Less', (a, b) => a < b),
  ),
  ...rows(
    '_operator.eq',
    'a b',
    comparison('Equal', (a, b) => a === b),
  ),
  ...rows(
    '_operator.ne',
    'a b',
    comparison('NotEqual', (a, b) => a !== b),
  ),
  ...rows('_operator.and_', 'a b', connected('And')),
  ...rows('_operator.or_', 'a b', connected('Or')),
  ...rows('_operator.not_ torch.sym_not', 'a', (call) =>
    mapped(call.g, 'Not', call.g.cast(call.tensor('a'), 'bool')),
  ),
  ...rows('torch.sym_float', 'a', (call) => call.g.cast(call.tensor('a'), 'float32')),
  ...rows('_operator.neg', 'a', negative),
  ...rows('torch.sym_max', 'a b', arithmetic('Max')),
  ...rows('torch.sym_min', 'a b', arithmetic('Min')),
  ...rows('torch.sym_int math.trunc', 'a', whole('Trunc')),
  ...rows('math.floor', 'a', whole('Floor')),
  ...rows('math.ceil', 'a', whole('Ceil')),
];
