import type { StepBase } from '../../model/step-base.ts';
import type { PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';

/** A column by its name, or by its number where the encoder was fitted on an array. */
export type ColumnLabel = string | number;

/** What an encoder was fitted on, and which of its columns it encodes. */
export interface EncodedFrame {
  readonly base: StepBase;
  readonly columns: readonly ColumnLabel[];
  readonly encoded: ReadonlySet<ColumnLabel>;
}

/** Columns that a block of output columns stands for, by the first of them; null where a column becomes none. */
type BlockNames = ReadonlyMap<ColumnLabel, readonly ColumnLabel[]>;

export function columnLabel(value: PyValue | undefined): ColumnLabel | null {
  return toText(value) ?? (typeof value === 'object' ? toNumber(value) : null);
}

export function columnLabels(view: EstimatorView, field: string): readonly ColumnLabel[] | null {
  const value = view.get(field);
  if (value === undefined || value === null) return null;
  const labels = arrayItemsOf(value)?.map(columnLabel);
  if (!labels?.every((label) => label !== null)) throw view.invalid(field, show(value), 'names of columns');
  return labels;
}

/**
 * Columns of the frame that the encoder was fitted on. Up to 2.5 only the names of what it gives are kept (`feature_names`):
 * `blocks` are those that the encoder made of one column each.
 */
export function encodedFrame(view: EstimatorView, blocks: BlockNames): EncodedFrame {
  const columns = columnLabels(view, 'feature_names_in_') ?? namesBefore(view, blocks);
  const encoded = columnLabels(view, 'cols') ?? [];
  const strange = encoded.find((label) => !columns.includes(label));
  if (strange !== undefined) throw view.invalid('cols', String(strange), 'columns of the frame');
  const names = columns.filter((label) => typeof label === 'string');
  const featureNames = names.length === columns.length ? names : null;
  return {
    base: { origin: view.origin, features: columns.length, featureNames },
    columns,
    encoded: new Set(encoded),
  };
}

function namesBefore(view: EstimatorView, blocks: BlockNames): readonly ColumnLabel[] {
  const given = columnLabels(view, 'feature_names');
  if (given === null) throw view.invalid('feature_names_in_', 'missing', 'the columns seen at fit');
  const byFirst = new Map(Array.from(blocks, ([label, names]) => [names[0] ?? '', { label, names }]));
  const columns: ColumnLabel[] = [];
  for (let at = given[0] === 'intercept' && given.length > view.count('_dim') ? 1 : 0; at < given.length; ) {
    const block = byFirst.get(given[at] ?? '');
    columns.push(block?.label ?? given[at] ?? '');
    at += block?.names.length ?? 1;
  }
  const width = view.count('_dim');
  if (columns.length !== width)
    throw view.unsupported(
      'feature_names',
      `the names of ${given.length} columns given, of ${width} taken`,
      'encoders that keep feature_names_in_ (category_encoders 2.6), or give a column for each, are',
    );
  return columns;
}
