import { AtenCall } from '../aten/call.ts';
import type { AtenGraph } from '../aten/graph.ts';
import { atenOperator } from '../aten/table.ts';
import { type AtenValue, isValue, type SymbolicInteger } from '../aten/value.ts';
import { ScriptTensor } from './tensor.ts';
import {
  floatOf,
  isScript,
  placeText,
  type ScriptPlace,
  type ScriptUnknown,
  type ScriptValue,
  scriptItems,
  scriptUnsupported,
} from './value.ts';

/** Numbers, truths and texts of the code: what is known is computed, what is not stays a size of the graph. */

/** A call as functions of plain values see it. */
export interface PlainCall {
  readonly g: AtenGraph;
  readonly name: string;
  readonly args: readonly ScriptValue[];
  readonly keywords: ReadonlyMap<string, ScriptValue>;
  readonly place: ScriptPlace;
  /**
   * Whether what a branch may or may not do can be written into a value: then only into one that the branch itself made.
   * Throws MODEL_UNSUPPORTED else.
   */
  requireWritable(value: ScriptValue | undefined): void;
}

/** Answers undefined where it is not for what it is given: then an operator of tensors is. */
export type PlainFunction = (call: PlainCall) => ScriptValue | undefined;

export const unknownTruth = (place: ScriptPlace, test: ScriptUnknown['test'] = null): ScriptUnknown => ({
  type: 'unknown',
  isBoolean: true,
  from: placeText(place),
  test,
});

/** A number: whole, not, or of a size that is chosen with each call. */
type PlainNumber = number | boolean | SymbolicInteger | { readonly type: 'float'; readonly value: number };

const isNumber = (value: ScriptValue | undefined): value is PlainNumber =>
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  isScript(value, 'float') ||
  isScript(value, 'symbolic');

/** The one number of a constant without axes, or of one. */
function constantNumber(value: ScriptValue | undefined): PlainNumber | null {
  if (!isScript(value, 'ref') || !value.isKnown) return null;
  const { source, shape } = value.value;
  if (typeof source === 'string' || shape.some((size) => size !== 1) || source.dtype === 'string')
    return null;
  if (source.dtype === 'float16') return null;
  const number = Number(source.data[0]);
  if (source.dtype === 'bool') return number !== 0;
  return source.dtype.startsWith('float') ? floatOf(number) : number;
}

/** Operands of arithmetic: numbers, and constants beside them; null where a tensor is among them, or there is no number. */
function numbersOf(args: readonly ScriptValue[]): readonly PlainNumber[] | null {
  if (!args.some(isNumber)) return null;
  const numbers = args.map((value) =>
    isNumber(value)
      ? value
      : isScript(value, 'ref') && value.isKnown && value.value.shape.length === 0
        ? constantNumber(value)
        : null,
  );
  return numbers.includes(null) ? null : numbers.filter((value) => value !== null);
}

const numberIn = (number: Exclude<PlainNumber, SymbolicInteger>): number =>
  typeof number === 'object' ? number.value : Number(number);

const isFloat = (value: PlainNumber): boolean => isScript(value, 'float');

/** What an operator of sizes makes, as a value of the code. */
function symbolicResult(
  { g, place }: PlainCall,
  operator: string,
  given: Record<string, AtenValue>,
): ScriptValue {
  const row = atenOperator(operator, '');
  const made = row?.emit(
    new AtenCall(g, { path: placeText(place), name: operator }, new Map(Object.entries(given))),
  );
  if (isValue(made, 'tensor')) return new ScriptTensor(made);
  if (typeof made === 'number' || isValue(made, 'symbolic') || isValue(made, 'float')) return made;
  throw scriptUnsupported(place, operator, 'a value', 'numbers are');
}

const wholeNumber = (value: number, { place, name }: PlainCall): number => {
  if (Number.isSafeInteger(value)) return value;
  throw scriptUnsupported(place, name, String(value), 'whole numbers that can be computed with are');
};

const arithmetic =
  (operator: string, compute: (a: number, b: number) => number, always?: 'float'): PlainFunction =>
  (call) => {
    const numbers = numbersOf(call.args.slice(0, 2));
    const [a, b] = numbers ?? [];
    if (a === undefined || b === undefined) return undefined;
    if (isScript(a, 'symbolic') || isScript(b, 'symbolic')) {
      const rounding = call.keywords.get('rounding_mode');
      const given = rounding === 'trunc' || rounding === 'floor' ? '_operator.floordiv' : operator;
      return symbolicResult(call, given, { a, b });
    }
    const value = compute(numberIn(a), numberIn(b));
    if (call.keywords.get('rounding_mode') === 'trunc') return wholeNumber(Math.trunc(value), call);
    if (call.keywords.get('rounding_mode') === 'floor') return wholeNumber(Math.floor(value), call);
    return always === 'float' || isFloat(a) || isFloat(b) ? floatOf(value) : wholeNumber(value, call);
  };

