/** What a worker is asked, and its answer. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import { concatenateBatches, concatenateOutputs } from '../../model/concatenate.ts';
import { partTensorsOf } from '../../model/output-parts.ts';
import type { RawBody, RawRequest, WrittenResponse } from '../../model/raw.ts';
import { sliceBatch, sliceOutputs } from '../../model/slice.ts';
import type { BatchHeader, FromPythonWorker, OutputHeader, RawToWorker } from './messages.ts';
import { type EncodedTensors, encodeBatch, encodeOutputs } from './tensors.ts';

/** What may be put together with its like. */
type RowsWork =
  | { readonly kind: 'infer'; readonly batch: Batch }
  | { readonly kind: 'before'; readonly batch: Batch }
  | { readonly kind: 'after'; readonly outputs: Outputs; readonly rows: number };

/** What goes to code that reads bodies, or writes answers, itself: always alone. */
export type RawWork =
  | { readonly kind: 'invoke'; readonly request: RawRequest }
  | { readonly kind: 'read'; readonly request: RawRequest & { readonly given: RawBody } }
  | {
      readonly kind: 'write';
      readonly request: RawRequest & { readonly accept: string };
      readonly outputs: Outputs;
    };

export type WorkerTask = RowsWork | RawWork;

/** `before` and `read` are answered with rows, where something is accepted with what is written, the others with outputs. */
export type WorkerAnswer = Batch | Outputs | WrittenResponse;

/** Written by code that writes answers itself. Names of outputs are not mistaken for it: those have tensors. */
export const isWritten = (answer: WorkerAnswer): answer is WrittenResponse => answer['kind'] === 'written';
const isBatch = (answer: WorkerAnswer): answer is Batch =>
  typeof answer['kind'] === 'string' && !isWritten(answer);
const isOutputs = (answer: WorkerAnswer): answer is Outputs => !isWritten(answer) && !isBatch(answer);

const unlike = (wanted: string): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: 'what a worker was asked',
    reason: `it did not answer with ${wanted}`,
  });

/** What `before` and `read` are answered with. Throws INTERNAL. */
export function batchFrom(answer: WorkerAnswer): Batch {
  if (isBatch(answer)) return answer;
  throw unlike('rows');
}

/** What the others are answered with, where nobody asks for something written. Throws INTERNAL. */
export function outputsFrom(answer: WorkerAnswer): Outputs {
  if (isOutputs(answer)) return answer;
  throw unlike('outputs');
}

/** Throws INTERNAL. */
export function writtenFrom(answer: WorkerAnswer): WrittenResponse {
  if (isWritten(answer)) return answer;
  throw unlike('what is written');
}

export const isRaw = (work: WorkerTask): work is RawWork =>
  work.kind === 'invoke' || work.kind === 'read' || work.kind === 'write';

/** What the worker answers. */
export function wantedOf(work: WorkerTask): Exclude<FromPythonWorker['kind'], 'ready' | 'error'> {
  if (work.kind === 'before' || work.kind === 'read') return 'batch';
  return isRaw(work) && work.request.accept !== null ? 'written' : 'outputs';
}

/** A body that only its code understands counts as one. */
export function workRows(work: WorkerTask): number {
  if (work.kind === 'after') return work.rows;
  if (!isRaw(work)) return work.batch.rows;
  const { given } = work.request;
  return given.kind === 'body' ? 1 : given.rows;
}

type WorkHeader =
  | { readonly kind: 'infer' | 'before'; readonly id: number; readonly batch: BatchHeader }
  | {
      readonly kind: 'after';
      readonly id: number;
      readonly rows: number;
      readonly outputs: readonly OutputHeader[];
    }
  | RawToWorker;

