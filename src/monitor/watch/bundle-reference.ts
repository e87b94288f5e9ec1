/** The reference that a version was given (`push --reference`), and what the version answers to it. */

import type { CapturedBlock } from '../../capture/block.ts';
import { elementAt } from '../../core/element-at.ts';
import { systemCodeOf } from '../../core/error-text.ts';
import { digestFileSync, keptPath, readManifest } from '../../registry/bundle.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { bindInputs } from '../../scorer/bind.ts';
import type { ColumnVector } from '../../scorer/frame.ts';
import { openScorer } from '../../scorer/open.ts';
import { type ColumnScorer, OUTCOME, type ScoredFrame } from '../../scorer/scorer.ts';
import { ATTRIBUTIONS } from '../drift/drawn-attributions.ts';
import type { NamedColumn } from '../reference/named-column.ts';
import type { ReferenceProfile, ValueColumn } from '../reference/reference-profile.ts';
import { spannedWeeks } from '../reference/season.ts';
import { collectColumns as collectRows } from '../tables/collect-columns.ts';
import type { FileColumn, FileColumnType } from '../tables/table-cells.ts';
import { openTable, type TabularFile } from '../tables/tabular-file.ts';
import {
  type AttributionSampler,
  jsonCellOf,
  REFERENCE_MILLIS,
  type RowCells,
  watchesAttributions,
} from './attribution-sampler.ts';
import { learnProfile } from './block-columns.ts';
import { seasonProblem, timeColumn } from './reference-times.ts';

/** Cells of the reference that are looked at; of a larger one, the first rows. */
const CELLS_MAX = 20_000_000;
const ROWS_MAX = 1_000_000;
/** DuckDB's words for the types of columns. */
const TYPE_NAMES: Readonly<Record<FileColumnType, string>> = {
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'VARCHAR',
  time: 'TIMESTAMP',
  other: 'BLOB',
};

/** A column that the model reads: its name there, that of the reference's column, and what its cells are. */
interface BoundColumn extends FileColumn {
  readonly input: string;
}

export interface BundleReferenceOptions {
  /** Columns of which traffic shows no values. */
  readonly hidden: ReadonlySet<string>;
  /** Whether to compare with the same hours of the week, where the reference has the times for it. */
  readonly season: 'none' | 'week';
  /** Explains rows, where attributions are to be watched. */
  readonly sampler?: AttributionSampler | undefined;
}

/**
 * The profile of the bundle's reference, or null where it has none that could be compared with what is captured of a version.
 * `block` says which columns that is, and as what. Throws REFERENCE_INVALID, INPUT_INVALID, INPUT_COLUMNS, and what loading
 * the bundle throws.
 */
export async function bundleReference(
  bundle: string,
  block: Pick<CapturedBlock, 'inputs'>,
  { hidden, season, sampler }: BundleReferenceOptions,
): Promise<ReferenceProfile | null> {
  const path = keptPath(bundle, 'reference');
  const manifest = readManifest(bundle);
  if (path === null || manifest === null || manifest.signature.form === 'tensors') return null;
  const digest = digestFileSync(path);
  const bound = await boundColumns(path, manifest, block);
  const names = bound.map(({ name }) => name);
  const time = await timeColumn(path, names);
  const timed = time === null ? [] : [{ input: time, name: time, type: 'time' as const }];
  const wanted = [...bound, ...timed];
  const table = await openTable(
    path,
    wanted.map(({ name, type }) => ({ name, type })),
  );
  try {
    const found = await collectBoundColumns(table, wanted);
    const columns = found.slice(0, bound.length);
    const times = timesIn(found.slice(bound.length));
    const weeks = times && spannedWeeks(times);
    const outputs = await answersTo(bundle, manifest, bound, columns);
    const captured = new Set(block.inputs.map(({ name }) => name));
    const features = columns.filter(({ name }) => captured.has(name) && !hidden.has(name));
    const isWatched = sampler !== undefined && watchesAttributions(manifest);
    const drawn = isWatched ? await drawnBy(sampler, bundle, columns) : [];
    const profile = learnProfile(features, {
      source: 'bundle',
      outputs: outputs.filter(({ name }) => !hidden.has(name)),
      drawn: outputs.some(({ name }) => name === ATTRIBUTIONS) ? [] : drawn,
      times: season === 'week' && seasonProblem(weeks) === null ? times : null,
    });
    return { ...profile, ...(isWatched ? { attributions: true } : {}), weeks, digest };
  } finally {
    table.close();
  }
}

/** Rows of a reference that are explained at most, and without which nothing is said. */
const DRAWN_MAX = 4096;
const DRAWN_MIN = 500;

