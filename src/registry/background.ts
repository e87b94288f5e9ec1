import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { sha256Hex } from '../core/sha256.ts';
import { thinnedRows } from '../explain/row-game.ts';
import type { Batch, ColumnValues } from '../model/batch.ts';
import { rowWidth } from '../model/row-width.ts';
import type { Signature } from '../model/signature.ts';
import { type DType, newTensor, type Tensor, TYPED_ARRAYS } from '../model/tensor.ts';
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
  if (reference === null || kept?.of === 'background') return { background: kept, notes: [] };
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
  return { background: { digest: sha256Hex(text), rows: batch.rows, of }, notes: [] };
}

/** The rows of a file, thinned. Throws INPUT_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE. */
async function sampleOf(path: string, signature: Signature): Promise<Batch> {
  const invalid = (problem: string): PlimsollError =>
    new PlimsollError('INPUT_INVALID', { problem: `${basename(path)}: ${problem}` });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MOST_BYTES)
    throw invalid(`${size} bytes, a background is read from at most ${MOST_BYTES}: ${MOST_ROWS} rows do`);
  const { readRowFile } = await import('../row-files/read.ts');
  const batch = decodeInput(await readRowFile(path, signature), signature, { extra: 'ignore' });
  const width = Math.max(1, rowWidth(batch));
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
  if (sha256Hex(text) !== digest)
    throw new PlimsollError('EXPLANATION_UNFIT', {
      model,
      reason: `the file ${name} of its bundle is not what was kept`,
      way: 'Push the model again with --background',
    });
  return batchOf(text);
}

/** What names rows as a bundle keeps them: sha256 in hex. */
export const backgroundDigest = (batch: Batch): string => sha256Hex(textOf(batch));

/** A column as it is kept: missing numbers are null, infinite ones words, for JSON has neither. */
type KeptColumn =
  | { readonly type: 'number'; readonly values: readonly (number | string | null)[] }
  | { readonly type: 'string'; readonly values: readonly (string | null)[] };

/** A tensor as it is kept: whole numbers of 64 bits are words. */
interface KeptTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly (number | string | null)[];
}

function textOf(batch: Batch): string {
  const kept =
    batch.kind === 'tensors'
      ? {
          tensors: Object.fromEntries(
            Object.entries(batch.tensors).map(([name, tensor]) => [name, keptTensor(tensor)]),
          ),
        }
      : { columns: columnsOf(batch).map(keptColumn) };
  return `${JSON.stringify(kept)}\n`;
}

const keptTensor = ({ dtype, shape, data }: Tensor): KeptTensor => ({
  ...{ dtype, shape },
  values: Array.from(data as ArrayLike<number | bigint | string>, (value) =>
    typeof value === 'number' ? keptNumber(value) : String(value),
  ),
});

function tensorOf({ dtype, shape, values }: KeptTensor): Tensor {
  if (dtype === 'string') return newTensor(dtype, shape, values.map(String));
  const data = new TYPED_ARRAYS[dtype](values.length);
  for (const [k, value] of values.entries()) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[k] = BigInt(value ?? 0);
    else data[k] = value === null ? Number.NaN : Number(value);
  }
  return newTensor(dtype, shape, data);
}

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
  const { columns = [], tensors } = JSON.parse(text) as {
    readonly columns?: readonly KeptColumn[];
    readonly tensors?: Readonly<Record<string, KeptTensor>>;
  };
  if (tensors !== undefined) {
    const read = Object.entries(tensors).map(([name, tensor]) => [name, tensorOf(tensor)]);
    const [first] = Object.values(tensors);
    return { kind: 'tensors', rows: first?.shape[0] ?? 0, tensors: Object.fromEntries(read) };
  }
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
