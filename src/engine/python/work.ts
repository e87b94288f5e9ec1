/** What a worker is asked, and its answer. Pure. */
import type { Batch, Outputs } from '../../model/batch.ts';
import type { BatchHeader, OutputHeader } from './messages.ts';
import { type Encoded, encodeBatch, encodeOutputs } from './tensors.ts';

export type Work =
  | { readonly kind: 'infer'; readonly batch: Batch }
  | { readonly kind: 'before'; readonly batch: Batch }
  | { readonly kind: 'after'; readonly outputs: Outputs; readonly rows: number };

export type WorkKind = Work['kind'];

/** `before` is answered with rows, the others with outputs. */
export type Answer = Batch | Outputs;

export const rowsOf = (work: Work): number => (work.kind === 'after' ? work.rows : work.batch.rows);

type WorkHeader =
  | { readonly kind: 'infer' | 'before'; readonly id: number; readonly batch: BatchHeader }
  | {
      readonly kind: 'after';
      readonly id: number;
      readonly rows: number;
      readonly outputs: readonly OutputHeader[];
    };

/** As the message of `messages.ts`. */
export function encodeWork(work: Work, id: number, columns: readonly string[] | null): Encoded<WorkHeader> {
  if (work.kind === 'after') {
    const { header, buffers } = encodeOutputs(work.outputs);
    return { header: { kind: 'after', id, rows: work.rows, outputs: header }, buffers };
  }
  const { header, buffers } = encodeBatch(work.batch, columns);
  return { header: { kind: work.kind, id, batch: header }, buffers };
}