/** A function of one number that is a float. */
const ofFloat =
  (compute: (a: number) => number, isWhole = false): PlainFunction =>
  ({ args: [a] }) => {
    if (!isNumber(a) || isScript(a, 'symbolic')) return undefined;
    const value = compute(numberIn(a));
    return isWhole && Number.isSafeInteger(value) ? value : floatOf(value);
  };

/** Floors and ceilings of floats are ints to the code, and floats where a trace makes tensors of them. */
const rounded = (compute: (a: number) => number): PlainFunction => ofFloat(compute, true);

const ORDER: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/** Whether two values are alike; null where that depends on sizes that are chosen with each call. */
function alike(a: ScriptValue, b: ScriptValue): boolean | null {
  const [left, right] = [scriptItems(a), scriptItems(b)];
  if (left !== null && right !== null) {
    if (left.length !== right.length) return false;
    const each = left.map((item, i) => alike(item, right[i] ?? null));
    return each.includes(false) ? false : each.includes(null) ? null : true;
  }
  if (isScript(a, 'symbolic') && isScript(b, 'symbolic')) return a.symbol === b.symbol ? true : null;
  if (isScript(a, 'symbolic') || isScript(b, 'symbolic')) return null;
  if (isNumber(a) && isNumber(b)) return numberIn(a) === numberIn(b);
  if (isScript(a, 'device') && isScript(b, 'device')) return true;
  return a === b;
}

/** Comparisons of numbers, texts and lists. */
const compared =
  (order: string) =>
  ({ args, place }: Pick<PlainCall, 'args' | 'place'>): ScriptValue | undefined => {
    const [a, b] = args;
    if (a === undefined || b === undefined) return undefined;
    if (isScript(a, 'ref') || isScript(b, 'ref')) {
      const numbers = numbersOf(args);
      if (numbers === null) return undefined;
      return compared(order)({ args: numbers, place });
    }
    if (isScript(a, 'unknown') || isScript(b, 'unknown')) return unknownTruth(place);
    if (order === 'eq' || order === 'ne') {
      const same = alike(a, b);
      if (same !== null) return same === (order === 'eq');
      const [symbol, size] = isScript(a, 'symbolic')
        ? [a.symbol, b]
        : isScript(b, 'symbolic')
          ? [b.symbol, a]
          : [];
      const isTest = symbol !== undefined && typeof size === 'number';
      return unknownTruth(place, isTest ? { symbol, size, when: order === 'eq' } : null);
    }
    if (typeof a === 'string' && typeof b === 'string') return ORDER[order]?.(a < b ? -1 : a > b ? 1 : 0, 0);
    if (isScript(a, 'symbolic') || isScript(b, 'symbolic')) return unknownTruth(place);
    return isNumber(a) && isNumber(b) ? ORDER[order]?.(numberIn(a), numberIn(b)) : undefined;
  };

const negation: PlainFunction = ({ args: [a] }) => {
  if (typeof a === 'boolean') return !a;
  if (!isScript(a, 'unknown')) return undefined;
  return { ...a, test: a.test === null ? null : { ...a.test, when: !a.test.when } };
};

/** `and`, `or` of truths: one that is known may decide. */
const joinedTruths =
  (decides: boolean): PlainFunction =>
  ({ args: [a, b], place }) => {
    const isTruth = (value: ScriptValue | undefined): boolean =>
      typeof value === 'boolean' || isScript(value, 'unknown');
    if (!isTruth(a) || !isTruth(b)) return undefined;
    if (a === decides || b === decides) return decides;
    return typeof a === 'boolean' && typeof b === 'boolean' ? !decides : unknownTruth(place);
  };

const identity =
  (isSame: boolean): PlainFunction =>
  ({ args: [a = null, b = null], place }) => {
    if (isScript(a, 'unknown') || isScript(b, 'unknown')) return unknownTruth(place);
    return (a === b) === isSame;
  };

/** `int(x)`, `float(x)`, `bool(x)`, and what makes a number of a tensor. */
const asWhole: PlainFunction = (call) => {
  const [given] = call.args;
  const a = isNumber(given) ? given : constantNumber(given);
  if (typeof given === 'string') return wholeNumber(Number(given), call);
  if (isScript(a, 'symbolic')) return a;
  if (a !== null) return wholeNumber(Math.trunc(numberIn(a)), call);
  return isScript(given, 'ref') ? symbolicResult(call, 'torch.sym_int', { a: given.value }) : undefined;
};

const asFloat: PlainFunction = ({ args: [given], g }) => {
  const a = isNumber(given) ? given : constantNumber(given);
  if (typeof given === 'string')
    return floatOf(given.includes('inf') ? Number(given.replace('inf', 'Infinity')) : Number(given));
  if (isScript(a, 'symbolic')) {
    const single = g.add('Squeeze', [a.tensor, g.numbers([0], 'int64')], { dtype: 'int64', shape: [] });
    return new ScriptTensor(g.cast(single, 'float32'));
  }
  if (a !== null) return floatOf(numberIn(a));
  return isScript(given, 'ref') ? new ScriptTensor(g.cast(given.value, 'float32')) : undefined;
};

