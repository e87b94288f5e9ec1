import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Signature } from '../../model/signature.ts';
import { PROTOCOLS } from '../protocols/all.ts';
import { firstRowReader } from '../recorder/first-row.ts';
import { parseBody } from '../rows/parse.ts';
import { withoutUnit } from '../unit.ts';
import type { ScoreRequest, WorkerReply, WorkerRequest, WorkerSettings } from './job.ts';
import { KeptVersions, type LoadBundle } from './kept-versions.ts';
import { textOf } from './text.ts';

/**
 * The front loop goes first where both want the same core. Linux gives each thread a niceness of its own and takes 0
 * for the calling one (setpriority(2), "C library/kernel differences"); elsewhere it is the whole process's.
 */
const NICENESS = 5;
if (process.platform === 'linux') setPriority(0, NICENESS);

const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

const versions = new KeptVersions({
  max: 8,
  load: async (dir, model, version) => (await loader())(dir, model, version),
  onLoad: (kind) => reply({ kind }),
});

async function loader(): Promise<LoadBundle> {
  const { loader } = workerData as WorkerSettings;
  if (loader === null) return (await import('../../registry/load.ts')).loadBundle;
  const module = (await import(loader)) as { loadBundle: LoadBundle };
  return module.loadBundle;
}

async function score(request: ScoreRequest): Promise<WorkerReply> {
  const protocol = PROTOCOLS.find(({ id }) => id === request.protocol)!;
  const target = await versions.get(request);
  const started = performance.now();
  const { signature } = target.manifest;
  const batch = protocol.decode(target)(rowsIn(request, signature));
  const decoded = performance.now();
  const outputs = await target.engine.infer(batch);
  const predicted = performance.now();
  const body = new TextEncoder().encode(protocol.encode(target)(outputs, batch.rows, request.requestId));
  const timing = {
    preprocess: decoded - started,
    predict: predicted - decoded,
    postprocess: performance.now() - predicted,
  };
  return { kind: 'answer', body, rows: batch.rows, first: firstRowReader(signature)(outputs), timing };
}

function rowsIn({ body, unitField }: ScoreRequest, signature: Signature): unknown {
  const parsed = parseBody(textOf(body));
  return unitField === null ? parsed : withoutUnit(parsed, unitField, signature);
}

function refusal(error: unknown): WorkerReply {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const coded = isPlimsollError(error)
    ? error
    : new PlimsollError('INTERNAL', { action: 'the prediction', reason });
  return { kind: 'refused', error: { code: coded.code, details: coded.details } };
}

async function obey(request: WorkerRequest): Promise<void> {
  if (request.kind === 'retain') {
    await versions.retain(request.versions);
    return;
  }
  const scored = await score(request).catch(refusal);
  reply(scored, scored.kind === 'answer' ? [scored.body.buffer] : []);
}

/** One after the other: no version is closed while it scores. */
let last: Promise<void> = Promise.resolve();
parentPort!.on('message', (request: WorkerRequest) => {
  last = last.then(() => obey(request));
});
