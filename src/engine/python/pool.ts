import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { guarded } from '../../core/guarded.ts';
import { addAt } from '../../core/vector.ts';
import type { EngineStatus, IsWanted } from '../engine.ts';
import { type BatchingRule, type QueuedRequest, takeTogether } from './batching.ts';
import { PythonFailureError } from './failure.ts';
import { isDeadly, PoolSlot } from './pool-slot.ts';
import { PoolScaler, type ScalingRule } from './scaling.ts';
import { apart, rowsProblem, together, type WorkerAnswer, type WorkerTask, workRows } from './work.ts';
import type { PythonWorker } from './worker.ts';

export interface WorkerPoolOptions extends BatchingRule {
  readonly name: string;
  /** Workers at most; without a rule of scaling, always. */
  readonly workers: number;
  /** How their number follows the load. */
  readonly scaling?: ScalingRule | undefined;
  readonly start: () => Promise<PythonWorker>;
  /** Milliseconds that a request may wait for a worker, and more where none is kept and one has to be started for it. */
  readonly waitMillis: number;
  readonly startMillis: number;
  /** Requests that may wait, and their rows. */
  readonly maxQueue: number;
  readonly maxQueuedRows: number;
  /** Requests that may wait while no worker is up: each holds a place that others could have. @default {maxQueue} */
  readonly maxQueueDown?: number | undefined;
  /** Deaths of a worker after which a request is not asked again. @default {2} */
  readonly maxDeaths?: number | undefined;
  /** Whether every answer has a row for each row that was asked. @default {true} */
  readonly isRowwise?: boolean | undefined;
  /** The error of requests that no worker was there for. @default {PYTHON_WORKER_ENDED} */
  readonly down?: ((reason: string) => PlimsollError) | undefined;
}

/** What a pool is like at one moment, and what it has done so far. */
export interface WorkerPoolStatus extends EngineStatus {
  readonly waitingRows: number;
  /** Calls by the number of requests put together: 1, 2, up to 4, 8, … 128, and more. */
  readonly together: readonly number[];
  readonly pids: readonly number[];
}

interface Entry extends QueuedRequest {
  readonly since: number;
  readonly deaths: number;
  readonly isWanted: IsWanted;
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (error: Error) => void;
}

const MAX_DEATHS = 2;
const TOGETHER_CELLS = 9;
/** How often the number of workers is looked at. */
const SCALING_MILLIS = 250;

