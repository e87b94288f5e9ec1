/** What a worker is asked, and its answer. Pure. */
import type { Batch, Outputs } from '../../model/batch.ts';
import { concatenateBatches, concatenateOutputs } from '../../model/concatenate.ts';
import { sliceBatch, sliceOutputs } from '../../model/slice.ts';
import type { Tensor } from '../../model/tensor.ts';
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

/** Work of several requests that are alike, as one piece. */
export function together(works: readonly Work[]): Work {
  const first = works[0]!;
  if (works.length === 1) return first;
  if (first.kind !== 'after')
    return {
      kind: first.kind,
      batch: concatenateBatches((works as (typeof first)[]).map(({ batch }) => batch)),
    };
  const outputs = concatenateOutputs((works as (typeof first)[]).map((work) => work.outputs));
  return { kind: 'after', outputs, rows: works.reduce((sum, work) => sum + rowsOf(work), 0) };
}

/** The answer of each request, from the answer to all of them. */
export function apart(works: readonly Work[], answer: Answer): readonly Answer[] {
  if (works.length === 1) return [answer];
  const rows = works.reduce((sum, work) => sum + rowsOf(work), 0);
  let start = 0;
  return works.map((work) => {
    const end = start + rowsOf(work);
    const part =
      work.kind === 'before'
        ? sliceBatch(answer as Batch, start, end)
        : sliceOutputs(answer as Outputs, rows, start, end);
    start = end;
    return part;
  });
}

/**
 * What is wrong with an answer that has another number of rows than were asked, or null. Where rows of several requests are
 * told apart by their place, nothing is worse than a row too few.
 */
export function rowsProblem(work: Work, answer: Answer): string | null {
  const wanted = rowsOf(work);
  if (work.kind === 'before') {
    const batch = answer as Batch;
    if (batch.rows !== wanted) return `${batch.rows} rows before the model where ${wanted} were asked`;
    return batch.kind === 'tensors' ? outputsProblem(batch.tensors, wanted) : null;
  }
  return outputsProblem(answer as Outputs, wanted);
}

function outputsProblem(outputs: Outputs, wanted: number): string | null {
  for (const [name, value] of Object.entries(outputs))
    for (const { shape } of [value].flat() as Tensor[])
      if (shape[0] !== wanted) return `"${name}" has ${shape[0] ?? 'no'} rows where ${wanted} were asked`;
  return null;
}
