import { Socket } from 'node:net';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import { encodeFrame, FrameReader, type WireFrame } from '../python/frame.ts';
import type { BatchHeader, FromPythonWorker, ReadyMessage } from '../python/messages.ts';
import { decodeBatch, encodeOutputs } from '../python/tensors.ts';
import type { GraphLoad } from './graph-load.ts';
import { GraphSession } from './session.ts';

/**
 * Entry of a process that holds one graph which others made. It speaks as workers of Python do (`engine/python/messages.ts`),
 * over the socket that it inherits as file descriptor 3; one request at a time.
 */
type Asked = (GraphLoad & { kind: 'load'; id: number }) | { kind: 'infer'; id: number; batch: BatchHeader };

const socket = new Socket({ fd: 3, readable: true, writable: true });
const frames = new FrameReader();
let graph: { readonly session: GraphSession; readonly fetches: readonly string[] } | null = null;
let last: Promise<void> = Promise.resolve();

socket.on('data', (piece: Buffer) =>
  frames.push(piece, (frame) => {
    last = last.then(() => receive(frame));
  }),
);
socket.on('error', () => undefined);
// Whoever asked is gone: nobody will read an answer.
socket.on('close', () => process.exit(0));

async function receive(frame: WireFrame): Promise<void> {
  const asked = frame.header as Asked;
  try {
    if (asked.kind === 'load') send(await load(asked));
    else await infer(asked, frame);
  } catch (error) {
    const stage = asked.kind === 'load' ? 'load' : 'code';
    const nowhere = { at: null, missing: null, traceback: '', layers: [] };
    send({
      kind: 'error',
      id: asked.id,
      stage,
      type: 'Error',
      message: reasonOf(error),
      ...nowhere,
      ...usage(),
    });
  }
}

/** A session's errors hold the runtime's own words. */
const reasonOf = (error: unknown): string =>
  isPlimsollError(error) ? String(error.details['reason']) : messageOf(error);

const usage = (): { rss: number } => ({ rss: process.memoryUsage.rss() });

function send(message: FromPythonWorker, buffers: readonly Uint8Array[] = []): void {
  for (const piece of encodeFrame(message, buffers)) socket.write(piece);
}

async function load({
  id,
  model,
  outputs,
  threads,
  device,
}: GraphLoad & { readonly id: number }): Promise<ReadyMessage> {
  const started = performance.now();
  const session = await GraphSession.open(model, { threads, device });
  graph = { session, fetches: outputs };
  const tensors = session.inputs.map(({ name, dtype }) => ({ name, dtype, shape: [] }));
  const unknown = { class: null, call: null, outputs: null, classes: null, raw: null };
  return {
    ...{ kind: 'ready', id, python: '', layers: [], distributions: {} },
    described: { form: 'model', inputs: { form: 'tensors', tensors }, ...unknown },
    ...{ millis: performance.now() - started, ...usage() },
  };
}

async function infer(
  { id, batch }: Extract<Asked, { kind: 'infer' }>,
  { buffers }: WireFrame,
): Promise<void> {
  const started = performance.now();
  const given = decodeBatch(batch, buffers, null);
  if (graph === null || given.kind !== 'tensors') throw new Error('no graph is loaded, or no tensors came');
  const answered = await graph.session.run(given.tensors, graph.fetches);
  const outputs: Outputs = Object.fromEntries(answered);
  const { header, buffers: bytes } = encodeOutputs(outputs);
  const micros = (performance.now() - started) * 1000;
  send({ kind: 'outputs', id, outputs: header, micros, ...usage() }, bytes);
}
