import type { CategoryRows } from '../category-rows.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { toText } from '../sklearn/arrays.ts';
import { isMissing } from '../sklearn/labels.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { type ColumnLabel, columnLabel } from './frame-columns.ts';

/** `{column: {category: name of the group}}` of rare categories, which are renamed before they are encoded. */
export function lumpsOf(
  view: EstimatorView,
): ReadonlyMap<ColumnLabel, readonly (readonly [PyValue, PyValue])[]> {
  const lumps = view.get('min_group_lumping_', '_min_group_categories');
  const own = view.get('_min_group_categories');
  const entries = [lumps, own].flatMap((value) => (isType(value, 'dict') ? value.entries : []));
  return new Map(
    entries.flatMap(([column, names]) => {
      const label = columnLabel(column);
      return label === null || !isType(names, 'dict') ? [] : [[label, names.entries]];
    }),
  );
}

/** Categories that are renamed become what their group becomes. */
export function withLumps(
  given: CategoryRows,
  lumps: readonly (readonly [PyValue, PyValue])[] | undefined,
): CategoryRows {
  if (lumps === undefined || lumps.length === 0) return given;
  const rowOf = (group: PyValue): Float64Array | null => {
    const name = toText(group);
    return given.rows.find(([category]) => toText(category) === name)?.[1] ?? given.unknown;
  };
  const renamed = lumps.flatMap(([category, group]): CategoryRows['rows'] => {
    const row = rowOf(group);
    return row === null || isMissing(category) ? [] : [[category, row]];
  });
  const missing = lumps.find(([category]) => isMissing(category));
  // Names of groups are texts, also where the categories are numbers: of these none can have such a name.
  const groups = new Set(lumps.map(([, group]) => toText(group)));
  const texts = renamed.every(([category]) => toText(category) !== null);
  const names = new Set(renamed.map(([category]) => toText(category)));
  const kept = given.rows.filter(([category]) => {
    const name = toText(category);
    return name === null || (!names.has(name) && (texts || !groups.has(name)));
  });
  return {
    ...given,
    rows: [...kept, ...renamed],
    missing: missing === undefined ? given.missing : (rowOf(missing[1]) ?? given.missing),
  };
}
