import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { graphSettings } from '../config/graph-settings.ts';
import type { Device } from '../core/devices.ts';
import type { Engine } from '../engine/engine.ts';
import { graphSize } from '../engine/onnx/graph-file.ts';
import { createIsolatedEngine } from '../engine/onnx/isolated.ts';
import { LOAD_COPIES } from '../onnx/limits.ts';
import { dataDirOf } from './bundle.ts';
import type { CompiledMaterial } from './material.ts';
import { outerLog, versionLog } from './python/log.ts';
import { scratchRoot } from './python/scratch.ts';

/** Milliseconds that a process may take until it has loaded a graph, and more for a large one. */
const START_MILLIS = 20_000;
const BYTES_PER_MILLI = 50_000;
/** Below this, a run is over before other threads have begun their part. */
const LARGE_BYTES = 4 << 20;
/** How the number of processes follows the load. */
const SCALING = { min: 1, upMillis: 1000, cooldownMillis: 60_000, idleMillis: 300_000 };

/** Opens a graph in processes of its own, with the limits that the environment gives. Throws CONFIG_INVALID besides. */
export function loadIsolated(
  { graph, signature, name, isParallel, bundle }: Extract<CompiledMaterial, { readonly kind: 'isolated' }>,
  device?: Device,
): Promise<Engine> {
  const { memoryBytes, callMillis, threads: most } = graphSettings(process.env);
  const size = graphSize(graph);
  const threads = isParallel && size >= LARGE_BYTES ? most : 1;
  return createIsolatedEngine({
    ...{ name, graph, signature, device, callMillis, scratch: () => scratchRoot(), log: logOf(name, bundle) },
    memoryBytes: memoryBytes + LOAD_COPIES * size,
    startMillis: START_MILLIS + size / BYTES_PER_MILLI,
    threads,
    // Each process holds the weights once more, and has all processors where it has several threads.
    workers: threads > 1 ? 1 : Math.max(1, availableParallelism() - 1),
    scaling: SCALING,
  });
}

/** The log of the version; of a graph that is no version, nobody reads one. */
function logOf(name: string, bundle: string | undefined): ReturnType<typeof outerLog> | undefined {
  if (bundle === undefined) return undefined;
  const dataDir = dataDirOf(bundle);
  return dataDir === null ? outerLog(name) : versionLog(dataDir, basename(resolve(bundle)));
}
