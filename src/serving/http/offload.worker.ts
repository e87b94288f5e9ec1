import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Signature } from '../../model/signature.ts';
import type { LoadedVersion } from '../../registry/version.ts';
import { PROTOCOLS } from '../protocols/all.ts';
import { firstRowReader } from '../recorder/first-row.ts';
import { parseBody } from '../rows/parse.ts';
import { hasColumn, withoutUnit } from '../unit.ts';
import type { WorkerReply, WorkerRequest, WorkerSettings } from './job.ts';
import { textOf } from './text.ts';

/**
 * The front loop goes first where both want the same core. Linux gives each thread a niceness of its own and takes 0
 * for the calling one (setpriority(2), "C library/kernel differences"); elsewhere it is the whole process's.
 */
const NICENESS = 5;
if (process.platform === 'linux') setPriority(0, NICENESS);

const reply = (message: WorkerReply, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

type LoadBundle = (dir: string, model: string, version: number) => Promise<LoadedVersion>;

/** Versions that one thread keeps loaded; the one unused for longest goes first. */
const LOADED_MAX = 8;
const loaded = new Map<string, Promise<LoadedVersion>>();

async function loadBundle(): Promise<LoadBundle> {
  const { loader } = workerData as WorkerSettings;
  if (loader === null) return (await import('../../registry/load.ts')).loadBundle;
  const module = (await import(loader)) as { loadBundle: LoadBundle };
  return module.loadBundle;
}

async function versionOf({ bundle, model, version }: WorkerRequest): Promise<LoadedVersion> {
  const key = JSON.stringify([bundle, model, version]);
  const promise = loaded.get(key) ?? loadBundle().then((load) => load(bundle, model, version));
  const isNew = !loaded.has(key);
  if (isNew) reply({ kind: 'loading' });
  loaded.delete(key);
  loaded.set(key, promise);
  try {
    const found = await promise;
    if (isNew) reply({ kind: 'loaded' });
    return found;
  } catch (error) {
    loaded.delete(key);
    throw error;
  } finally {
    await dropOldest();
  }
}

async function dropOldest(): Promise<void> {
  const [oldest] = loaded;
  if (!oldest || loaded.size <= LOADED_MAX) return;
  loaded.delete(oldest[0]);
  await (await oldest[1]).engine.close();
}

async function score(request: WorkerRequest): Promise<WorkerReply> {
  const protocol = PROTOCOLS.find(({ id }) => id === request.protocol)!;
  const target = await versionOf(request);
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

function rowsIn({ body, unitField }: WorkerRequest, signature: Signature): unknown {
  const parsed = parseBody(textOf(body));
  return unitField === null ? parsed : withoutUnit(parsed, unitField, hasColumn(signature, unitField));
}

function refusal(error: unknown): WorkerReply {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const coded = isPlimsollError(error)
    ? error
    : new PlimsollError('INTERNAL', { action: 'the prediction', reason });
  return { kind: 'refused', error: { code: coded.code, details: coded.details } };
}

parentPort!.on('message', (request: WorkerRequest) => {
  void score(request)
    .catch(refusal)
    .then((scored) => reply(scored, scored.kind === 'answer' ? [scored.body.buffer] : []));
});
