import type { DType } from '../../../model/tensor.ts';
import type { AttributeInput } from '../../../onnx/graph.ts';
import type { AtenCall, AtenOperand } from './call.ts';
import { isFloating, isIntegral } from './dtype.ts';
import { rows } from './operator.ts';
import { elementwise, mapped, where } from './primitives.ts';
import { type AtenTensor, isValue } from './value.ts';

/** Arithmetic and comparisons, element by element, with the promotion of types that torch has. */

export interface AtenOperands {
  readonly a: AtenTensor;
  readonly b: AtenTensor;
  readonly dtype: DType;
}

/** Both operands in the type in which they meet; `atLeast` floats where a division makes floats. */
export function operandsOf(call: AtenCall, right = 'other', atLeast: DType | null = null): AtenOperands {
  const [a, b] = [call.operand('self'), call.operand(right)];
  const met = call.promotedType([a, b]);
  const dtype = atLeast !== null && !isFloating(met) ? atLeast : met;
  return { a: call.materialized(a, dtype), b: call.materialized(b, dtype), dtype };
}

/** An operand times a number of Python. */
function times(call: AtenCall, x: AtenTensor, name: string): AtenTensor {
  const factor = call.number(name, 1);
  return factor === 1 ? x : elementwise(call.g, 'Mul', [x, call.g.scalar(factor, x.dtype)], x.dtype);
}

const sum =
  (op: 'Add' | 'Sub', swapped = false) =>
  (call: AtenCall): AtenTensor => {
    const { a, b, dtype } = operandsOf(call);
    if (dtype === 'bool') return elementwise(call.g, op === 'Add' ? 'Or' : 'Xor', [a, b], 'bool');
    const [left, right] = swapped ? [b, a] : [a, b];
    return elementwise(call.g, op, [left, times(call, right, 'alpha')], dtype);
  };

const product = (call: AtenCall): AtenTensor => {
  const { a, b, dtype } = operandsOf(call);
  return elementwise(call.g, dtype === 'bool' ? 'And' : 'Mul', [a, b], dtype);
};

/** Integers divide toward zero in ONNX. */
function quotient(call: AtenCall, a: AtenTensor, b: AtenTensor, mode: string | null): AtenTensor {
  const { g } = call;
  const { dtype } = a;
  if (mode === null) return elementwise(g, 'Div', [a, b], dtype);
  if (isFloating(dtype)) {
    const divided = elementwise(g, 'Div', [a, b], dtype);
    if (mode === 'floor') return mapped(g, 'Floor', divided);
    // Toward zero: sign(x) ⌊|x|⌋.
    const whole = mapped(g, 'Floor', mapped(g, 'Abs', divided));
    return elementwise(g, 'Mul', [mapped(g, 'Sign', divided), whole], dtype);
  }
  if (mode === 'trunc') return elementwise(g, 'Div', [a, b], dtype);
  // ⌊a / b⌋ = (a - (a mod b)) / b, where the remainder has the sign of b.
  const rest = elementwise(g, 'Mod', [a, b], dtype);
  return elementwise(g, 'Div', [elementwise(g, 'Sub', [a, rest], dtype), b], dtype);
}

const division = (call: AtenCall): AtenTensor => {
  const mode = call.has('rounding_mode') ? call.text('rounding_mode', '') : null;
  const { a, b } = operandsOf(call, 'other', mode === null ? 'float32' : null);
  return quotient(call, a, b, mode);
};

const floorDivision = (call: AtenCall): AtenTensor => {
  const { a, b } = operandsOf(call);
  return quotient(call, a, b, 'floor');
};

const remainder = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a, b, dtype } = operandsOf(call);
  if (!isFloating(dtype)) return elementwise(g, 'Mod', [a, b], dtype);
  const whole = mapped(g, 'Floor', elementwise(g, 'Div', [a, b], dtype));
  return elementwise(g, 'Sub', [a, elementwise(g, 'Mul', [whole, b], dtype)], dtype);
};

const fmod = (call: AtenCall): AtenTensor => {
  const { a, b, dtype } = operandsOf(call);
  return elementwise(call.g, 'Mod', [a, b], dtype, { fmod: 1n });
};

