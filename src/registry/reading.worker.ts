import { isMarkedAsUntransferable, parentPort, workerData } from 'node:worker_threads';
import { required } from '../core/element-at.ts';
import { toErrorMessage } from '../process/messages.ts';
import { readMaterial } from './load.ts';
import type { ReadingMessage, ReadingRequest } from './reading.ts';

/** Entry of the short-lived thread that reads the file of one accepted bundle. */

/** Memory of the arrays in plain data, each once; what may not be handed over (small buffers of a pool) is copied. */
function buffersIn(value: unknown, found = new Set<ArrayBuffer>()): Set<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    if (buffer instanceof ArrayBuffer && !isMarkedAsUntransferable(buffer)) found.add(buffer);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) buffersIn(inner, found);
  }
  return found;
}

const say = (message: ReadingMessage, buffers: Iterable<ArrayBuffer> = []): void =>
  required(parentPort, 'the port of this thread').postMessage(message, [...buffers]);

try {
  const material = await readMaterial(workerData as ReadingRequest);
  say({ kind: 'read', material }, buffersIn(material));
} catch (error) {
  say({ kind: 'refused', error: toErrorMessage(error, 'reading a bundle') });
}