const asTruth: PlainFunction = ({ args: [given], place }) => {
  if (isScript(given, 'unknown')) return given;
  const a = isNumber(given) ? given : constantNumber(given);
  if (isScript(a, 'symbolic')) return unknownTruth(place);
  if (a !== null) return numberIn(a) !== 0;
  return isScript(given, 'ref') ? unknownTruth(place) : undefined;
};

/** A number as it is; the one number of a tensor. */
const scalarOf: PlainFunction = (call) => {
  const [given] = call.args;
  if (isNumber(given)) return given;
  const constant = constantNumber(given);
  if (constant !== null) return constant;
  if (!isScript(given, 'ref') || !given.isKnown) return undefined;
  return given.value.dtype === 'int64' ? asWhole(call) : undefined;
};

const same: PlainFunction = ({ args: [a] }) => a;
/** The same for numbers alone: tensors have an operator of that name. */
const sameNumber: PlainFunction = ({ args: [a] }) => (isNumber(a) ? a : undefined);

/** `torch.to(size, 6)`: a trace makes floats of sizes. */
const toType: PlainFunction = ({ args: [a, dtype] }) => {
  if (!isNumber(a) || isScript(a, 'symbolic') || typeof dtype !== 'number') return undefined;
  return dtype >= 5 && dtype <= 7 ? floatOf(numberIn(a)) : dtype < 5 ? Math.trunc(numberIn(a)) : undefined;
};

const extremeOf =
  (operator: string, pick: (...values: number[]) => number): PlainFunction =>
  (call) => {
    const items = scriptItems(call.args[0]);
    const numbers = items ?? call.args;
    if (!numbers.every(isNumber) || numbers.length === 0) return undefined;
    if (numbers.some((value) => isScript(value, 'symbolic'))) {
      const [a = 0, b = 0] = numbers;
      return numbers.length === 2 ? symbolicResult(call, operator, { a, b }) : undefined;
    }
    const plain = numbers.filter((value) => typeof value !== 'object' || value.type === 'float');
    const value = pick(...plain.map((one) => (isScript(one, 'float') ? one.value : Number(one))));
    return plain.some(isFloat) ? floatOf(value) : value;
  };

const negative: PlainFunction = (call) => {
  const [a] = call.args;
  if (!isNumber(a)) return undefined;
  if (isScript(a, 'symbolic')) return symbolicResult(call, '_operator.neg', { a });
  return isFloat(a) ? floatOf(-numberIn(a)) : -numberIn(a);
};

const floorDivided = arithmetic('_operator.floordiv', (a, b) => Math.floor(a / b));
const divided = arithmetic('_operator.truediv', (a, b) => a / b, 'float');

export const PLAIN_NUMBERS: ReadonlyMap<string, PlainFunction> = new Map<string, PlainFunction>([
  ['torch.add', arithmetic('_operator.add', (a, b) => a + b)],
  ['torch.sub', arithmetic('_operator.sub', (a, b) => a - b)],
  ['torch.mul', arithmetic('_operator.mul', (a, b) => a * b)],
  ['torch.div', divided],
  ['torch.true_divide', divided],
  ['torch.floordiv', floorDivided],
  ['torch.floor_divide', floorDivided],
  ['torch.__floordiv__', floorDivided],
  ['torch.remainder', arithmetic('_operator.mod', (a, b) => a - b * Math.floor(a / b))],
  ['torch.pow', arithmetic('_operator.pow', (a, b) => a ** b, 'float')],
  ['torch.neg', negative],
  ['torch.abs', ofFloat(Math.abs, true)],
  ['prim.abs', ofFloat(Math.abs, true)],
  ['torch.floor', rounded(Math.floor)],
  ['torch.ceil', rounded(Math.ceil)],
  ['torch.sqrt', ofFloat(Math.sqrt)],
  ['torch.exp', ofFloat(Math.exp)],
  ['torch.log', ofFloat(Math.log)],
  ['torch.sin', ofFloat(Math.sin)],
  ['torch.cos', ofFloat(Math.cos)],
  ['prim.min', extremeOf('torch.sym_min', Math.min)],
  ['prim.max', extremeOf('torch.sym_max', Math.max)],
  ...['eq', 'ne', 'lt', 'le', 'gt', 'ge'].map((order) => [`torch.${order}`, compared(order)] as const),
  ['torch.__not__', negation],
  ['torch.__and__', joinedTruths(false)],
  ['torch.__or__', joinedTruths(true)],
  ['torch.__is__', identity(true)],
  ['torch.__isnot__', identity(false)],
  ['int', asWhole],
  ['torch.Int', asWhole],
  ['torch.IntImplicit', asWhole],
  ['float', asFloat],
  ['torch.Float', asFloat],
  ['torch.FloatImplicit', asFloat],
  ['bool', asTruth],
  ['torch.Bool', asTruth],
  ['torch.ScalarImplicit', scalarOf],
  ['torch.item', scalarOf],
  ['prim.NumToTensor', same],
  ['torch.to', toType],
  ['torch.detach', sameNumber],
  ['torch.contiguous', sameNumber],
  ['torch._unwrap_optional', same],
  ['prim.unchecked_unwrap_optional', same],
  ['prim.data', same],
]);