/** What rows of the reference draw, evenly spread. */
async function drawnBy(
  sampler: AttributionSampler,
  bundle: string,
  columns: readonly NamedColumn[],
): Promise<readonly (string | null)[]> {
  const rows = columns[0]?.column.values.length ?? 0;
  const taken = Math.min(DRAWN_MAX, rows);
  const places = Array.from({ length: taken }, (_, k) => Math.floor((k * rows) / taken));
  const byName = new Map(columns.map(({ name, column }) => [name, column]));
  const cells: RowCells = {
    rows: taken,
    has: (name) => byName.has(name),
    cell(name, row) {
      const column = byName.get(name);
      const place = elementAt(places, row);
      const isNull = column?.kind === 'number' && column.nulls?.[place] === 1;
      return isNull ? null : jsonCellOf(column?.values[place]);
    },
  };
  const ids = places.map((place) => `reference ${place}`);
  const drawn = await sampler.draw(bundle, cells, ids, REFERENCE_MILLIS);
  return drawn.length < Math.min(DRAWN_MIN, rows) ? [] : drawn;
}

const timesIn = ([time]: readonly NamedColumn[]): Float64Array | null =>
  time?.column.kind === 'number' ? time.column.values : null;

/** The reference's columns that the model reads, in its order, with the types that traffic has. */
export async function boundColumns(
  path: string,
  { signature }: BundleManifest,
  { inputs }: Pick<CapturedBlock, 'inputs'>,
): Promise<readonly BoundColumn[]> {
  const table = await openTable(path);
  try {
    const available = table.columns.map(({ name, type }) => ({ name, type: TYPE_NAMES[type] }));
    const names = bindInputs(signature, available, { key: '', columns: [], features: null });
    const specs = signature.form === 'tensors' ? [] : signature.columns.filter(({ ignored }) => !ignored);
    return names.map((name, j) => {
      const { name: input = name, type = 'number' } = specs[j] ?? {};
      const values = inputs.find((column) => column.name === input)?.values;
      const isText = values === undefined ? type === 'string' : !(values instanceof Float64Array);
      return { input, name, type: isText ? 'text' : 'number' };
    });
  } finally {
    table.close();
  }
}

/** The rows of the table under the names that traffic has. */
export async function collectBoundColumns(
  table: TabularFile,
  bound: readonly BoundColumn[],
): Promise<readonly NamedColumn[]> {
  const limit = Math.min(ROWS_MAX, Math.floor(CELLS_MAX / Math.max(1, bound.length)));
  const columns = await collectRows(
    table,
    bound.map(({ name }) => name),
    Math.min(limit, await table.rows()),
  );
  return bound.map(({ input }, j) => ({ name: input, column: elementAt(columns, j).column }));
}

/** What the version answers to the rows of its reference; nothing where it cannot answer them all at once. */
async function answersTo(
  bundle: string,
  manifest: BundleManifest,
  bound: readonly BoundColumn[],
  columns: readonly NamedColumn[],
): Promise<readonly NamedColumn[]> {
  let scorer: ColumnScorer | null = null;
  try {
    scorer = await openScorer(
      { bundle, manifest },
      bound.map(({ name }) => name),
    );
    const rows = columns[0]?.column.values.length ?? 0;
    const scored = await scorer.score({ rows, columns: columns.map(({ column }) => columnVector(column)) });
    if (!scored.outcomes.includes(OUTCOME.ok)) return [];
    return scorer.outputs.map(({ name }, j) => ({ name, column: answered(scored, j) }));
  } catch (error) {
    if (systemCodeOf(error) === 'BATCH_UNSUPPORTED') return [];
    throw error;
  } finally {
    await scorer?.close();
  }
}

export function columnVector(column: ValueColumn): ColumnVector {
  if (column.kind === 'category') return { kind: 'texts', values: column.values };
  const { values, nulls } = column;
  return { kind: 'numbers', values, valid: nulls?.map((missing) => 1 - missing) ?? null };
}

/** Of rows that were answered; as captured ones are, integers and truth values are numbers. */
function answered({ outcomes, columns }: ScoredFrame, j: number): ValueColumn {
  const values = elementAt(columns, j);
  const rows = [...outcomes.keys()].filter((row) => outcomes[row] === OUTCOME.ok);
  if (values instanceof Float64Array || values instanceof BigInt64Array || values instanceof Uint8Array)
    return { kind: 'number', values: Float64Array.from(rows, (row) => Number(values[row])), nulls: null };
  return { kind: 'category', values: rows.map((row) => elementAt(values, row)) };
}