/** Workers of one version, and the requests that wait for them. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  #slots: readonly PoolSlot[];
  readonly #scaler: PoolScaler | null;
  #scaling: NodeJS.Timeout | undefined;
  /** Milliseconds that calls have taken together until `#countedAt`; those that are on their way count as they go. */
  #busyMillis = 0;
  #countedAt = performance.now();
  /** Restarts of workers that have left. */
  #pastRestarts = 0;
  /** Workers that go because they are not needed. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #queue: Entry[] = [];
  readonly #together = new Array<number>(TOGETHER_CELLS).fill(0);
  #queuedRows = 0;
  #inFlight = 0;
  #isScheduled = false;
  #isClosed = false;
  #drained: (() => void) | null = null;
  #waitTimer: NodeJS.Timeout | null = null;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    const { workers, scaling } = options;
    this.#scaler = scaling && scaling.min < workers ? new PoolScaler({ ...scaling, max: workers }) : null;
    const first = this.#scaler ? Math.max(1, scaling!.min) : workers;
    this.#slots = Array.from({ length: first }, () => this.#newSlot());
  }

  /** @throws what `startWorker` throws; then nothing is left running */
  async open(): Promise<void> {
    try {
      await Promise.all(this.#slots.map((slot) => slot.open()));
    } catch (error) {
      await this.close();
      throw error;
    }
    if (this.#scaler)
      this.#scaling = setInterval(
        guarded(() => this.#scale()),
        SCALING_MILLIS,
      ).unref();
  }

  get status(): WorkerPoolStatus {
    const up = this.#slots.flatMap(({ worker }) => worker ?? []);
    return {
      workers: this.#slots.length,
      up: up.length,
      restarts: this.#slots.reduce((sum, { restarts }) => sum + restarts, this.#pastRestarts),
      waiting: this.#queue.length,
      waitingRows: this.#queuedRows,
      together: [...this.#together],
      rss: up.map(({ rss }) => rss),
      sandbox: up[0]?.ready.layers ?? [],
      pids: up.map(({ pid }) => pid),
    };
  }

  /**
   * @throws PythonFailureError, PYTHON_WORKER_ENDED, ENGINE_TIMEOUT, ENGINE_BUSY, ENGINE_CLOSED, and INPUT_INVALID for rows
   *   that fit into no frame
   */
  submit(work: WorkerTask, isWanted: IsWanted = () => true): Promise<WorkerAnswer> {
    if (this.#isClosed) return Promise.reject(new PlimsollError('ENGINE_CLOSED'));
    const { maxQueue, maxQueuedRows, maxQueueDown = maxQueue } = this.#options;
    if (this.#queue.length >= maxQueueDown && this.#isDown()) return Promise.reject(this.#tooLate());
    const [found, rows] = [this.#queue.length, workRows(work)];
    if (found >= maxQueue || (found > 0 && this.#queuedRows + rows > maxQueuedRows))
      return Promise.reject(new PlimsollError('ENGINE_BUSY', { found, limit: maxQueue }));
    return new Promise((resolve, reject) => {
      const since = performance.now();
      this.#queue.push({ work, isWanted, isAlone: false, since, deaths: 0, resolve, reject });
      this.#queuedRows += rows;
      if (this.#slots.length === 0) this.#scale();
      this.#schedule();
    });
  }

  /** What waits is refused, what a worker has is answered; then the workers end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#scaling);
    for (const entry of this.#takeAll()) entry.reject(new PlimsollError('ENGINE_CLOSED'));
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    await Promise.all([...this.#slots.map((slot) => slot.close()), ...this.#leaving]);
  }

  #newSlot(): PoolSlot {
    return new PoolSlot({ start: this.#options.start, changed: () => this.#schedule() });
  }

  /** Has as many workers as the load asks for. */
  #scale(): void {
    this.#countBusy();
    const load = { now: this.#countedAt, busyMillis: this.#busyMillis, waiting: this.#queue.length };
    const [slots, up] = [this.#slots.length, this.#slots.filter(({ worker }) => worker !== null).length];
    const wanted = this.#scaler?.next({ ...load, inFlight: this.#inFlight, slots, up }) ?? slots;
    for (let more = slots; more < wanted; more++) this.#add();
    for (let fewer = slots; fewer > wanted; fewer--) this.#dismiss();
  }

  #add(): void {
    const slot = this.#newSlot();
    this.#slots = [...this.#slots, slot];
    slot.fill();
  }

  /** One without a call goes at once; where all are busy, the number stays until the next look. */
  #dismiss(): void {
    const slot = this.#slots.findLast(({ isBusy }) => !isBusy);
    if (slot === undefined) return;
    this.#slots = this.#slots.filter((other) => other !== slot);
    this.#pastRestarts += slot.restarts;
    const left = slot.close().finally(() => this.#leaving.delete(left));
    this.#leaving.add(left);
  }

  #countBusy(): void {
    const now = performance.now();
    this.#busyMillis += this.#inFlight * (now - this.#countedAt);
    this.#countedAt = now;
  }

  /** Requests that arrive in one turn of the loop are seen together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    const free = this.#slots.filter(({ isFree }) => isFree);
    if (free.length > 0) this.#drop(({ isWanted }) => !isWanted());
    for (const [index, slot] of free.entries()) {
      const entries = takeTogether(this.#queue, this.#options, free.length - index);
      if (entries.length === 0) break;
      this.#queuedRows -= entries.reduce((sum, { work }) => sum + workRows(work), 0);
      this.#run(slot, entries);
    }
    this.#watch();
  }

  #run(slot: PoolSlot, entries: readonly Entry[]): void {
    const works = entries.map(({ work }) => work);
    addAt(this.#together, Math.min(TOGETHER_CELLS - 1, 32 - Math.clz32(works.length - 1)));
    this.#countBusy();
    this.#inFlight++;
    slot
      .use((worker) => this.#ask(worker, together(works)))
      .then((answer) => {
        for (const [index, part] of apart(works, answer).entries()) elementAt(entries, index).resolve(part);
      })
      .catch((error: Error) => this.#failed(entries, error))
      .finally(() => {
        this.#countBusy();
        this.#inFlight--;
        if (this.#inFlight === 0) this.#drained?.();
      });
  }

  async #ask(worker: PythonWorker, work: WorkerTask): Promise<WorkerAnswer> {
    const answer = await worker.ask(work);
    const { isRowwise = true } = this.#options;
    const message = isRowwise ? rowsProblem(work, answer) : null;
    if (message === null) return answer;
    const nowhere = { at: null, missing: null, traceback: '', rss: worker.rss };
    throw new PythonFailureError({
      ...{ kind: 'error', id: 0, stage: 'output', type: 'ValueError', message },
      ...nowhere,
    });
  }

  /** Who was asked with others, or was in a worker that died for the first time, is asked once more, alone. */
  #failed(entries: readonly Entry[], error: Error): void {
    const { maxDeaths = MAX_DEATHS } = this.#options;
    const hasDied = isDeadly(error) && error.code !== 'ENGINE_TIMEOUT';
    // The one at fault may be asked first, and take all its time again, so the others may wait for twice as long.
    const since = performance.now() + this.#options.waitMillis;
    const again: Entry[] = [];
    for (const entry of entries) {
      const deaths = entry.deaths + (hasDied ? 1 : 0);
      const isOver = hasDied ? deaths >= maxDeaths : entries.length === 1;
      if (isOver) entry.reject(error);
      else if (this.#isClosed) entry.reject(new PlimsollError('ENGINE_CLOSED'));
      else again.push({ ...entry, since, isAlone: true, deaths });
    }
    this.#queue.unshift(...again);
    this.#queuedRows += again.reduce((sum, { work }) => sum + workRows(work), 0);
    this.#schedule();
  }

  /** Ends the wait of those that have waited for too long. */
  #watch(): void {
    const waitMillis = this.#patience();
    if (this.#waitTimer !== null || this.#queue.length === 0) return;
    const oldest = this.#queue.reduce(
      (since, entry) => Math.min(since, entry.since),
      Number.POSITIVE_INFINITY,
    );
    const rest = Math.max(1, oldest + waitMillis - performance.now());
    this.#waitTimer = setTimeout(() => {
      this.#waitTimer = null;
      const before = performance.now() - this.#patience();
      this.#drop(({ since }) => since <= before);
      this.#watch();
    }, rest);
  }

  /** Milliseconds that the oldest request may wait. */
  #patience(): number {
    const { waitMillis, startMillis, scaling } = this.#options;
    const isParked =
      scaling?.min === 0 && this.#slots.every(({ worker, failure }) => worker === null && failure === null);
    return isParked ? startMillis + waitMillis : waitMillis;
  }

  /** Those that wait for too long, and those that nobody waits for. */
  #drop(isGivenUp: (entry: Entry) => boolean): void {
    const given = this.#queue.filter(isGivenUp);
    if (given.length === 0) return;
    const left = this.#queue.filter((entry) => !given.includes(entry));
    this.#queue.splice(0, this.#queue.length, ...left);
    this.#queuedRows = left.reduce((sum, { work }) => sum + workRows(work), 0);
    for (const entry of given) entry.reject(this.#tooLate());
  }

  #isDown(): boolean {
    return this.#slots.every(({ worker, isBusy }) => worker === null && !isBusy);
  }

  #tooLate(): PlimsollError {
    const { name, waitMillis, maxQueue, down } = this.#options;
    if (this.#slots.some(({ worker }) => worker !== null))
      return new PlimsollError('ENGINE_BUSY', { found: this.#queue.length + 1, limit: maxQueue });
    const why = this.#slots.find(({ failure }) => failure !== null)?.failure?.message;
    const reason = `none was ready within ${waitMillis} ms${why === undefined ? '' : `, the last start failed: ${why}`}`;
    return (
      down?.(reason) ??
      new PlimsollError('PYTHON_WORKER_ENDED', { model: name, reason, retry: 1, isDown: true })
    );
  }

  #takeAll(): Entry[] {
    this.#queuedRows = 0;
    if (this.#waitTimer !== null) clearTimeout(this.#waitTimer);
    this.#waitTimer = null;
    return this.#queue.splice(0);
  }
}
