import { toValues } from '../numpy/decode.ts';
import { dictGet, objectState, pyItemsOf } from '../pickle/access.ts';
import { pyInt } from '../pickle/construct.ts';
import { isType, type PyDict, type PyObject, type PyValue } from '../pickle/value.ts';
import { arrowStrings } from './arrow.ts';

/** An index of a series of an array is as deep as pandas goes; a file may have them hold themselves. */
const MAX_DEPTH = 8;
/** Longest range written out; column selections are far below. */
const MAX_RANGE = 100_000;

/**
 * Values of a pandas Index, Series or extension array (pandas 0.25 to 3) as Python values; missing ones are None.
 * null where the value is nothing of the kind, or of a kind that column selections and categories never hold.
 */
export function pandasValues(value: PyValue | undefined, depth = 0): readonly PyValue[] | null {
  if (depth > MAX_DEPTH) return null;
  if (isType(value, 'array')) return toValues(value).map(missingAsNone);
  if (!isType(value, 'object')) return null;
  const [cls, content] = value.args;
  if (value.cls.name === '_new_Index' && isType(content, 'dict')) {
    return isType(cls, 'global') && cls.name === 'RangeIndex'
      ? rangeValues(content)
      : pandasValues(dictGet(content, 'data'), depth + 1);
  }
  switch (value.cls.name) {
    case 'Series':
      return seriesValues(value, depth + 1);
    case 'ArrowStringArray':
    case 'ArrowStringArrayNumpySemantics':
    case 'ArrowExtensionArray':
      return arrowStrings(objectState(value).get('_pa_array') ?? objectState(value).get('_data'));
    case '__pyx_unpickle_NDArrayBacked':
    case 'StringArray':
    case 'StringArrayNumpySemantics':
    case 'PandasArray':
    case 'Categorical':
      return backedValues(value, depth + 1);
    case 'IntegerArray':
    case 'FloatingArray':
    case 'BooleanArray':
      return maskedValues(value, depth + 1);
    default:
      return null;
  }
}

const missingAsNone = (value: PyValue): PyValue =>
  isType(value, 'global') &&
  (value.name === 'NA' || value.name === 'NaT') &&
  value.module.startsWith('pandas')
    ? null
    : value;

function rangeValues(content: PyDict): readonly PyValue[] | null {
  const [start, stop, step] = ['start', 'stop', 'step'].map((key) => dictGet(content, key));
  if (!isType(start, 'int') || !isType(stop, 'int') || !isType(step, 'int') || step.value === 0) return null;
  const length = Math.max(0, Math.ceil((stop.value - start.value) / step.value));
  return length > MAX_RANGE ? null : Array.from({ length }, (_, i) => pyInt(start.value + i * step.value));
}

/** The one block of a series: `(axes, values, …)` as state, or `(blocks, axis)` as arguments. */
function seriesValues(series: PyObject, depth: number): readonly PyValue[] | null {
  const manager = objectState(series).get('_mgr') ?? objectState(series).get('_data');
  if (!isType(manager, 'object')) return null;
  const fromState = isType(manager.state, 'tuple') ? pyItemsOf(manager.state.items[1])?.[0] : undefined;
  const block = pyItemsOf(manager.args[0])?.[0] ?? manager.args[0];
  const fromBlock = isType(block, 'object') ? block.args[0] : undefined;
  return pandasValues(fromState ?? fromBlock, depth);
}

/** An array behind a dtype: `(dtype, ndarray)` in either order, or attributes; codes where it is categorical. */
function backedValues(object: PyObject, depth: number): readonly PyValue[] | null {
  const parts = isType(object.state, 'tuple') ? object.state.items : [...objectState(object).values()];
  const array = parts.find((part) => isType(part, 'array'));
  const dtype = parts.find((part) => isType(part, 'object') && part.cls.name === 'CategoricalDtype');
  const values = pandasValues(array, depth);
  if (!isType(dtype, 'object') || values === null) return values;
  const categories = pandasValues(objectState(dtype).get('categories'), depth);
  if (categories === null) return null;
  return values.map((code) => (isType(code, 'int') ? (categories[code.value] ?? null) : null));
}

function maskedValues(object: PyObject, depth: number): readonly PyValue[] | null {
  const state = objectState(object);
  const values = pandasValues(state.get('_data'), depth);
  const mask = pandasValues(state.get('_mask'), depth);
  return values === null || mask === null
    ? null
    : values.map((value, i) => (mask[i] === true ? null : value));
}
