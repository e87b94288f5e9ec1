import type { ArithmeticStep, ColumnExpression } from '../../model/arithmetic.ts';
import {
  type FunctionName,
  type FunctionStep,
  NUMPY_FUNCTIONS,
  SCIPY_FUNCTIONS,
} from '../../model/function.ts';
import type { StepBase } from '../../model/step-base.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { toNumber, toText } from './arrays.ts';
import { dtypeName } from './dtype.ts';
import { globalName, show } from './show.ts';
import type { EstimatorView } from './view.ts';

const NUMPY_MODULES = /^numpy(\._?core(\.(umath|_multiarray_umath|fromnumeric))?)?$/;
const SCIPY_MODULES = /^scipy\.special(\.(_ufuncs|_special_ufuncs))?$/;
const SYNONYMS: Readonly<Record<string, FunctionName>> = Object.assign(Object.create(null), {
  abs: 'absolute',
  // Of real numbers.
  conj: 'positive',
  conjugate: 'positive',
  degrees: 'rad2deg',
  fix: 'trunc',
  radians: 'deg2rad',
});
/** Functions that scipy has a ufunc of its own for. */
const IN_SCIPY: readonly FunctionName[] = [...SCIPY_FUNCTIONS, 'log1p', 'expm1', 'exp2', 'cbrt'];

const SUPPORTED = `None, ${NUMPY_FUNCTIONS.join(', ')}, clip and round of numpy and ${IN_SCIPY.join(', ')} of scipy.special are`;

/**
 * FunctionTransformer with `func=None` or a function of numpy or scipy of one array. `validate=True` (also None before
 * 0.22) checks the input and refuses missing values.
 */
export const readFunctionTransformer = (view: EstimatorView): FunctionStep | ArithmeticStep =>
  readFunction(view, 'func', 'kw_args');

/** The function of a FunctionTransformer that an attribute holds, its arguments in another. */
export function readFunction(
  view: EstimatorView,
  attribute: string,
  args: string,
): FunctionStep | ArithmeticStep {
  const value = view.get(attribute) ?? null;
  const validates = view.get('validate') === null ? !view.since(0, 22) : view.flag('validate', false);
  const base = { ...view.base(), ...(validates ? { refusesMissing: true as const } : {}) };
  const settings = argumentsOf(view, args);
  const name = numpyName(value) ?? '';
  if (name === 'clip') return columnwise(view, base, clip(view, args, settings));
  if (ROUNDS.has(name)) return rounded(view, base, args, settings);
  const [unknown] = [...settings.keys()].filter((key) => !(name === 'nan_to_num' && key === 'copy'));
  if (unknown !== undefined)
    throw view.unsupported(`${args}[${unknown}]`, show(settings.get(unknown)), 'no argument is');
  return { kind: 'function', ...base, function: functionOf(view, value) };
}

function argumentsOf(view: EstimatorView, attribute: string): ReadonlyMap<string, PyValue> {
  const value = view.get(attribute);
  if (value === undefined || value === null) return new Map();
  if (!isType(value, 'dict')) throw view.invalid(attribute, show(value), 'a dict of arguments');
  return new Map(value.entries.map(([key, setting]) => [toText(key) ?? show(key), setting]));
}

/** The numbers that are given by these names alone; None and what is absent is null. */
function numbersIn(
  view: EstimatorView,
  attribute: string,
  settings: ReadonlyMap<string, PyValue>,
  ...names: readonly string[]
): ReadonlyMap<string, number | null> {
  return new Map(
    Array.from(settings, ([name, setting]) => {
      const number = setting === null ? null : toNumber(setting);
      if (!names.includes(name) || (setting !== null && number === null) || Number.isNaN(number))
        throw view.unsupported(`${attribute}[${name}]`, show(setting), `numbers as ${names.join(', ')} are`);
      return [name, number];
    }),
  );
}

type Formula = (of: ColumnExpression) => ColumnExpression;

/** `numpy.clip`: min(max(x, low), high). */
function clip(view: EstimatorView, attribute: string, settings: ReadonlyMap<string, PyValue>): Formula {
  const given = numbersIn(view, attribute, settings, 'a_min', 'a_max', 'min', 'max');
  const low = given.get('a_min') ?? given.get('min') ?? Number.NEGATIVE_INFINITY;
  const high = given.get('a_max') ?? given.get('max') ?? Number.POSITIVE_INFINITY;
  return (of) => ({ kind: 'clip', low, high, of });
}

