import { PlimsollError } from '../core/errors.ts';
import type { LabelSet } from '../model/tensor.ts';
import { canonicalLabel, labelNumber } from '../text/label.ts';

/** What rows of a file turned out to be: a column of it that the model does not take. */
export interface LabelColumn {
  readonly name: string;
  /** One a row; null where there is none. */
  readonly values: readonly (string | number | null)[];
}

/** Labels shown in a message. */
const SHOWN = 10;

/** Labels as indices of classes. Throws INPUT_INVALID for a row whose label is none of them. */
export function classTruth({ name, values }: LabelColumn, classes: LabelSet): Int32Array {
  const indices = classIndices(classes);
  return Int32Array.from(values, (value, row) => {
    const index = value === null ? undefined : indices.get(canonicalLabel(String(value)));
    if (index !== undefined) return index;
    const known = classes.values.slice(0, SHOWN).map((label) => JSON.stringify(label));
    const more = classes.values.length > SHOWN ? ', …' : '';
    throw refused(name, row, value, `one of the classes ${known.join(', ')}${more}`);
  });
}

/** Index of each class by its label as text. */
export const classIndices = (classes: LabelSet): ReadonlyMap<string, number> =>
  new Map(classes.values.map((label, k) => [canonicalLabel(String(label)), k]));

/** Labels as numbers. Throws INPUT_INVALID for a row whose label is none. */
export const numberTruth = ({ name, values }: LabelColumn): Float64Array =>
  Float64Array.from(values, (value, row) => {
    const number = value === null ? null : labelNumber(String(value));
    if (number !== null) return number;
    throw refused(name, row, value, 'a number');
  });

const refused = (column: string, row: number, value: string | number | null, wanted: string) =>
  new PlimsollError('INPUT_INVALID', {
    problem: `row ${row}, column "${column}": expected ${wanted}, got ${value === null ? 'no label' : JSON.stringify(value)}`,
    ...{ row, column },
  });
