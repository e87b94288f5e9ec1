/** Which of the requests that wait go to a worker together. Pure. */

import { elementAt } from '../../core/element-at.ts';
import type { Batch, ColumnValues, Outputs } from '../../model/batch.ts';
import { isList, partTensorsOf } from '../../model/output-parts.ts';
import type { Tensor } from '../../model/tensor.ts';
import { isRaw, type WorkerTask, workRows } from './work.ts';

/** A request in its queue. */
export interface QueuedRequest {
  readonly work: WorkerTask;
  /** It goes by itself: together with others it failed. */
  readonly isAlone: boolean;
}

export interface BatchingRule {
  /** Whether requests may be put together at all. */
  readonly batches: boolean;
  readonly maxRows: number;
}

/**
 * Takes from the queue what goes to one worker, and removes it: the oldest, and with it those that are like it, as many as
 * fit. Nothing is held back for what may come. Where `share` workers are free, each gets its part of the rows.
 */
export function takeTogether<T extends QueuedRequest>(queue: T[], rule: BatchingRule, share: number): T[] {
  const first = queue[0];
  if (first === undefined) return [];
  if (!rule.batches || first.isAlone || queue.length === 1) return queue.splice(0, 1);
  const waiting = queue.reduce((sum, { work }) => sum + workRows(work), 0);
  const limit = Math.min(rule.maxRows, Math.max(workRows(first.work), Math.ceil(waiting / share)));
  const taken: T[] = [];
  const left: T[] = [];
  let rows = 0;
  for (const entry of queue) {
    const more = workRows(entry.work);
    const fits =
      entry === first || (!entry.isAlone && rows + more <= limit && areAlike(first.work, entry.work));
    (fits ? taken : left).push(entry);
    if (fits) rows += more;
  }
  queue.splice(0, queue.length, ...left);
  return taken;
}

/** Whether two pieces of work are of one kind, form and width, so that their rows can follow each other. */
export function areAlike(one: WorkerTask, other: WorkerTask): boolean {
  if (isRaw(one) || isRaw(other)) return false;
  if (one.kind === 'after') return other.kind === 'after' && areAlikeOutputs(one.outputs, other.outputs);
  if (other.kind === 'after') return false;
  return one.kind === other.kind && areAlikeBatches(one.batch, other.batch);
}

function areAlikeBatches(one: Batch, other: Batch): boolean {
  if (one.kind === 'matrix') return other.kind === 'matrix' && other.width === one.width;
  if (one.kind === 'table') {
    if (other.kind !== 'table' || other.columns.length !== one.columns.length) return false;
    return one.columns.every(
      (column, index) => isNumbers(column) === isNumbers(elementAt(other.columns, index)),
    );
  }
  return other.kind === 'tensors' && areAlikeOutputs(one.tensors, other.tensors);
}

const isNumbers = (column: ColumnValues): boolean => column instanceof Float64Array;

function areAlikeOutputs(one: Outputs, other: Outputs): boolean {
  if (Object.keys(one).length !== Object.keys(other).length) return false;
  return Object.entries(one).every(([name, left]) => {
    const right = other[name];
    if (right === undefined || isList(left) !== isList(right)) return false;
    const [lefts, rights] = [partTensorsOf(left), partTensorsOf(right)];
    return (
      lefts.length === rights.length &&
      lefts.every((tensor, index) => areAlikeTensors(tensor, elementAt(rights, index)))
    );
  });
}

const areAlikeTensors = (one: Tensor, other: Tensor): boolean =>
  one.dtype === other.dtype &&
  one.shape.length === other.shape.length &&
  one.shape.every((size, axis) => axis === 0 || size === other.shape[axis]);
