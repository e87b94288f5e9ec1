import { FUNCTIONS, type FunctionName, type FunctionStep } from '../../model/function.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { toText } from './arrays.ts';
import { dtypeName } from './dtype.ts';
import { globalName, show } from './show.ts';

import type { EstimatorView } from './view.ts';

const NUMPY_MODULES = /^numpy(\._?core(\.(umath|_multiarray_umath|fromnumeric))?)?$/;
const SYNONYMS: Readonly<Record<string, FunctionName>> = Object.assign(Object.create(null), {
  abs: 'absolute',
  degrees: 'rad2deg',
  radians: 'deg2rad',
  _identity: 'identity',
});

const SUPPORTED = FUNCTIONS.filter((name) => name !== 'identity').join(', ');

/**
 * FunctionTransformer with `func=None` or a numpy ufunc. `validate=True` (also None before 0.22) checks the input and
 * refuses missing values.
 */
export const readFunctionTransformer = (view: EstimatorView): FunctionStep =>
  readFunction(view, 'func', 'kw_args');

/** The function of a FunctionTransformer that an attribute holds, its arguments in another. */
export function readFunction(view: EstimatorView, attribute: string, args: string): FunctionStep {
  const name = functionOf(view, view.get(attribute) ?? null);
  const extra = view.get(args);
  if (extra !== undefined && extra !== null && !(isType(extra, 'dict') && extra.entries.length === 0)) {
    throw view.unsupported(args, show(extra), 'no arguments are');
  }
  const validates = view.get('validate') === null ? !view.since(0, 22) : view.flag('validate', false);
  return {
    kind: 'function',
    ...view.base(),
    ...(validates ? { refusesMissing: true as const } : {}),
    function: name,
  };
}

function functionOf(view: EstimatorView, value: PyValue): FunctionName {
  if (value === null || isLenientCheck(value)) return 'identity';
  const named = ufuncName(value);
  const known = named === null ? undefined : (SYNONYMS[named] ?? FUNCTIONS.find((name) => name === named));
  if (known === undefined)
    throw view.unsupported('func', functionTitle(value), `None and ${SUPPORTED} of numpy are`);
  return known;
}

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

/** numpy pickles a ufunc by name, older releases through `_ufunc_reconstruct(module, name)`. */
function ufuncName(value: PyValue): string | null {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return null;
  if (value.type === 'global') {
    const identity = value.name === '_identity' && value.module.startsWith('sklearn.');
    return identity || NUMPY_MODULES.test(value.module) ? value.name : null;
  }
  if (value.type !== 'object' || value.cls.name !== '_ufunc_reconstruct') return null;
  const [module, name] = value.args.map(toText);
  return typeof module === 'string' && NUMPY_MODULES.test(module) ? (name ?? null) : null;
}

const functionTitle = (value: PyValue): string =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'global'
    ? globalName(value)
    : show(value);
