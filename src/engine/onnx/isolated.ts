import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Device } from '../../core/devices.ts';
import { elementAt } from '../../core/element-at.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { GraphBytes } from '../../model/graph-bytes.ts';
import { partTensorsOf } from '../../model/output-parts.ts';
import type { Signature } from '../../model/signature.ts';
import type { Engine, IsWanted } from '../engine.ts';
import { WorkerPool, type WorkerPoolStatus } from '../python/pool.ts';
import type { ScalingRule } from '../python/scaling.ts';
import { outputsFrom } from '../python/work.ts';
import type { PythonWorker } from '../python/worker.ts';
import { feedPlan, feedTensors } from './feed.ts';
import { writeGraph } from './graph-file.ts';
import { crashed, type GraphProcessOptions, graphError, startGraphProcess } from './graph-process.ts';
import { type BatchGuard, createGuard } from './guard.ts';
import { gatherOutputs, graphOutputNames } from './outputs.ts';
import { inferInSlices, type SliceRule, sliceRule } from './slices.ts';

export interface IsolatedGraphOptions extends Omit<GraphProcessOptions, 'load'> {
  /** What is no file yet becomes one below `scratch`. */
  readonly graph: GraphBytes;
  readonly signature: Signature;
  /** What the graph runs on. @default {the CPU} */
  readonly device?: Device | undefined;
  /** Makes the folder for the bytes of graphs. */
  readonly scratch: () => string;
  /** Threads of each process that share one operator. @default {1} */
  readonly threads?: number | undefined;
  /** Processes at most, as the load asks for. */
  readonly workers: number;
  readonly scaling?: ScalingRule | undefined;
}

/** An engine that tells how its processes are. */
export interface IsolatedGraph extends Engine {
  infer(batch: Batch, isWanted?: IsWanted): Promise<Outputs>;
  close(): Promise<void>;
  status(): WorkerPoolStatus;
}

const MAX_QUEUE = 64;
/** While no process is up, more requests than these are refused at once. */
const MAX_QUEUE_DOWN = 8;

/**
 * Runs a graph that others made in processes of its own, so that what takes all memory, aborts or never ends takes nobody
 * along. A process that ends fails the request that it held and is followed by the next, after a rest that grows.
 *
 * @throws GRAPH_NOT_LOADED, GRAPH_MEMORY, ENGINE_CRASHED. `infer` throws GRAPH_FAILED and INPUT_INVALID besides, ENGINE_BUSY,
 *   ENGINE_TIMEOUT, ENGINE_CLOSED
 */
export async function createIsolatedEngine(options: IsolatedGraphOptions): Promise<IsolatedGraph> {
  const { graph, scratch } = options;
  const { model, own } =
    typeof graph === 'string' ? { model: graph, own: null } : writeBelow(scratch(), graph);
  // An engine lives long: it keeps no bytes of its graph.
  const engine = new IsolatedEngine({ ...options, graph: model }, model, own);
  try {
    await engine.open();
  } catch (error) {
    await engine.close();
    throw graphError(error, options);
  }
  return engine;
}

/** The graph as a file in a new folder, of which nothing is left where it does not fit. */
function writeBelow(path: string, graph: GraphBytes): { readonly model: string; readonly own: string } {
  const own = mkdtempSync(join(path, 'graph-'));
  const model = join(own, 'model.onnx');
  try {
    writeGraph(model, graph);
    return { model, own };
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    throw error;
  }
}

class IsolatedEngine implements IsolatedGraph {
  readonly id = 'onnx';
  readonly #options: IsolatedGraphOptions;
  readonly #pool: WorkerPool;
  readonly #guard: BatchGuard;
  readonly #rule: SliceRule;
  /** Folder that goes with the engine, or null. */
  readonly #own: string | null;
  #plan = feedPlan([]);
  #closed: Promise<void> | null = null;

  constructor(options: IsolatedGraphOptions, model: string, own: string | null) {
    const { name, signature, threads, workers, scaling, callMillis, startMillis, device } = options;
    this.#options = options;
    this.#own = own;
    this.#guard = createGuard(signature);
    this.#rule = sliceRule(signature, []);
    const load = { model, threads, device, outputs: graphOutputNames(signature.outputs, null) };
    this.#pool = new WorkerPool({
      ...{ name, workers, scaling, batches: false, maxRows: 1, isRowwise: false, maxDeaths: 1 },
      ...{ waitMillis: callMillis, startMillis, maxQueue: MAX_QUEUE, maxQueueDown: MAX_QUEUE_DOWN },
      maxQueuedRows: Number.POSITIVE_INFINITY,
      start: () => this.#start({ ...options, load }),
      down: (reason) => crashed(name, reason, true),
    });
  }

  open(): Promise<void> {
    return this.#pool.open();
  }

  async infer(batch: Batch, isWanted?: IsWanted): Promise<Outputs> {
    this.#guard(batch);
    const { outputs } = this.#options.signature;
    return inferInSlices(batch, this.#rule, async (slice) => {
      const tensors = feedTensors(this.#plan, slice);
      const answer = await this.#ask({ kind: 'tensors', rows: slice.rows, tensors }, isWanted);
      return gatherOutputs(
        outputs,
        new Map(Object.entries(answer).map(([name, value]) => [name, elementAt(partTensorsOf(value), 0)])),
        null,
      );
    });
  }

  status(): WorkerPoolStatus {
    return this.#pool.status;
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.close().finally(() => {
      if (this.#own !== null) rmSync(this.#own, { recursive: true, force: true });
    });
    return this.#closed;
  }

  async #start(options: GraphProcessOptions): Promise<PythonWorker> {
    const worker = await startGraphProcess(options);
    void worker.ended.then((reason) => this.#ended(worker.pid, reason));
    const { inputs } = worker.ready.described;
    if (inputs?.form === 'tensors') this.#plan = feedPlan(inputs.tensors);
    return worker;
  }

  /** One that was closed has nothing to tell. */
  #ended(pid: number, reason: string): void {
    if (this.#closed !== null) return;
    this.#options.log?.(`the process of the graph ended: ${reason}; the next one follows`, 'stderr', pid);
  }

  async #ask(batch: Batch, isWanted?: IsWanted): Promise<Outputs> {
    try {
      return outputsFrom(await this.#pool.submit({ kind: 'infer', batch }, isWanted));
    } catch (error) {
      throw graphError(error, this.#options);
    }
  }
}
