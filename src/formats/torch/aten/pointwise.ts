import type { AtenCall } from './call.ts';
import { isFloating } from './dtype.ts';
import { operandsOf, truncated } from './elementwise.ts';
import type { AtenGraph } from './graph.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, where } from './primitives.ts';
import type { AtenTensor } from './value.ts';

/** Functions of one number or two that ONNX has no operator for. */

type Operator = 'Add' | 'Sub' | 'Mul' | 'Div';

const of = (g: AtenGraph, op: Operator, a: AtenTensor, b: AtenTensor | number): AtenTensor =>
  elementwise(g, op, [a, typeof b === 'number' ? g.scalar(b, a.dtype) : b], a.dtype);

const compared = (g: AtenGraph, op: 'Less' | 'Equal', a: AtenTensor, b: AtenTensor | number): AtenTensor =>
  elementwise(g, op, [a, typeof b === 'number' ? g.scalar(b, a.dtype) : b], 'bool');

/** Whether the sign bit is set, of -0 too: its reciprocal is -∞. */
function signBit(g: AtenGraph, x: AtenTensor): AtenTensor {
  const isBelow = compared(g, 'Less', x, 0);
  if (!isFloating(x.dtype)) return isBelow;
  const isBelowZero = compared(g, 'Less', mapped(g, 'Reciprocal', x), 0);
  return elementwise(
    g,
    'Or',
    [isBelow, elementwise(g, 'And', [compared(g, 'Equal', x, 0), isBelowZero], 'bool')],
    'bool',
  );
}

/** The angle of (x, y): atan(y / x), turned by half a circle where x is left of 0. */
const angle = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a: y, b: x } = operandsOf(call, 'other', 'float32');
  const isDown = signBit(g, y);
  const half = where(g, isDown, g.scalar(-Math.PI, y.dtype), g.scalar(Math.PI, y.dtype));
  const slope = mapped(g, 'Atan', of(g, 'Div', y, x));
  const turned = where(g, signBit(g, x), of(g, 'Add', slope, half), slope);
  // y / 0 would have the sign of the zero, and 0 / 0 none.
  const upright = of(g, 'Div', half, 2);
  const onAxis = where(g, compared(g, 'Equal', y, 0), where(g, signBit(g, x), half, y), upright);
  return where(g, compared(g, 'Equal', x, 0), onAxis, turned);
};

const hypotenuse = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a, b } = operandsOf(call, 'other', 'float32');
  return mapped(g, 'Sqrt', of(g, 'Add', of(g, 'Mul', a, a), of(g, 'Mul', b, b)));
};

const withSign = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a, b } = operandsOf(call, 'other', 'float32');
  const size = mapped(g, 'Abs', a);
  return where(g, signBit(g, b), mapped(g, 'Neg', size), size);
};

const heaviside = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a: x, b: atZero } = operandsOf(call, 'values');
  const isAbove = elementwise(g, 'Greater', [x, g.scalar(0, x.dtype)], 'bool');
  return where(g, compared(g, 'Equal', x, 0), atZero, g.cast(isAbove, x.dtype));
};

/** log(eᵃ + eᵇ), to any base: the larger one, and what the other adds to it; equal infinities stay what they are. */
const logOfSum = (base: number) => (call: AtenCall) => {
  const { g } = call;
  const { a, b, dtype } = operandsOf(call);
  const ln = Math.log(base);
  const most = elementwise(g, 'Max', [a, b], dtype);
  const way = mapped(g, 'Neg', mapped(g, 'Abs', of(g, 'Sub', a, b)));
  const share = mapped(g, 'Exp', ln === 1 ? way : of(g, 'Mul', way, ln));
  const more = mapped(g, 'Log', of(g, 'Add', share, 1));
  const apart = of(g, 'Add', most, ln === 1 ? more : of(g, 'Div', more, ln));
  return where(g, compared(g, 'Equal', a, b), of(g, 'Add', a, Math.log(2) / ln), apart);
};

/** a log(b), and 0 where a is 0. */
const timesLog = (logarithm: (g: AtenGraph, b: AtenTensor) => AtenTensor) => (call: AtenCall) => {
  const { g } = call;
  const { a, b } = operandsOf(call, 'other', 'float32');
  return where(g, compared(g, 'Equal', a, 0), g.scalar(0, a.dtype), of(g, 'Mul', a, logarithm(g, b)));
};

const log1p = (g: AtenGraph, b: AtenTensor): AtenTensor =>
  g.cast(mapped(g, 'Log', of(g, 'Add', g.cast(b, 'float64'), 1)), b.dtype);

/**
 * erfc by Chebyshev fitting, to 1.2·10⁻⁷ of the number everywhere: 1 - erf(x) loses all of it where x is large.
 *
 * @see Press et al., Numerical Recipes in C, 2nd edition, § 6.2
 */
const ERFC = [
  ...[-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806],
  ...[0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277],
];

