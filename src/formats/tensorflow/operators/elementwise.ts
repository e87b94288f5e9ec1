import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { broadcastShape } from '../shapes.ts';

/** Lists and handles pass too. */
const SAME: OperatorRule = (c) => c.inputs.slice(0, 1);

/** One node of ONNX with the shape of the operand. */
const unary =
  (op: string): OperatorRule =>
  (c) =>
    c.emit(op, [c.tensor(0)], {}, { ...c.tensor(0), numbers: null });

/** Two operands of one type that broadcast; numbers of shapes are computed with at once. */
const binary =
  (op: string, compute?: (a: number, b: number) => number): OperatorRule =>
  (c) =>
    pair(c, op, c.tensor(0), c.tensor(1), compute);

export function pair(
  c: NodeContext,
  op: string,
  a: TensorValue,
  b: TensorValue,
  compute?: (a: number, b: number) => number,
): TensorValue {
  const shape = broadcastShape(a.shape, b.shape);
  const numbers = compute === undefined ? null : computed(a, b, compute);
  return c.emit(op, [a, b], {}, { dtype: a.dtype, shape, numbers });
}

function computed(
  a: TensorValue,
  b: TensorValue,
  compute: (a: number, b: number) => number,
): (number | null)[] | null {
  const [left, right] = [a.numbers, b.numbers];
  if (left === null || right === null) return null;
  const length = Math.max(left.length, right.length);
  if ([left, right].some((side) => side.length !== 1 && side.length !== length)) return null;
  return Array.from({ length }, (_, i) => {
    const x = left[left.length === 1 ? 0 : i] ?? null;
    const y = right[right.length === 1 ? 0 : i] ?? null;
    return x === null || y === null ? null : compute(x, y);
  });
}

const isWhole = ({ dtype }: TensorValue): boolean => /^u?int/.test(dtype);

/** Rounds toward negative infinity; ONNX divides integers toward zero. */
const floorDiv: OperatorRule = (c) => {
  const [a, b] = [c.tensor(0), c.tensor(1)];
  const compute = (x: number, y: number): number => Math.floor(x / y);
  if (!isWhole(a)) {
    const quotient = pair(c, 'Div', a, b);
    return c.emit('Floor', [quotient], {}, quotient);
  }
  // (a − a mod b) / b, the remainder with the sign of b, is exact.
  const rest = pair(c, 'Mod', a, b);
  const quotient = pair(c, 'Div', pair(c, 'Sub', a, rest), b);
  return { ...quotient, numbers: computed(a, b, compute) };
};

/** The remainder has the sign of the divisor. */
const floorMod: OperatorRule = (c) => {
  const [a, b] = [c.tensor(0), c.tensor(1)];
  if (isWhole(a))
    return { ...pair(c, 'Mod', a, b), numbers: computed(a, b, (x, y) => x - Math.floor(x / y) * y) };
  const quotient = pair(c, 'Div', a, b);
  const floor = c.emit('Floor', [quotient], {}, quotient);
  return pair(c, 'Sub', a, pair(c, 'Mul', floor, b));
};

/** The remainder has the sign of the dividend. */
const truncateMod: OperatorRule = (c) => {
  const [a, b] = [c.tensor(0), c.tensor(1)];
  return c.emit('Mod', [a, b], { fmod: 1n }, { dtype: a.dtype, shape: broadcastShape(a.shape, b.shape) });
};

/** 0 where the divisor is 0. */
const divNoNan: OperatorRule = (c) => {
  const [a, b] = [c.tensor(0), c.tensor(1)];
  const zero = c.g.scalar(0, b);
  const isZero = c.emit('Equal', [b, zero], {}, { dtype: 'bool', shape: b.shape });
  const quotient = pair(c, 'Div', a, b);
  return c.emit('Where', [isZero, zero, quotient], {}, quotient);
};

/** 0 where the second factor is 0, whatever the first. */
const mulNoNan: OperatorRule = (c) => {
  const [a, b] = [c.tensor(0), c.tensor(1)];
  const zero = c.g.scalar(0, b);
  const isZero = c.emit('Equal', [b, zero], {}, { dtype: 'bool', shape: b.shape });
  const product = pair(c, 'Mul', a, b);
  return c.emit('Where', [isZero, zero, product], {}, product);
};

/** f(x)·y, 0 where x is 0. */
const timesOrZero =
  (combine: (c: NodeContext, x: TensorValue, y: TensorValue) => TensorValue): OperatorRule =>
  (c) => {
    const [x, y] = [c.tensor(0), c.tensor(1)];
    const zero = c.g.scalar(0, x);
    const isZero = c.emit('Equal', [x, zero], {}, { dtype: 'bool', shape: x.shape });
    const product = combine(c, x, y);
    return c.emit('Where', [isZero, zero, product], {}, product);
  };

