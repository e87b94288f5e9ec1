/** Rows of one request on their way from the thread that scored them. Pure. */

import { murmur3 } from '../../bytes/murmur3.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { allocateCapturedCells, type CapturedCells, type RowSample } from './captured-cells.ts';
import { RowExtractor } from './row-extractor.ts';

/** Rows of one request that are captured at most. */
const ROWS_A_REQUEST = 128;

/** Never changes: the same requests are captured by every process and replica. */
const SEED = 0x63617074;

/** 32 bits by which a request is captured or not. */
export const captureHash = (requestId: string): number => murmur3(requestId, SEED);

/** At most `most` of the rows of a request. The low bits of its hash say where the first is: they are any, whatever the share. */
export const sampleRequestRows = (rows: number, most: number, hash: number): RowSample => ({
  rows,
  taken: Math.max(0, Math.min(rows, most, ROWS_A_REQUEST)),
  offset: (hash & 0xffff) / 0x10000,
});

/** Plain data: key of the shape, values, and the id of the unit where the body had it. */
export interface ExtractedRows {
  readonly key: string;
  readonly picks: RowSample;
  readonly cells: CapturedCells;
  readonly unit: string | null;
}

/** By version; gone with it. */
const extractors = new WeakMap<LoadedVersion, RowExtractor>();

/** An extractor that fits a request of a version: the last one, or a new one. */
export function extractorFor(target: LoadedVersion, batch: Batch, outputs: Outputs): RowExtractor {
  const last = extractors.get(target);
  if (last?.fits(batch, outputs)) return last;
  const made = new RowExtractor(target.manifest.signature, batch, outputs);
  extractors.set(target, made);
  return made;
}

/** At most `most` rows of a request, by themselves. */
export function extractRows(
  target: LoadedVersion,
  batch: Batch,
  outputs: Outputs,
  requestId: string,
  most: number,
): Omit<ExtractedRows, 'unit'> {
  const extractor = extractorFor(target, batch, outputs);
  const picks = sampleRequestRows(batch.rows, most, captureHash(requestId));
  const cells = allocateCapturedCells(extractor.shape, picks.taken);
  extractor.write(batch, outputs, picks, cells, 0);
  return { key: extractor.shape.key, picks, cells };
}
