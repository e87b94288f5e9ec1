/** The labelled rows of the reference that a version was given, what the version answers to them, and how right that is. */

import { elementAt } from '../../core/element-at.ts';
import { systemCodeOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { keptPath, readManifest } from '../../registry/bundle.ts';
import type { ColumnFrame } from '../../scorer/frame.ts';
import { openScorer } from '../../scorer/open.ts';
import { OUTCOME, type ScoredFrame } from '../../scorer/scorer.ts';
import type { AccuracyReference } from '../accuracy/accuracy-reference.ts';
import type { FeatureColumn } from '../accuracy/estimate/column-binning.ts';
import { findTargetColumn, referenceOfFile } from '../accuracy/file-reference.ts';
import type { JoinedRows, LoggedCell } from '../accuracy/labels/join-labels.ts';
import type { AccuracyPolicy } from '../policy/policy.ts';
import type { NamedColumn } from '../reference/named-column.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';
import type { FileColumn } from '../tables/table-cells.ts';
import { openTable } from '../tables/tabular-file.ts';
import { boundColumns, collectBoundColumns, columnVector } from './bundle-reference.ts';

/** Rows that metrics and estimates are made of; of a larger reference, evenly from all of it. */
const ROWS_MAX = 50_000;

/**
 * Null where the bundle has no reference, none with labels, or answers that are no rows of a table. `hidden`: columns of which
 * traffic shows no values. Throws REFERENCE_INVALID, INPUT_COLUMNS, and what loading the bundle throws.
 */
export async function labelledReference(
  bundle: string,
  policy: AccuracyPolicy,
  hidden: ReadonlySet<string>,
): Promise<AccuracyReference | null> {
  const path = keptPath(bundle, 'reference');
  const manifest = readManifest(bundle);
  if (path === null || manifest === null || manifest.signature.form === 'tensors') return null;
  const bound = await boundColumns(path, manifest, { inputs: [] });
  const target = await targetIn(
    path,
    bound.map(({ name }) => name),
    policy.target,
  );
  if (target === null) return null;
  const table = await openTable(path, [...bound.map(({ name, type }) => ({ name, type })), target]);
  let columns: readonly NamedColumn[];
  try {
    columns = await collectBoundColumns(table, [...bound, { ...target, input: target.name }]);
  } finally {
    table.close();
  }
  const truth = elementAt(columns, columns.length - 1).column;
  const rows = evenly(
    Array.from({ length: truth.values.length }, (_, i) => i).filter((i) => textAt(truth, i) !== null),
  );
  const inputs = columns.slice(0, -1).map(({ name, column }) => ({ name, column: taken(column, rows) }));
  const vectors = inputs.map(({ column }) => columnVector(column));
  const scored = await answersTo(
    { bundle, manifest },
    bound.map(({ name }) => name),
    { rows: rows.length, columns: vectors },
  );
  if (scored === null) return null;
  const label = rows.map((i) => textAt(truth, i));
  const shown = inputs.filter(({ name }) => !hidden.has(name));
  return referenceOfFile(joinedRows(shown, label, scored), policy);
}

/** Throws REFERENCE_INVALID where there is no column that the policy names. */
async function targetIn(
  path: string,
  read: readonly string[],
  wanted: string | null,
): Promise<FileColumn | null> {
  const table = await openTable(path);
  try {
    const unread = table.columns.filter(({ name }) => !read.includes(name));
    const names = unread.map(({ name }) => name);
    const name = findTargetColumn(wanted, names);
    if (name === null && wanted !== null) {
      const problem = `it has no column "${wanted}" for accuracy.target; besides what the model reads it has ${names.join(', ') || 'nothing'}`;
      throw new PlimsollError('REFERENCE_INVALID', { source: 'of the version', problem });
    }
    const type = unread.find((column) => column.name === name)?.type;
    return name === null ? null : { name, type: type === 'number' ? 'number' : 'text' };
  } finally {
    table.close();
  }
}

function evenly(rows: readonly number[]): readonly number[] {
  const count = Math.min(rows.length, ROWS_MAX);
  return Array.from({ length: count }, (_, k) => elementAt(rows, Math.floor((k * rows.length) / count)));
}

function textAt(column: ValueColumn, i: number): string | null {
  if (column.kind === 'category') return column.values[i] ?? null;
  const value = elementAt(column.values, i);
  return column.nulls?.[i] === 1 || Number.isNaN(value) ? null : String(value);
}

function taken(column: ValueColumn, rows: readonly number[]): ValueColumn {
  if (column.kind === 'category')
    return { kind: 'category', values: rows.map((i) => elementAt(column.values, i)) };
  const { values, nulls } = column;
  return {
    kind: 'number',
    values: Float64Array.from(rows, (i) => elementAt(values, i)),
    nulls: nulls === null ? null : Uint8Array.from(rows, (i) => elementAt(nulls, i)),
  };
}

interface Answered extends ScoredFrame {
  readonly names: readonly string[];
}

async function answersTo(
  version: Parameters<typeof openScorer>[0],
  inputs: readonly string[],
  frame: ColumnFrame,
): Promise<Answered | null> {
  try {
    const scorer = await openScorer(version, inputs);
    try {
      const scored = await scorer.score(frame);
      return { ...scored, names: scorer.outputs.map(({ name }) => name) };
    } finally {
      await scorer.close();
    }
  } catch (error) {
    if (systemCodeOf(error) === 'BATCH_UNSUPPORTED') return null;
    throw error;
  }
}

/** Rows that were answered, as those of the log are. */
function joinedRows(
  inputs: readonly NamedColumn[],
  label: readonly (string | null)[],
  { outcomes, columns, names }: Answered,
): JoinedRows {
  const rows = [...outcomes.keys()].filter((i) => outcomes[i] === OUTCOME.ok);
  const cellOf = (cell: number | bigint | string | undefined): LoggedCell =>
    typeof cell === 'bigint' ? Number(cell) : (cell ?? null);
  return {
    time: new Float64Array(rows.length),
    requestId: rows.map(String),
    row: new Float64Array(rows.length),
    segment: rows.map(() => null),
    weight: new Float64Array(rows.length).fill(1),
    label: rows.map((i) => elementAt(label, i)),
    outputs: Object.fromEntries(
      names.map((name, j) => [name, rows.map((i) => cellOf(elementAt(columns, j)[i]))]),
    ),
    inputs: inputs.map(({ name, column }) => featureOf(name, taken(column, rows))),
  };
}

function featureOf(name: string, column: ValueColumn): FeatureColumn {
  if (column.kind === 'category') return { name, kind: 'category', values: column.values };
  const { values, nulls } = column;
  return {
    name,
    kind: 'number',
    values: nulls === null ? values : values.map((value, i) => (nulls[i] === 1 ? Number.NaN : value)),
  };
}