const rsqrt: OperatorRule = (c) => {
  const root = c.emit('Sqrt', [c.tensor(0)], {}, { ...c.tensor(0), numbers: null });
  return c.emit('Reciprocal', [root], {}, root);
};

const square: OperatorRule = (c) => pair(c, 'Mul', c.tensor(0), c.tensor(0));

const squaredDifference: OperatorRule = (c) => {
  const difference = pair(c, 'Sub', c.tensor(0), c.tensor(1));
  return pair(c, 'Mul', difference, difference);
};

/** e^x − 1 without the loss of digits near 0: 2t / (1 − t) with t = tanh(x/2). */
const expm1: OperatorRule = (c) => {
  const x = c.tensor(0);
  const half = pair(c, 'Mul', x, c.g.scalar(0.5, x));
  const t = c.emit('Tanh', [half], {}, half);
  const near = pair(c, 'Div', pair(c, 'Mul', t, c.g.scalar(2, x)), pair(c, 'Sub', c.g.scalar(1, x), t));
  const far = pair(c, 'Sub', c.emit('Exp', [x], {}, half), c.g.scalar(1, x));
  const size = c.emit('Abs', [x], {}, half);
  const isNear = c.emit('Less', [size, c.g.scalar(1, x)], {}, { dtype: 'bool', shape: x.shape });
  return c.emit('Where', [isNear, near, far], {}, half);
};

/** log(1 + x) without the loss of digits near 0: x·log(u)/(u − 1) with u = 1 + x (Kahan; Goldberg 1991, theorem 4). */
const log1p: OperatorRule = (c) => {
  const x = c.tensor(0);
  const one = c.g.scalar(1, x);
  const u = pair(c, 'Add', x, one);
  const log = c.emit('Log', [u], {}, u);
  const scaled = pair(c, 'Div', pair(c, 'Mul', x, log), pair(c, 'Sub', u, one));
  const small = c.emit('Equal', [u, one], {}, { dtype: 'bool', shape: x.shape });
  const infinite = c.emit('IsInf', [u], {}, { dtype: 'bool', shape: x.shape });
  const usual = c.emit('Where', [infinite, log, scaled], {}, u);
  return c.emit('Where', [small, x, usual], {}, u);
};

const erfc: OperatorRule = (c) => {
  const erf = c.emit('Erf', [c.tensor(0)], {}, { ...c.tensor(0), numbers: null });
  return pair(c, 'Sub', c.g.scalar(1, erf), erf);
};

const relu6: OperatorRule = (c) => {
  const x = c.tensor(0);
  return c.emit('Clip', [x, c.g.scalar(0, x), c.g.scalar(6, x)], {}, x);
};

const clipByValue: OperatorRule = (c) => {
  const atMost = pair(c, 'Min', c.tensor(0), c.tensor(2));
  return pair(c, 'Max', atMost, c.tensor(1));
};

const leakyRelu: OperatorRule = (c) =>
  c.emit('LeakyRelu', [c.tensor(0)], { alpha: c.float('alpha', 0.2) }, c.tensor(0));

const addAll: OperatorRule = (c) => {
  const [first, ...rest] = c.tensors;
  if (first === undefined) throw c.invalid('no inputs', 'at least one');
  return rest.reduce((sum, value) => pair(c, 'Add', sum, value), first);
};

/** Adds one number a channel; channels come last, or after the batch. */
const biasAdd: OperatorRule = (c) => {
  const [x, bias] = [c.tensor(0), c.tensor(1)];
  if (c.text('data_format', 'NHWC') !== 'NCHW' || c.rank(0) <= 2)
    return { ...pair(c, 'Add', x, bias), shape: x.shape };
  const wide = c.widened(bias, c.rank(0) - 2);
  return { ...pair(c, 'Add', x, wide), shape: x.shape };
};

/** float → int cuts, as in C; what does not fit is undefined there too. */
const cast: OperatorRule = (c) => {
  const to = c.dtype('DstT', 'float32');
  const from = c.tensor(0);
  if (from.dtype === 'string' || to === 'string')
    throw c.unsupported('DstT', to, 'a cast between numbers is');
  const keeps = /^u?int/.test(from.dtype) && /^int(32|64)$/.test(to);
  return { ...c.g.cast(from, to), numbers: keeps ? from.numbers : null };
};

const like =
  (value: number): OperatorRule =>
  (c) => {
    const x = c.tensor(0);
    const shape = c.emit('Shape', [x], {}, { dtype: 'int64', shape: [x.shape?.length ?? null] });
    return c.emit('Expand', [c.g.scalar(value, x), shape], {}, { dtype: x.dtype, shape: x.shape });
  };

const invert: OperatorRule = (c) =>
  c.emit('BitwiseNot', [c.tensor(0)], {}, { ...c.tensor(0), numbers: null });