/** Names of `numpy.round`, of which numpy 2 has two. */
const ROUNDS: ReadonlySet<string> = new Set(['round', 'around', 'round_']);
/** Powers of ten up to it are exact. */
const MAX_DECIMALS = 22;

/** `numpy.round`: to the nearest multiple of a power of ten, halves to the even one. */
function rounded(
  view: EstimatorView,
  base: StepBase,
  attribute: string,
  settings: ReadonlyMap<string, PyValue>,
): FunctionStep | ArithmeticStep {
  const decimals = numbersIn(view, attribute, settings, 'decimals').get('decimals') ?? 0;
  if (!Number.isInteger(decimals) || Math.abs(decimals) > MAX_DECIMALS)
    throw view.unsupported(`${attribute}[decimals]`, String(decimals), `up to ${MAX_DECIMALS} are`);
  if (decimals === 0) return { kind: 'function', ...base, function: 'rint' };
  const right: ColumnExpression = { kind: 'constant', value: 10 ** Math.abs(decimals) };
  const [up, down] = decimals > 0 ? (['multiply', 'divide'] as const) : (['divide', 'multiply'] as const);
  return columnwise(view, base, (of) => {
    const scaled: ColumnExpression = { kind: 'operation', operator: up, left: of, right };
    return {
      kind: 'operation',
      operator: down,
      left: { kind: 'function', function: 'rint', of: scaled },
      right,
    };
  });
}

/** Columns that a formula is written out for. */
const MAX_COLUMNS = 10_000;

function columnwise(view: EstimatorView, base: StepBase, formula: Formula): ArithmeticStep {
  const { features } = base;
  if (features === null || features > MAX_COLUMNS)
    throw view.unsupported('n_features_in_', String(features), `up to ${MAX_COLUMNS} columns are`);
  const columns = Array.from({ length: features }, (_, column) => formula({ kind: 'column', column }));
  return { kind: 'arithmetic', ...base, columns, domains: [] };
}

function functionOf(view: EstimatorView, value: PyValue): FunctionName {
  if (value === null || isLenientCheck(value) || isIdentity(value)) return 'identity';
  const [module, name] = qualifiedName(value) ?? ['', ''];
  const held = NUMPY_MODULES.test(module) ? NUMPY_FUNCTIONS : SCIPY_MODULES.test(module) ? IN_SCIPY : [];
  const known = held.find((one) => one === (SYNONYMS[name] ?? name));
  if (known === undefined) throw view.unsupported('func', functionTitle(value), SUPPORTED);
  return known;
}

/** What releases from 0.22 keep in place of None in parts of their own. */
const isIdentity = (value: PyValue): boolean =>
  isType(value, 'global') && value.name === '_identity' && value.module.startsWith('sklearn.');

/**
 * `partial(check_array, dtype=[float64], ensure_all_finite=False)`: HistGradientBoosting passes its numeric columns
 * through it (1.4), and it changes nothing. A partial pickles as `(func, args, kwargs, dict)`.
 */
function isLenientCheck(value: PyValue): boolean {
  if (
    !isType(value, 'object') ||
    globalName(value.cls) !== 'functools.partial' ||
    !isType(value.state, 'tuple')
  )
    return false;
  const [func, args, kwargs] = value.state.items;
  const plain = isType(args, 'tuple') && args.items.length === 0 && isType(kwargs, 'dict');
  if (!isType(func, 'global') || globalName(func) !== 'sklearn.utils.validation.check_array' || !plain)
    return false;
  return kwargs.entries.every(([key, setting]) =>
    key === 'dtype'
      ? isFloat64List(setting)
      : (key === 'ensure_all_finite' || key === 'force_all_finite') && setting === false,
  );
}

const isFloat64List = (value: PyValue): boolean =>
  isType(value, 'list') && value.items.length === 1 && dtypeName(value.items[0]) === 'float64';

/** Module and name of a function: numpy pickles a ufunc by name, older releases through `_ufunc_reconstruct(module, name)`. */
function qualifiedName(value: PyValue): readonly [module: string, name: string] | null {
  if (isType(value, 'global')) return [value.module, value.name];
  if (!isType(value, 'object') || value.cls.name !== '_ufunc_reconstruct') return null;
  const [module, name] = value.args.map(toText);
  return typeof module === 'string' && typeof name === 'string' ? [module, name] : null;
}

function numpyName(value: PyValue): string | null {
  const [module, name] = qualifiedName(value) ?? ['', ''];
  return NUMPY_MODULES.test(module) ? name : null;
}

const functionTitle = (value: PyValue): string =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'global'
    ? globalName(value)
    : show(value);
