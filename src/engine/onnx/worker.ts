import { parentPort } from 'node:worker_threads';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { FromWorker, ToWorker } from './message.ts';
import { GraphSession } from './session.ts';

/** Entry of a pool worker, as a thread or as a child process: one session, one request at a time. */
let session: GraphSession | null = null;

const send = (message: FromWorker): void => {
  if (parentPort !== null) parentPort.postMessage(message);
  else process.send?.(message);
};

async function answer(message: ToWorker): Promise<FromWorker> {
  if (message.kind === 'load') {
    session = await GraphSession.open(message.onnx);
    return { kind: 'loaded', inputs: session.inputs };
  }
  if (session === null)
    throw new PlimsollError('INTERNAL', { action: 'a run', reason: 'no graph is loaded' });
  return { kind: 'answer', tensors: await session.run(message.feed, message.fetches) };
}

function failure(error: unknown): FromWorker {
  const coded = isPlimsollError(error)
    ? error
    : new PlimsollError('INTERNAL', { action: 'running a graph', reason: String(error) });
  return { kind: 'failed', error: { code: coded.code, details: coded.details } };
}

async function receive(message: ToWorker): Promise<void> {
  try {
    send(await answer(message));
  } catch (error) {
    send(failure(error));
  }
}

if (parentPort !== null) parentPort.on('message', (message: ToWorker) => void receive(message));
else {
  process.on('message', (message: ToWorker) => void receive(message));
  // The parent is gone: nobody will read an answer.
  process.on('disconnect', () => process.exit(0));
}