const complementaryError = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const given = call.floating('self');
  const x = g.cast(given, 'float64');
  const size = mapped(g, 'Abs', x);
  const t = mapped(g, 'Reciprocal', of(g, 'Add', of(g, 'Mul', size, 0.5), 1));
  const series = ERFC.reduceRight<AtenTensor | null>(
    (sum, factor) =>
      sum === null ? g.scalar(factor, 'float64') : of(g, 'Add', of(g, 'Mul', sum, t), factor),
    null,
  );
  const power = of(g, 'Sub', series ?? t, of(g, 'Mul', x, x));
  const tail = of(g, 'Mul', mapped(g, 'Exp', power), t);
  const below = of(g, 'Add', mapped(g, 'Neg', tail), 2);
  return g.cast(where(g, compared(g, 'Less', x, 0), below, tail), given.dtype);
};

/** sin(πx) / πx. */
const cardinalSine = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  const arc = of(g, 'Mul', x, Math.PI);
  return where(g, compared(g, 'Equal', x, 0), g.scalar(1, x.dtype), of(g, 'Div', mapped(g, 'Sin', arc), arc));
};

const scaledBy = (factor: number) => (call: AtenCall) => of(call.g, 'Mul', call.floating('self'), factor);

const powerOfTwo = (call: AtenCall): AtenTensor => {
  const x = call.floating('self');
  return elementwise(call.g, 'Pow', [call.g.scalar(2, x.dtype), x], x.dtype);
};

/** a 2ᵇ. */
const loaded = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a, b } = operandsOf(call, 'other', 'float32');
  return of(g, 'Mul', a, elementwise(g, 'Pow', [g.scalar(2, a.dtype), b], a.dtype));
};

const widePower = (call: AtenCall): AtenTensor => {
  const [a, b] = [call.operand('self'), call.operand('exponent')].map((one) =>
    call.materialized(one, 'float64'),
  );
  if (a === undefined || b === undefined) throw call.wrong('exponent', 'two numbers');
  return elementwise(call.g, 'Pow', [a, b], 'float64');
};

const fraction = (call: AtenCall): AtenTensor => of(call.g, 'Sub', call.tensor('self'), truncated(call));

/** Bits moved to the left are products of powers of two, to the right quotients rounded down. */
const shifted = (isLeft: boolean) => (call: AtenCall) => {
  const { g } = call;
  const { a, b, dtype } = operandsOf(call);
  if (isFloating(dtype) || dtype === 'bool') throw call.wrong('self', 'whole numbers');
  const count = call.value('other');
  const factor =
    typeof count === 'number'
      ? g.scalar(2 ** count, dtype)
      : g.cast(elementwise(g, 'Pow', [g.scalar(2, 'int64'), g.cast(b, 'int64')], 'int64'), dtype);
  if (isLeft) return of(g, 'Mul', a, factor);
  const rest = elementwise(g, 'Mod', [a, factor], dtype);
  return of(g, 'Div', of(g, 'Sub', a, rest), factor);
};

/** Digits behind the point, or before it. */
const roundedTo = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  const decimals = call.int('decimals', 0);
  if (!isFloating(x.dtype) || decimals === 0) return isFloating(x.dtype) ? mapped(g, 'Round', x) : x;
  const factor = 10 ** Math.abs(decimals);
  const [before, behind] = decimals > 0 ? (['Mul', 'Div'] as const) : (['Div', 'Mul'] as const);
  return of(g, behind, mapped(g, 'Round', of(g, before, x, factor)), factor);
};

export const POINTWISE = [
  ...rows('atan2 arctan2', 'self other', angle),
  ...rows('hypot', 'self other', hypotenuse),
  ...rows('copysign', 'self other', withSign),
  ...rows('signbit', 'self', (call) => signBit(call.g, call.tensor('self'))),
  ...rows('heaviside', 'self values', heaviside),
  ...rows('logaddexp', 'self other', logOfSum(Math.E)),
  ...rows('logaddexp2', 'self other', logOfSum(2)),
  ...rows(
    'xlogy',
    'self other',
    timesLog((g, b) => mapped(g, 'Log', b)),
  ),
  ...rows('special_xlog1py', 'self other', timesLog(log1p)),
  ...rows('erfc', 'self', complementaryError),
  ...rows('sinc', 'self', cardinalSine),
  ...rows('deg2rad', 'self', scaledBy(Math.PI / 180)),
  ...rows('rad2deg', 'self', scaledBy(180 / Math.PI)),
  ...rows('exp2', 'self', powerOfTwo),
  ...rows('ldexp', 'self other', loaded),
  ...rows('float_power', 'self exponent', widePower),
  ...rows('frac', 'self', fraction),
  ...rows('__lshift__ bitwise_left_shift', 'self other', shifted(true)),
  ...rows('__rshift__ bitwise_right_shift', 'self other', shifted(false)),
  ...rows('round.decimals', 'self decimals', roundedTo),
];
