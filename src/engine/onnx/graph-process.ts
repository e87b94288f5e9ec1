import { fileURLToPath } from 'node:url';
import { PlimsollError } from '../../core/errors.ts';
import { missingPart } from '../../core/parts.ts';
import { isKeptByKernel, limitedCommand } from '../../process/memory-limit.ts';
import { PythonFailureError } from '../python/failure.ts';
import { type PythonWorker, startWorker, type WorkerProgram } from '../python/worker.ts';
import type { GraphLoad } from './graph-load.ts';

export interface GraphProcessOptions {
  /** What the model is called in errors. */
  readonly name: string;
  readonly load: GraphLoad;
  /** Bytes of memory that the process may take. */
  readonly memoryBytes: number;
  readonly startMillis: number;
  /** Milliseconds that one run may take; then the process is killed. */
  readonly callMillis: number;
  readonly log?: ((line: string, stream: 'stdout' | 'stderr', pid: number) => void) | undefined;
}

/** Megabytes of JavaScript's heap: rows and answers are kept outside of it. */
const HEAP_MEGABYTES = 256;
const RETRY_SECONDS = 1;

/**
 * Starts a process that holds one graph, with a limit on its memory that the kernel keeps where it can.
 *
 * @throws PART_MISSING, GRAPH_NOT_LOADED, GRAPH_MEMORY, ENGINE_CRASHED; calls throw what `graphError` makes of their failures
 */
export async function startGraphProcess(options: GraphProcessOptions): Promise<PythonWorker> {
  const { name, load, memoryBytes, startMillis, callMillis, log } = options;
  const missing = missingPart('onnxruntime');
  if (missing !== null) throw missing;
  try {
    return await startWorker({
      ...{ name, startMillis, callMillis, log },
      load: { ...load, scratch: undefined },
      program: () => program(memoryBytes),
      ended: (reason) => crashed(name, reason),
    });
  } catch (error) {
    throw graphError(error, options);
  }
}

/** That the process of a graph is no more; `isDown` where none comes up. */
export const crashed = (model: string, reason: string, isDown = false): PlimsollError =>
  new PlimsollError('ENGINE_CRASHED', { model, reason, retry: RETRY_SECONDS, ...(isDown ? { isDown } : {}) });

/** What onnxruntime says where malloc gives it nothing, in its own words or those of the C++ library. */
const OUT_OF_MEMORY = /bad_alloc|bad allocation|Failed to allocate memory/;

/** A failure of a process that holds a graph, as an error of this program. */
export function graphError(
  error: unknown,
  { name, memoryBytes }: Pick<GraphProcessOptions, 'name' | 'memoryBytes'>,
): unknown {
  if (!(error instanceof PythonFailureError)) return error;
  const { stage, message } = error.failure;
  if (OUT_OF_MEMORY.test(message))
    return new PlimsollError('GRAPH_MEMORY', { model: name, limit: memoryBytes });
  if (stage === 'load') return new PlimsollError('GRAPH_NOT_LOADED', { reason: message, runtime: 'here' });
  return new PlimsollError('GRAPH_FAILED', { reason: message });
}

function program(memoryBytes: number): WorkerProgram {
  const entry = fileURLToPath(new URL('./graph.child.ts', import.meta.url));
  const args = [`--max-old-space-size=${HEAP_MEGABYTES}`, entry];
  return {
    ...limitedCommand({ command: process.execPath, args }, memoryBytes),
    environment: environmentOf(process.env),
    watchedBytes: isKeptByKernel() ? null : memoryBytes,
  };
}

/**
 * What glibc's malloc is told (mallopt(3)). By itself it keeps what it is given back, to give it out again: of the weights,
 * which onnxruntime holds twice while it loads and once afterwards, one and a half would stay. Measured on ResNet-50 (102 MB):
 * 239 MB without, 119 with.
 */
const MALLOC = { MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

/** Nothing of this process's environment, which holds its secrets, but what starts Node quickly. */
const environmentOf = (env: NodeJS.ProcessEnv): Record<string, string> => ({
  ...MALLOC,
  ...Object.fromEntries(
    ['PATH', 'LANG', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ),
});
