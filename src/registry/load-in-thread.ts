import { Worker } from 'node:worker_threads';
import { servedDevice } from '../config/graph-settings.ts';
import { PlimsollError } from '../core/errors.ts';
import { loadBundle, readMaterial } from './load.ts';
import type { CompiledMaterial } from './material.ts';
import type { ReadingMessage, ReadingRequest } from './reading.ts';
import { keptPlace, readKept } from './step-cache.ts';
import type { BundleManifest, LoadedVersion } from './version.ts';

/** Files below this are read within some milliseconds: a thread would cost more than it spares. */
const LARGE_BYTES = 4 << 20;
/** What a compressed file is taken to grow by. */
const GROWTH = 10;

/**
 * Loads an accepted bundle as `loadBundle` does, beside requests that are being answered: a large file is read, parsed and
 * compiled in a thread of its own, which hands over its arrays without a copy. Building the engine is left to this thread. Graphs
 * run on the device that the environment names.
 */
export const loadBeside = (
  dir: string,
  model: string,
  version: number,
  largeBytes = LARGE_BYTES,
): Promise<LoadedVersion> =>
  loadBundle(
    ...([dir, model, version] as const),
    (request) =>
      bytesOf(request.manifest) < largeBytes ? readKept(request, readMaterial, place) : readInThread(request),
    servedDevice(process.env),
  );

/** Where copies of what was read are: of this very code, and of all that it imports. */
const place = keptPlace(process.env, import.meta.url);

const bytesOf = ({ size, compression }: BundleManifest): number => size * (compression === null ? 1 : GROWTH);

function readInThread(request: ReadingRequest): Promise<CompiledMaterial> {
  const thread = new Worker(new URL('./reading.worker.ts', import.meta.url), { workerData: request });
  return new Promise((resolve, reject) => {
    thread.once('message', (message: ReadingMessage) => {
      if (message.kind === 'read') resolve(message.material);
      else reject(PlimsollError.from(message.error));
    });
    // After its message this says nothing new.
    thread.once('error', reject);
    thread.once('exit', (code) => reject(new Error(`the thread that read it ended with code ${code}`)));
  });
}
