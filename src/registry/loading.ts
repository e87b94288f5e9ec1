import { pythonSettings } from '../config/python-settings.ts';
import type { Engine } from '../engine/engine.ts';
import { loadBundle } from './load.ts';
import { type AcceptedVersion, type BundleManifest, isIsolated, type Runtime } from './version.ts';

/** What is to be loaded, and with what. */
export interface LoadingRequest {
  readonly bundle: string;
  readonly model: string;
  readonly runtime: Runtime;
  readonly graph: boolean;
  /** Whether it runs in processes of its own. */
  readonly isolated: boolean;
}

/** What a version takes in a process. */
export interface LoadingCost {
  /** Time to load it and to answer its example until it is warm. */
  readonly millis: number;
  /** What the process grew by once it was loaded, and the size of the file at least. */
  readonly residentBytes: number;
  /** What it grew by meanwhile, at most. */
  readonly peakBytes: number;
}

export const loadingRequest = ({ bundle, model, manifest }: AcceptedVersion): LoadingRequest => ({
  bundle,
  model,
  runtime: manifest.runtime,
  graph: manifest.graph,
  isolated: isIsolated(manifest),
});

/**
 * Loads a version from its bundle as a server would, has it answer its example, and lets go of it. Runs in a child process
 * with `--expose-gc`: without, there is no telling what is garbage of what was before. Where memory that was free is used
 * again, the peak is that of the process so far, which is no less.
 */
export async function measureLoading({
  bundle,
  model,
  runtime,
  graph,
  isolated,
}: LoadingRequest): Promise<LoadingCost> {
  await loadCode(runtime, graph, isolated);
  globalThis.gc?.();
  const before = memory();
  const start = performance.now();
  const { engine, manifest } = await loadBundle(bundle, model);
  const millis = performance.now() - start;
  globalThis.gc?.();
  const after = memory();
  const grown = Math.max(after.resident - before.resident, after.allocated - before.allocated);
  // What was garbage before may be given back only now, and hide all of a small version.
  const residentBytes = Math.max(manifest.size, grown) + residentBeside(manifest, engine);
  const peakBytes = Math.max(residentBytes, process.resourceUsage().maxRSS * 1024 - before.resident);
  await engine.close();
  return { millis, residentBytes, peakBytes };
}

/** Memory of the processes that one process keeps for the version: of Python's at most, of a graph's at first. */
const residentBeside = ({ python }: BundleManifest, engine: Engine): number =>
  python === undefined
    ? (engine.status?.().rss.reduce((sum, bytes) => sum + bytes, 0) ?? 0)
    : python.residentBytes * pythonSettings(process.env).workers.max;

/** `resident` misses what goes into pages that the process had before; `allocated` what native code allocates. */
function memory(): { readonly resident: number; readonly allocated: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, allocated: heapUsed + external };
}

/** The code of an engine is there once in a process, however many versions it serves: it is no part of one's size. */
async function loadCode(runtime: Runtime, graph: boolean, isolated: boolean): Promise<void> {
  if (runtime === 'python') await import('../engine/python/engine.ts');
  else if (isolated) await import('./isolated.ts');
  else if (!graph && runtime === 'native') await import('../engine/native/engine.ts');
  else {
    await import('../engine/onnx/engine.ts');
    await import('onnxruntime-node');
  }
}