/** Small whole powers are products, as torch computes them. */
const power = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const { a, b, dtype } = operandsOf(call, 'exponent');
  const exponent = call.value('exponent');
  const number = isValue(exponent, 'float') ? exponent.value : exponent;
  if (number === 2) return elementwise(g, 'Mul', [a, a], dtype);
  if (number === 3) return elementwise(g, 'Mul', [elementwise(g, 'Mul', [a, a], dtype), a], dtype);
  if (number === 0.5 && isFloating(dtype)) return mapped(g, 'Sqrt', a);
  if (number === -0.5 && isFloating(dtype)) return mapped(g, 'Reciprocal', mapped(g, 'Sqrt', a));
  if (number === 1) return a;
  return elementwise(g, 'Pow', [a, b], dtype);
};

const comparison =
  (op: string, negated = false) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const met = operandsOf(call);
    // onnxruntime orders no booleans.
    const isTruth = met.dtype === 'bool' && op !== 'Equal';
    const [a, b] = isTruth ? [g.cast(met.a, 'int32'), g.cast(met.b, 'int32')] : [met.a, met.b];
    const found = elementwise(g, op, [a, b], 'bool');
    return negated ? mapped(g, 'Not', found) : found;
  };

const extremum =
  (op: 'Max' | 'Min') =>
  (call: AtenCall): AtenTensor => {
    const { a, b, dtype } = operandsOf(call);
    return elementwise(call.g, op, [a, b], dtype);
  };

const truth = (call: AtenCall, name: string): AtenTensor => call.g.cast(call.tensor(name), 'bool');
const logical = (op: string) => (call: AtenCall) =>
  elementwise(call.g, op, [truth(call, 'self'), truth(call, 'other')], 'bool');

/** A mask that nothing says the type of is taken for floats, and may be of booleans or of whole numbers: they differ here. */
function requireBits(call: AtenCall, dtype: DType): void {
  if (isFloating(dtype))
    throw call.refusal(
      'the operator',
      `${call.place.name} of ${dtype}`,
      'that of booleans and whole numbers',
    );
}

const bitwise = (word: string, bits: string) => (call: AtenCall) => {
  const { a, b, dtype } = operandsOf(call);
  requireBits(call, dtype);
  return elementwise(call.g, dtype === 'bool' ? word : bits, [a, b], dtype);
};

const bitwiseNot = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  requireBits(call, x.dtype);
  return mapped(call.g, x.dtype === 'bool' ? 'Not' : 'BitwiseNot', x);
};

/** A bound as a tensor of the type of what is clamped. */
const bound = (call: AtenCall, name: string, dtype: DType): AtenTensor | null =>
  call.has(name) ? call.materialized(call.operand(name), dtype) : null;

function clamp(call: AtenCall, low: string, high: string): AtenTensor {
  const { g } = call;
  const given = call.tensor('self');
  const bounds: AtenOperand[] = [low, high]
    .filter((name) => call.has(name))
    .map((name) => call.operand(name));
  const dtype = call.promotedType([given, ...bounds]);
  const x = g.cast(given, dtype);
  const [min, max] = [bound(call, low, dtype), bound(call, high, dtype)];
  if ((min?.shape.length ?? 0) === 0 && (max?.shape.length ?? 0) === 0)
    return mapped(g, 'Clip', x, {}, max === null ? [min] : [min, max]);
  const above = min === null ? x : elementwise(g, 'Max', [x, min], dtype);
  return max === null ? above : elementwise(g, 'Min', [above, max], dtype);
}

/** A function of floats; integers are taken as float32. */
const float =
  (op: string, attributes: Record<string, AttributeInput> = {}) =>
  (call: AtenCall) =>
    mapped(call.g, op, call.floating('self'), attributes);

/** A function of any numbers, which keeps their type. */
const any = (op: string) => (call: AtenCall) => mapped(call.g, op, call.tensor('self'));

/** One that leaves integers as they are. */
const rounding = (op: string) => (call: AtenCall) => {
  const x = call.tensor('self');
  return isFloating(x.dtype) ? mapped(call.g, op, x) : x;
};

const test = (op: string) => (call: AtenCall) => {
  const x = call.floating('self');
  return call.g.add(op, [x], { dtype: 'bool', shape: x.shape });
};

