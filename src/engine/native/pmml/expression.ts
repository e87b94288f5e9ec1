import type { PmmlExpression, PmmlInterval } from '../../../model/pmml/program.ts';
import { castPmmlValue, type PmmlValue } from '../../../model/pmml/value.ts';
import { PMML_BUILT_INS } from './functions.ts';
import { preparePredicate } from './predicate.ts';
import type { PmmlState, RefuseRow } from './state.ts';

export type PmmlCompute = () => PmmlValue;
type ExpressionOf<K extends PmmlExpression['kind']> = Extract<PmmlExpression, { kind: K }>;

export function prepareExpression(
  state: PmmlState,
  expression: PmmlExpression,
  refuse: RefuseRow,
): PmmlCompute {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'field': {
      const { field, missing } = expression;
      return () => state.field(field) ?? missing;
    }
    case 'norm-continuous':
      return prepareNormContinuous(state, expression);
    case 'norm-discrete': {
      const { field, value, missing } = expression;
      return () => {
        const x = state.field(field);
        return x === null ? missing : x === value ? 1 : 0;
      };
    }
    case 'discretize':
      return prepareDiscretize(state, expression);
    case 'map-values':
      return prepareMapValues(state, expression);
    case 'apply':
      return prepareApply(state, expression, refuse);
    case 'when': {
      const { value, otherwise } = expression;
      const holds = preparePredicate(state, expression.predicate);
      return () =>
        holds() === true ? state.field(value) : otherwise === null ? null : state.field(otherwise);
    }
  }
}

/** Linear between the points next to x: norm₁ + (x - orig₁) / (orig₂ - orig₁) · (norm₂ - norm₁), as the specification says. */
function prepareNormContinuous(state: PmmlState, expression: ExpressionOf<'norm-continuous'>): PmmlCompute {
  const { field, orig, norm, outliers, missing } = expression;
  const last = orig.length - 1;
  const outside = (end: number): number | null => (outliers === 'asMissingValues' ? null : norm[end]!);
  return () => {
    const x = state.number(field);
    if (x === null) return missing;
    if (x < orig[0]! && outliers !== 'asIs') return outside(0);
    if (x > orig[last]! && outliers !== 'asIs') return outside(last);
    let i = 1;
    while (i < last && x > orig[i]!) i++;
    const low = orig[i - 1]!;
    return norm[i - 1]! + ((x - low) / (orig[i]! - low)) * (norm[i]! - norm[i - 1]!);
  };
}

export const isWithin = (x: number, { low, lowClosed, high, highClosed }: PmmlInterval): boolean =>
  (x > low || (lowClosed && x === low)) && (x < high || (highClosed && x === high));

function prepareDiscretize(state: PmmlState, expression: ExpressionOf<'discretize'>): PmmlCompute {
  const { field, bins, otherwise, missing } = expression;
  return () => {
    const x = state.number(field);
    if (x === null) return missing;
    const bin = bins.find((one) => isWithin(x, one));
    return bin === undefined ? otherwise : bin.value;
  };
}

/** A key that is different for different values; the type is part of it. */
const keyOf = (values: readonly PmmlValue[]): string => JSON.stringify(values);

function prepareMapValues(state: PmmlState, expression: ExpressionOf<'map-values'>): PmmlCompute {
  const { fields, rows, otherwise, missing } = expression;
  const [only, ...others] = fields;
  const table = new Map<PmmlValue, PmmlValue>();
  const single = only !== undefined && others.length === 0;
  for (const { keys, value } of rows) {
    const key = single ? (keys[0] ?? null) : keyOf(keys);
    if (!table.has(key)) table.set(key, value);
  }
  const answer = (key: PmmlValue): PmmlValue => {
    const found = table.get(key);
    return found === undefined ? otherwise : found;
  };
  if (single) {
    return () => {
      const x = state.field(only);
      return x === null ? missing : answer(x);
    };
  }
  return () => {
    const values = fields.map((field) => state.field(field));
    return values.includes(null) ? missing : answer(keyOf(values));
  };
}

function prepareApply(state: PmmlState, expression: ExpressionOf<'apply'>, refuse: RefuseRow): PmmlCompute {
  const { function: name, missing, otherwise, invalid, type } = expression;
  const args = expression.args.map((arg) => prepareExpression(state, arg, refuse));
  if (name === 'if') return prepareIf(expression, args);
  const call = PMML_BUILT_INS.get(name);
  if (call === undefined) throw new RangeError(`no function ${name}`);
  const values = new Array<PmmlValue>(args.length).fill(null);
  const isFloat = type === 'float';
  const isInteger =
    type === 'integer' && expression.args.every((arg) => arg.type === 'integer' || arg.type === 'boolean');
  // Arguments are evaluated before the values are put down: a function may be inside itself by way of a field.
  return () => {
    for (let i = 0; i < args.length; i++) {
      const value = args[i]!();
      if (value === null && missing !== null) return missing;
      values[i] = value;
    }
    const result = call(values, isInteger);
    if (result === undefined) {
      if (invalid === 'asMissing') return otherwise;
      return refuse(name, 'the function has no result for these values');
    }
    if (result === null) return otherwise;
    return isFloat && typeof result === 'number' ? Math.fround(result) : result;
  };
}

/** Only the branch that is taken is evaluated. */
function prepareIf(
  { missing, otherwise, args, type }: ExpressionOf<'apply'>,
  computes: readonly PmmlCompute[],
): PmmlCompute {
  const [test, then, rest] = computes;
  const types = args.map((arg) => arg.type);
  return () => {
    const truth = test?.() ?? null;
    if (truth === null) return missing ?? otherwise;
    const branch = truth === true || truth === 1 ? 1 : 2;
    const value = (branch === 1 ? then : rest)?.() ?? null;
    if (value === null) return missing ?? otherwise;
    return castPmmlValue(value, type, types[branch] ?? type) ?? value;
  };
}