/** As the message of `messages.ts`. */
export function encodeWork(
  work: WorkerTask,
  id: number,
  columns: readonly string[] | null,
): EncodedTensors<WorkHeader> {
  if (isRaw(work)) return encodeRaw(work, id, columns);
  if (work.kind === 'after') {
    const { header, buffers } = encodeOutputs(work.outputs);
    return { header: { kind: 'after', id, rows: work.rows, outputs: header }, buffers };
  }
  const { header, buffers } = encodeBatch(work.batch, columns);
  return { header: { kind: work.kind, id, batch: header }, buffers };
}

function encodeRaw(
  work: RawWork,
  id: number,
  columns: readonly string[] | null,
): EncodedTensors<RawToWorker> {
  const { given, accept, attributes } = work.request;
  const contentType = given.kind === 'body' ? given.contentType : null;
  if (work.kind === 'write') {
    const { header, buffers } = encodeOutputs(work.outputs);
    return {
      header: { kind: 'write', id, outputs: header, contentType, accept: work.request.accept, attributes },
      buffers,
    };
  }
  if (given.kind !== 'body') {
    const { header, buffers } = encodeBatch(given, columns);
    return { header: { kind: 'invoke', id, contentType: null, batch: header, accept, attributes }, buffers };
  }
  const about = { id, contentType: given.contentType, accept, attributes };
  const header: RawToWorker =
    work.kind === 'read' ? { kind: 'read', ...about } : { kind: 'invoke', ...about, batch: null };
  return { header, buffers: [given.bytes as Uint8Array<ArrayBuffer>] };
}

/** Work of several requests that are alike, as one piece. */
export function together(works: readonly WorkerTask[]): WorkerTask {
  const first = elementAt(works, 0);
  if (works.length === 1 || isRaw(first)) return first;
  if (first.kind !== 'after')
    return {
      kind: first.kind,
      batch: concatenateBatches(works.flatMap((work) => (work.kind === first.kind ? [work.batch] : []))),
    };
  const outputs = concatenateOutputs(works.flatMap((work) => (work.kind === 'after' ? [work.outputs] : [])));
  return { kind: 'after', outputs, rows: works.reduce((sum, work) => sum + workRows(work), 0) };
}

/** The answer of each request, from the answer to all of them. */
export function apart(works: readonly WorkerTask[], answer: WorkerAnswer): readonly WorkerAnswer[] {
  if (works.length === 1) return [answer];
  const rows = works.reduce((sum, work) => sum + workRows(work), 0);
  let start = 0;
  return works.map((work) => {
    const end = start + workRows(work);
    const part =
      work.kind === 'before'
        ? sliceBatch(batchFrom(answer), start, end)
        : sliceOutputs(outputsFrom(answer), rows, start, end);
    start = end;
    return part;
  });
}

/**
 * What is wrong with an answer that has another number of rows than were asked, or null. Where rows of several requests are
 * told apart by their place, nothing is worse than a row too few.
 */
export function rowsProblem(work: WorkerTask, answer: WorkerAnswer): string | null {
  if (isWritten(answer)) return null;
  // How many rows are in a body is known to its reader alone; its outputs have to agree among themselves.
  const isBody = isRaw(work) && work.request.given.kind === 'body';
  const wanted = isBody ? rowsIn(answer) : workRows(work);
  if (isBatch(answer)) {
    if (answer.rows !== wanted) return `${answer.rows} rows before the model where ${wanted} were asked`;
    return answer.kind === 'tensors' ? outputsProblem(answer.tensors, wanted) : null;
  }
  return outputsProblem(answer, wanted);
}

/** Rows of a batch, or of the first output. */
export function rowsIn(answer: Batch | Outputs): number {
  if (isBatch(answer)) return answer.rows;
  const [first] = Object.values(answer);
  return first === undefined ? 1 : (partTensorsOf(first)[0]?.shape[0] ?? 1);
}

function outputsProblem(outputs: Outputs, wanted: number): string | null {
  for (const [name, value] of Object.entries(outputs))
    for (const { shape } of partTensorsOf(value))
      if (shape[0] !== wanted) return `"${name}" has ${shape[0] ?? 'no'} rows where ${wanted} were asked`;
  return null;
}