const withinReach = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.floating('self');
  const size = mapped(g, 'Abs', x);
  return elementwise(g, 'Less', [size, g.scalar(Number.POSITIVE_INFINITY, x.dtype)], 'bool');
};

export const truncated = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  if (!isFloating(x.dtype)) return x;
  return elementwise(g, 'Mul', [mapped(g, 'Sign', x), mapped(g, 'Floor', mapped(g, 'Abs', x))], x.dtype);
};

const scaledLog = (base: number) => (call: AtenCall) => {
  const x = mapped(call.g, 'Log', call.floating('self'));
  return elementwise(call.g, 'Div', [x, call.g.scalar(Math.log(base), x.dtype)], x.dtype);
};

/** By way of float64: near 0, 1 + x and eˣ - 1 lose what float32 holds. */
const aroundOne =
  (before: number, op: string, after: number) =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const x = call.floating('self');
    const wide = g.cast(x, 'float64');
    const shift = (value: AtenTensor, by: number): AtenTensor =>
      by === 0 ? value : elementwise(g, 'Add', [value, g.scalar(by, 'float64')], 'float64');
    return g.cast(shift(mapped(g, op, shift(wide, before)), after), x.dtype);
  };

const squareOf = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  return elementwise(call.g, 'Mul', [x, x], x.dtype);
};

/** start + weight (end - start). */
const lerp = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const [start, end] = [call.tensor('self'), call.tensor('end')];
  const weight = call.materialized(call.operand('weight'), start.dtype);
  const way = elementwise(g, 'Sub', [end, start], start.dtype);
  return elementwise(g, 'Add', [start, elementwise(g, 'Mul', [weight, way], start.dtype)], start.dtype);
};

/** self + value (a ∘ b). */
const withProduct =
  (op: 'Mul' | 'Div') =>
  (call: AtenCall): AtenTensor => {
    const { g } = call;
    const x = call.tensor('self');
    const made = elementwise(g, op, [call.tensor('tensor1'), call.tensor('tensor2')], x.dtype);
    return elementwise(g, 'Add', [x, times(call, made, 'value')], x.dtype);
  };

const chosen = (call: AtenCall): AtenTensor => {
  const [yes, no] = [call.operand('self'), call.operand('other')];
  const dtype = call.promotedType([yes, no]);
  const condition = truth(call, 'condition');
  return where(call.g, condition, call.materialized(yes, dtype), call.materialized(no, dtype));
};

const masked = (call: AtenCall): AtenTensor => {
  const x = call.tensor('self');
  const value = call.materialized(call.operand('value'), x.dtype);
  return where(call.g, truth(call, 'mask'), value, x);
};

const negated = (call: AtenCall): AtenTensor => mapped(call.g, 'Neg', call.tensor('self'));

/** Replaces what is no number: nan by 0, infinities by the largest floats. */
const withoutNan = (call: AtenCall): AtenTensor => {
  const { g } = call;
  const x = call.tensor('self');
  if (isIntegral(x.dtype) || x.dtype === 'bool') return x;
  const most =
    x.dtype === 'float32' ? 3.4028234663852886e38 : x.dtype === 'float16' ? 65504 : Number.MAX_VALUE;
  const low = g.scalar(call.number('neginf', -most), x.dtype);
  const high = g.scalar(call.number('posinf', most), x.dtype);
  const nan = g.add('IsNaN', [x], { dtype: 'bool', shape: x.shape });
  const clean = where(g, nan, g.scalar(call.number('nan', 0), x.dtype), x);
  const infinite = (sign: 'detect_negative' | 'detect_positive'): AtenTensor =>
    g.add('IsInf', [clean], { dtype: 'bool', shape: x.shape }, { [sign]: 0n });
  return where(g, infinite('detect_negative'), high, where(g, infinite('detect_positive'), low, clean));
};