const shift =
  (direction: 'LEFT' | 'RIGHT'): OperatorRule =>
  (c) => {
    const { dtype } = c.tensor(0);
    if (!dtype.startsWith('uint')) throw c.unsupported('T', dtype, 'unsigned numbers are');
    const shape = broadcastShape(c.tensor(0).shape, c.tensor(1).shape);
    return c.emit('BitShift', [c.tensor(0), c.tensor(1)], { direction }, { dtype, shape });
  };

const atan2: OperatorRule = (c) => {
  const [y, x] = [c.tensor(0), c.tensor(1)];
  const quotient = pair(c, 'Div', y, x);
  const base = c.emit('Atan', [quotient], {}, quotient);
  const zero = c.g.scalar(0, x);
  const test = (op: string, value: TensorValue): TensorValue =>
    c.emit(op, [value, zero], {}, { dtype: 'bool', shape: value.shape });
  const turn = c.emit(
    'Where',
    [test('Less', y), c.g.scalar(-Math.PI, x), c.g.scalar(Math.PI, x)],
    {},
    quotient,
  );
  const turned = c.emit('Where', [test('Less', x), pair(c, 'Add', base, turn), base], {}, quotient);
  const both = c.emit(
    'And',
    [test('Equal', x), test('Equal', y)],
    {},
    { dtype: 'bool', shape: quotient.shape },
  );
  return c.emit('Where', [both, zero, turned], {}, quotient);
};

const softmax =
  (op: string): OperatorRule =>
  (c) =>
    c.emit(op, [c.tensor(0)], { axis: -1n }, c.tensor(0));

/** Operators that work on each element by itself. */
export const ELEMENTWISE_OPERATORS: OperatorTable = {
  ...Object.fromEntries(
    ['Identity', 'StopGradient', 'PreventGradient', 'CheckNumerics', 'Snapshot', 'EnsureShape'].map((op) => [
      op,
      SAME,
    ]),
  ),
  IdentityN: (c) => c.inputs,
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sqrt: unary('Sqrt'),
  Sign: unary('Sign'),
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tan: unary('Tan'),
  Asin: unary('Asin'),
  Acos: unary('Acos'),
  Atan: unary('Atan'),
  Sinh: unary('Sinh'),
  Cosh: unary('Cosh'),
  Tanh: unary('Tanh'),
  Asinh: unary('Asinh'),
  Acosh: unary('Acosh'),
  Atanh: unary('Atanh'),
  Sigmoid: unary('Sigmoid'),
  Relu: unary('Relu'),
  Elu: unary('Elu'),
  Selu: unary('Selu'),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Erf: unary('Erf'),
  Floor: unary('Floor'),
  Ceil: unary('Ceil'),
  // Both round halves to the even neighbour, as Round of ONNX does.
  Round: unary('Round'),
  Rint: unary('Round'),
  Reciprocal: unary('Reciprocal'),
  Inv: unary('Reciprocal'),
  Erfc: erfc,
  Expm1: expm1,
  Log1p: log1p,
  Rsqrt: rsqrt,
  Square: square,
  Relu6: relu6,
  LeakyRelu: leakyRelu,
  ClipByValue: clipByValue,
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  Cast: cast,
  ZerosLike: like(0),
  OnesLike: like(1),
  Add: binary('Add', (a, b) => a + b),
  AddV2: binary('Add', (a, b) => a + b),
  Sub: binary('Sub', (a, b) => a - b),
  Mul: binary('Mul', (a, b) => a * b),
  Div: binary('Div', (a, b) => Math.trunc(a / b)),
  RealDiv: binary('Div'),
  TruncateDiv: binary('Div', (a, b) => Math.trunc(a / b)),
  DivNoNan: divNoNan,
  MulNoNan: mulNoNan,
  FloorDiv: floorDiv,
  FloorMod: floorMod,
  TruncateMod: truncateMod,
  Pow: binary('Pow'),
  Maximum: binary('Max', Math.max),
  Minimum: binary('Min', Math.min),
  SquaredDifference: squaredDifference,
  Atan2: atan2,
  Xlogy: timesOrZero((c, x, y) => pair(c, 'Mul', x, c.emit('Log', [y], {}, y))),
  Xdivy: timesOrZero((c, x, y) => pair(c, 'Div', x, y)),
  BitwiseAnd: binary('BitwiseAnd'),
  BitwiseOr: binary('BitwiseOr'),
  BitwiseXor: binary('BitwiseXor'),
  Invert: invert,
  LeftShift: shift('LEFT'),
  RightShift: shift('RIGHT'),
  AddN: addAll,
  AccumulateNV2: addAll,
  BiasAdd: biasAdd,
  BiasAddV1: biasAdd,
};
