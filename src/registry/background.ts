import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { thinnedRows } from '../explain/row-game.ts';
import type { Batch, ColumnValues } from '../model/batch.ts';
import type { Signature } from '../model/signature.ts';
import { decodeInput } from '../serving/rows/decode.ts';
import { BACKGROUND, earlierBackground } from './bundle.ts';
import { writeToBundles } from './bundle-write.ts';
import type { BackgroundSample, BundleManifest } from './version.ts';

/** Rows and cells that are kept at most; of more, every n-th row. */
const MOST_ROWS = 1000;
const MOST_CELLS = 2 ** 20;
/** Bytes of a file that is read for them. */
const MOST_BYTES = 64 * 2 ** 20;

/** A sample on its way into a bundle. */
export interface MadeBackground {
  readonly background: BackgroundSample | null;
  /** Why there is none, where somebody may expect one. */
  readonly notes: readonly string[];
}

/** Files of which a sample may be made: `background` was given for that, `reference` for a monitor. */
export interface BackgroundFiles {
  readonly background: string | null;
  readonly reference: string | null;
}

/**
 * Keeps a sample of the rows of a file in the folder where a bundle is put together. Rows are those of `background`, else those that
 * were given `before`, else those of `reference`, which may not fit: then a note says why. Throws what reading `background` throws.
 */
export async function makeBackground(
  staging: string,
  { background, reference }: BackgroundFiles,
  signature: Signature,
  before: BundleManifest | null,
): Promise<MadeBackground> {
  if (background !== null) return made(staging, await sampleOf(background, signature), 'background');
  const kept = before?.background ?? null;
  if (reference === null || kept?.of === 'background' || signature.form === 'tensors')
    return { background: kept, notes: [] };
  try {
    return made(staging, await sampleOf(reference, signature), 'reference');
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    const note = `The reference data is no background of explanations: ${error.message}`;
    return { background: kept, notes: [note] };
  }
}

function made(staging: string, batch: Batch, of: BackgroundSample['of']): MadeBackground {
  const text = textOf(batch);
  writeToBundles(dirname(staging), () => writeFileSync(join(staging, BACKGROUND), text, { flush: true }));
  return { background: { digest: digestOf(text), rows: batch.rows, of }, notes: [] };
}

/** The rows of a file, thinned. Throws INPUT_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE. */
async function sampleOf(path: string, signature: Signature): Promise<Batch> {
  const invalid = (problem: string): PlimsollError =>
    new PlimsollError('INPUT_INVALID', { problem: `${basename(path)}: ${problem}` });
  if (signature.form === 'tensors')
    throw invalid('rows of the model are tensors, and explanations of those take no background');
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MOST_BYTES)
    throw invalid(`${size} bytes, a background is read from at most ${MOST_BYTES}: ${MOST_ROWS} rows do`);
  const { readRowFile } = await import('../row-files/read.ts');
  const batch = decodeInput(await readRowFile(path, signature), signature, { extra: 'ignore' });
  const width = Math.max(1, signature.columns.length);
  return thinnedRows(batch, Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / width))));
}

/** The background of a bundle; null where it has none. Throws EXPLANATION_UNFIT where it is not what the manifest says. */
export function readBackground(dir: string, { background, file }: BundleManifest): Batch | null {
  return background === undefined ? null : rowsOfDigest(dir, BACKGROUND, background.digest, file);
}

/** The background that a bundle has, or had, by its digest. Throws EXPLANATION_UNFIT where it is not there. */
export function findBackground(dir: string, manifest: BundleManifest, digest: string): Batch {
  const name = manifest.background?.digest === digest ? BACKGROUND : earlierBackground(digest);
  return rowsOfDigest(dir, name, digest, manifest.file);
}

function rowsOfDigest(dir: string, name: string, digest: string, model: string): Batch {
  const path = join(dir, name);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (digestOf(text) !== digest)
    throw new PlimsollError('EXPLANATION_UNFIT', {
      model,
      reason: `the file ${name} of its bundle is not what was kept`,
      way: 'Push the model again with --background',
    });
  return batchOf(text);
}

/** What names rows as a bundle keeps them: sha256 in hex. */
export const backgroundDigest = (batch: Batch): string => digestOf(textOf(batch));

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A column as it is kept: missing numbers are null, infinite ones words, for JSON has neither. */
type KeptColumn =
  | { readonly type: 'number'; readonly values: readonly (number | string | null)[] }
  | { readonly type: 'string'; readonly values: readonly (string | null)[] };

const textOf = (batch: Batch): string => `${JSON.stringify({ columns: columnsOf(batch).map(keptColumn) })}\n`;

const keptColumn = (column: ColumnValues): KeptColumn =>
  column instanceof Float64Array
    ? { type: 'number', values: Array.from(column, keptNumber) }
    : { type: 'string', values: column };

const keptNumber = (value: number): number | string | null => {
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : String(value);
};

function columnsOf(batch: Batch): readonly ColumnValues[] {
  if (batch.kind === 'table') return batch.columns;
  if (batch.kind === 'tensors') return [];
  const { rows, width, data } = batch;
  return Array.from({ length: width }, (_, column) =>
    Float64Array.from({ length: rows }, (__, row) => data[row * width + column]!),
  );
}

/** The text is what this program wrote: its digest says so. */
function batchOf(text: string): Batch {
  const { columns } = JSON.parse(text) as { readonly columns: readonly KeptColumn[] };
  const read = columns.map(
    ({ type, values }): ColumnValues =>
      type === 'string'
        ? values
        : Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
  );
  const rows = read[0]?.length ?? 0;
  if (!read.every((column) => column instanceof Float64Array)) return { kind: 'table', rows, columns: read };
  const width = read.length;
  const data = new Float64Array(rows * width);
  for (const [column, values] of read.entries())
    for (const [row, value] of values.entries()) data[row * width + column] = value;
  return { kind: 'matrix', rows, width, data };
}
