import { elementsOf } from '../numpy/decode.ts';
import { dictGet, objectState, pyItemsOf, sliceParts } from '../pickle/access.ts';
import { isType, type PyObject, type PyValue } from '../pickle/value.ts';
import { pandasValues } from './values.ts';

/** A DataFrame of numbers, row by row. */
export interface NumberFrame {
  readonly index: readonly PyValue[];
  readonly columns: readonly PyValue[];
  readonly data: readonly PyValue[];
}

/** Labels and values of a Series, in its order; null where the value is none. */
export function seriesEntries(value: PyValue | undefined): readonly (readonly [PyValue, PyValue])[] | null {
  const manager = managerOf(value, 'Series');
  if (manager === null) return null;
  const values = pandasValues(value);
  const axes = axesOf(manager);
  const labels = pandasValues(axes?.[0]);
  if (values === null || labels === null || labels.length !== values.length) return null;
  return labels.map((label, i) => [label, values[i] ?? null]);
}

/**
 * Cells of a DataFrame (pandas 1.0 to 3), whose manager keeps blocks of columns of one type: `(blocks, axes)` as arguments,
 * or a state with both. Null where the value is none, or where blocks do not fill it.
 */
export function frameOf(value: PyValue | undefined): NumberFrame | null {
  const manager = managerOf(value, 'DataFrame');
  const axes = manager === null ? null : axesOf(manager);
  const columns = pandasValues(axes?.[0]);
  const index = pandasValues(axes?.[1]);
  const blocks = manager === null ? null : blocksOf(manager);
  if (columns === null || index === null || blocks === null) return null;
  const data = new Array<PyValue | undefined>(columns.length * index.length);
  for (const { values, places } of blocks) {
    const cells = pandasValues(values);
    const at = placesOf(places, columns.length);
    if (cells === null || at === null || cells.length !== at.length * index.length) return null;
    for (const [k, column] of at.entries())
      for (let row = 0; row < index.length; row++)
        data[row * columns.length + column] = cells[k * index.length + row];
  }
  return data.includes(undefined) ? null : { index, columns, data: data.map((cell) => cell ?? null) };
}

/** Cells that a frame or series takes, before anything of it is read. */
export function frameCells(value: PyValue | undefined): number {
  const manager = managerOf(value, 'DataFrame') ?? managerOf(value, 'Series');
  const blocks = manager === null ? [] : (blocksOf(manager) ?? []);
  return blocks.reduce((sum, { values }) => sum + (isType(values, 'array') ? elementsOf(values) : 0), 0);
}

function managerOf(value: PyValue | undefined, name: 'Series' | 'DataFrame'): PyObject | null {
  if (!isType(value, 'object') || value.cls.name !== name) return null;
  const manager = objectState(value).get('_mgr') ?? objectState(value).get('_data');
  return isType(manager, 'object') ? manager : null;
}

/** What older managers say under the release that brought the form: `{'axes': …, 'blocks': [{'values', 'mgr_locs'}]}`. */
function stateOf({ state }: PyObject): ReadonlyMap<string, PyValue> | null {
  const last = isType(state, 'tuple') ? state.items.at(-1) : undefined;
  const named = isType(last, 'dict') ? dictGet(last, '0.14.1') : undefined;
  if (!isType(named, 'dict')) return null;
  return new Map(named.entries.filter((entry): entry is [string, PyValue] => typeof entry[0] === 'string'));
}

const axesOf = (manager: PyObject): readonly PyValue[] | null => {
  const axes = stateOf(manager)?.get('axes') ?? manager.args[1];
  return pyItemsOf(axes) ?? (axes === undefined ? null : [axes]);
};

interface Block {
  readonly values: PyValue | undefined;
  readonly places: PyValue | undefined;
}

function blocksOf(manager: PyObject): readonly Block[] | null {
  const blocks = stateOf(manager)?.get('blocks') ?? manager.args[0];
  const items = pyItemsOf(blocks) ?? (blocks === undefined ? null : [blocks]);
  const read = items?.map((block): Block | null => {
    if (isType(block, 'dict'))
      return { values: dictGet(block, 'values'), places: dictGet(block, 'mgr_locs') };
    return isType(block, 'object') ? { values: block.args[0], places: block.args[1] } : null;
  });
  return read?.every((block) => block !== null) ? read : null;
}

/** Columns of a block: a slice, or an array of places. */
function placesOf(places: PyValue | undefined, width: number): readonly number[] | null {
  const slice = sliceParts(places);
  const found =
    slice === null
      ? pandasValues(places)?.map((place) => (isType(place, 'int') ? place.value : -1))
      : sliced(
          [slice.start, slice.stop, slice.step].map((part) => (isType(part, 'int') ? part.value : null)),
        );
  return found?.every((place) => place >= 0 && place < width) ? found : null;
}

function sliced([start, stop, step]: readonly (number | null)[]): readonly number[] | undefined {
  if (typeof start !== 'number' || typeof stop !== 'number' || step === 0) return undefined;
  const length = Math.ceil((stop - start) / (step ?? 1));
  // Blocks of more columns than any table has are none.
  if (!(length >= 0 && length <= 1_000_000)) return undefined;
  return Array.from({ length }, (_, i) => start + i * (step ?? 1));
}
