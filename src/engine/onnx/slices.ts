import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { concatenateOutputs } from '../../model/concatenate.ts';
import type { Signature } from '../../model/signature.ts';
import { sliceBatch } from '../../model/slice.ts';
import type { NativePrefix } from './prefix.ts';

/** Numbers that the dense matrices of one slice may hold (64 MB): larger batches go through in slices. */
export const MAX_PREFIX_CELLS = 8_000_000;

/** How many rows a graph takes at once: at most so many, or exactly so many where its batch dimension is frozen. */
export interface SliceRule {
  readonly rows: number;
  readonly exact: boolean;
}

/** Bytes that the rows of one slice may take on their way, where it is known what one takes. */
const MAX_SLICE_BYTES = 128 * 2 ** 20;

/** @param rowBytes what one row takes in the graph at most; 0 where nobody knows */
export function sliceRule(signature: Signature, prefixes: readonly NativePrefix[], rowBytes = 0): SliceRule {
  const frozen = signature.form === 'tensors' ? (signature.tensors[0]?.shape[0] ?? -1) : -1;
  if (frozen > 0) return { rows: frozen, exact: true };
  const width = prefixes.reduce((sum, prefix) => sum + prefix.width, 0);
  const rows = Math.min(MAX_PREFIX_CELLS / width, MAX_SLICE_BYTES / rowBytes);
  return { rows: rows === Number.POSITIVE_INFINITY ? rows : Math.max(1, Math.floor(rows)), exact: false };
}

/**
 * Runs a batch whole, or slice by slice where the graph can't take it at once.
 *
 * @throws INPUT_INVALID where a frozen graph would get fewer rows than it takes
 */
export async function inferInSlices(
  batch: Batch,
  rule: SliceRule,
  run: (batch: Batch) => Promise<Outputs>,
): Promise<Outputs> {
  if (rule.exact && (batch.rows === 0 || batch.rows % rule.rows !== 0)) {
    const problem = `rows: this graph takes exactly ${rule.rows} at a time, got ${batch.rows}`;
    throw new PlimsollError('INPUT_INVALID', { problem });
  }
  if (batch.rows <= rule.rows) return run(batch);
  const slices: Outputs[] = [];
  for (let start = 0; start < batch.rows; start += rule.rows) {
    slices.push(await run(sliceBatch(batch, start, Math.min(start + rule.rows, batch.rows))));
  }
  return concatenateOutputs(slices);
}