export const ELEMENTWISE = [
  ...rows('add', 'self other alpha', sum('Add')),
  ...rows('sub subtract', 'self other alpha', sum('Sub')),
  ...rows('rsub', 'self other alpha', sum('Sub', true)),
  ...rows('mul multiply', 'self other', product),
  ...rows('div divide true_divide', 'self other rounding_mode', division),
  ...rows('floor_divide', 'self other', floorDivision),
  ...rows('remainder', 'self other', remainder),
  ...rows('fmod', 'self other', fmod),
  ...rows('pow', 'self exponent', power),
  ...rows('eq', 'self other', comparison('Equal')),
  ...rows('ne not_equal', 'self other', comparison('Equal', true)),
  ...rows('lt less', 'self other', comparison('Less')),
  ...rows('le less_equal', 'self other', comparison('LessOrEqual')),
  ...rows('gt greater', 'self other', comparison('Greater')),
  ...rows('ge greater_equal', 'self other', comparison('GreaterOrEqual')),
  ...rows('maximum max.other fmax', 'self other', extremum('Max')),
  ...rows('minimum min.other fmin', 'self other', extremum('Min')),
  ...rows('logical_and', 'self other', logical('And')),
  ...rows('logical_or', 'self other', logical('Or')),
  ...rows('logical_xor', 'self other', logical('Xor')),
  ...rows('logical_not', 'self', (call) => mapped(call.g, 'Not', truth(call, 'self'))),
  ...rows('bitwise_and __and__', 'self other', bitwise('And', 'BitwiseAnd')),
  ...rows('bitwise_or __or__', 'self other', bitwise('Or', 'BitwiseOr')),
  ...rows('bitwise_xor __xor__', 'self other', bitwise('Xor', 'BitwiseXor')),
  ...rows('bitwise_not', 'self', bitwiseNot),
  ...rows('clamp clip', 'self min max', (call) => clamp(call, 'min', 'max')),
  ...rows('clamp_min', 'self min', (call) => clamp(call, 'min', '')),
  ...rows('clamp_max', 'self max', (call) => clamp(call, '', 'max')),
  ...rows('where.self where.ScalarSelf where.ScalarOther where.Scalar', 'condition self other', chosen),
  ...rows('masked_fill', 'self mask value', masked),
  ...rows('lerp', 'self end weight', lerp),
  ...rows('addcmul', 'self tensor1 tensor2 value', withProduct('Mul')),
  ...rows('addcdiv', 'self tensor1 tensor2 value', withProduct('Div')),
  ...rows('exp', 'self', float('Exp')),
  ...rows('expm1', 'self', aroundOne(0, 'Exp', -1)),
  ...rows('log', 'self', float('Log')),
  ...rows('log1p', 'self', aroundOne(1, 'Log', 0)),
  ...rows('log2', 'self', scaledLog(2)),
  ...rows('log10', 'self', scaledLog(10)),
  ...rows('sqrt', 'self', float('Sqrt')),
  ...rows('rsqrt', 'self', (call) => mapped(call.g, 'Reciprocal', float('Sqrt')(call))),
  ...rows('reciprocal', 'self', float('Reciprocal')),
  ...rows('erf', 'self', float('Erf')),
  ...rows('sin', 'self', float('Sin')),
  ...rows('cos', 'self', float('Cos')),
  ...rows('tan', 'self', float('Tan')),
  ...rows('asin arcsin', 'self', float('Asin')),
  ...rows('acos arccos', 'self', float('Acos')),
  ...rows('atan arctan', 'self', float('Atan')),
  ...rows('sinh', 'self', float('Sinh')),
  ...rows('cosh', 'self', float('Cosh')),
  ...rows('asinh', 'self', float('Asinh')),
  ...rows('acosh', 'self', float('Acosh')),
  ...rows('atanh', 'self', float('Atanh')),
  ...rows('abs', 'self', any('Abs')),
  ...rows('neg negative', 'self', negated),
  ...rows('sign sgn', 'self', any('Sign')),
  ...rows('square', 'self', squareOf),
  ...rows('floor', 'self', rounding('Floor')),
  ...rows('ceil', 'self', rounding('Ceil')),
  ...rows('round', 'self', rounding('Round')),
  ...rows('trunc fix', 'self', truncated),
  ...rows('isnan', 'self', test('IsNaN')),
  ...rows('isinf', 'self', test('IsInf')),
  ...rows('isfinite', 'self', withinReach),
  ...rows('nan_to_num', 'self nan posinf neginf', withoutNan),
];
