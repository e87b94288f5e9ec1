import type { ExplanationSettings } from '../../config/explanation-settings.ts';
import { Backoff } from '../../core/backoff.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { Batch } from '../../model/batch.ts';
import { type ChildProcess, startNode } from '../../process/child-process.ts';
import type { ExplainedVersion } from '../../registry/explained-bundle.ts';
import type { ExplanationAsk } from './explanation-ask.ts';
import type { ExplanationOutcome, MadeExplanation } from './explanation-outcome.ts';
import { tooLargeToExplain } from './explanation-size.ts';
import type { ExplainOrder, ExplainReply, RowPlaces } from './messages.ts';
import { PreparedWays } from './prepared-ways.ts';

/** Rows whose answer is to be explained. */
export interface ExplanationTask {
  readonly version: ExplainedVersion;
  readonly batch: Batch;
  readonly ask: ExplanationAsk;
  /** Where the rows stand in their request; null where they are all of it. @default {null} */
  readonly places?: RowPlaces | null;
  /** Rows of the request that are captured. @default {none} */
  readonly noted?: readonly number[];
  /** Milliseconds from now on that the request itself may take. */
  readonly patience: number;
  /** Whether anybody still waits for it. */
  readonly isWanted: () => boolean;
}

interface Waiting extends Pick<ExplanationTask, 'isWanted'> {
  readonly order: ExplainOrder;
  /** `performance.now()` when it came, and after which the request itself is too late. */
  readonly cameAt: number;
  readonly wantedUntil: number;
  /** Milliseconds that it may take in all. */
  limit: number;
  /** Whether it waits for what is made once. */
  isPatient: boolean;
  timer: NodeJS.Timeout | undefined;
  readonly settle: (outcome: ExplanationOutcome) => void;
}

export interface ExplanationServiceOptions {
  readonly settings: ExplanationSettings;
  readonly logger: Logger;
  /** The program of the process. */
  readonly entry?: URL | undefined;
  /** Milliseconds that one request may be explained beyond what it is waited for. @default {20,000} */
  readonly graceMillis?: number | undefined;
}

/** Milliseconds that making an explainer may take at most, and explaining one request beyond what it is waited for. */
const MOST_PREPARING = 120_000;
const GRACE = 20_000;
const PREPARING = 'what explains this version was being made, and is kept for those who ask again';
const EXPLAINING = 'its rows were being explained';
const RESTART = { firstMillis: 500, maxMillis: 30_000 };
/** What JavaScript's heap may have of the memory; tables of trees lie outside of it. */
const HEAP_SHARE = 0.75;

/**
 * Explains answers in a process of its own, one request after the other. The process starts with the first request, runs when
 * nothing else wants the processor, and ends when it has had nothing to do. What waits is bounded in number, size and time; beyond
 * that, an answer goes out without its explanation. An explainer that is made too late is there for those who ask again.
 */
export class ExplanationService {
  readonly #settings: ExplanationSettings;
  readonly #logger: Logger;
  readonly #entry: URL;
  readonly #graceMillis: number;
  readonly #backoff = new Backoff(RESTART);
  readonly #queue: Waiting[] = [];
  #running: Waiting | null = null;
  /** What is done for it, in words. */
  #stage = PREPARING;
  /** Ends what takes for ever. */
  #guard: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #child: ChildProcess | null = null;
  /** What that process has made already. */
  readonly #ways = new PreparedWays();
  /** `performance.now()` before which no process is started, since the last one ended, and why it did. */
  #restUntil = 0;
  #reason = '';
  #lastId = 0;
  #isClosed = false;

  constructor({ settings, logger, entry, graceMillis = GRACE }: ExplanationServiceOptions) {
    this.#settings = settings;
    this.#graceMillis = graceMillis;
    this.#logger = logger;
    this.#entry = entry ?? new URL('./explain.child.ts', import.meta.url);
  }

  /** Never rejects: what stands in the way is the outcome. */
  explain(request: ExplanationTask): Promise<ExplanationOutcome> {
    const refused = this.#refusal(request);
    if (refused !== null) return Promise.resolve({ kind: 'missing', error: refused });
    const { version, batch, ask, places = null, noted = [], patience, isWanted } = request;
    const { bundle, model, version: number } = version;
    const order = { id: ++this.#lastId, bundle, model, version: number, batch, places, noted, ...ask };
    return new Promise((settle) => {
      const cameAt = performance.now();
      const timed = { cameAt, wantedUntil: cameAt + patience, limit: 0, isPatient: false, timer: undefined };
      const waiting: Waiting = { order, ...timed, isWanted, settle };
      this.#allow(waiting, this.#settings.timeoutMillis, () => this.#patient(waiting));
      this.#queue.push(waiting);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#child?.kill();
    await this.#child?.ended;
  }

  #refusal({ version: { model }, batch }: ExplanationTask): PlimsollError | null {
    const large = tooLargeToExplain(batch, model, this.#settings);
    if (large !== null) return large.error;
    const { maxQueue } = this.#settings;
    const found = this.#queue.length;
    if (found >= maxQueue) return new PlimsollError('EXPLANATION_BUSY', { model, found, limit: maxQueue });
    const rest = this.#restUntil - performance.now();
    return this.#isClosed || rest > 0 ? this.#crashed(model, this.#reason, rest) : null;
  }

  #crashed(model: string, reason: string, rest: number): PlimsollError {
    return new PlimsollError('EXPLANATION_CRASHED', {
      model,
      reason,
      retry: Math.ceil(Math.max(0, rest) / 1000),
    });
  }

  /** Gives it so many milliseconds from now on, or what its request has left. */
  #allow(waiting: Waiting, millis: number, over: () => void): void {
    const now = performance.now();
    const left = Math.max(1, Math.round(Math.min(millis, waiting.wantedUntil - now)));
    waiting.limit = Math.round(now - waiting.cameAt) + left;
    clearTimeout(waiting.timer);
    waiting.timer = setTimeout(over, left);
  }

  /** While what explains a version is made, which happens once, those who wait for the process are given more time. */
  #patient(waiting: Waiting): void {
    const { preparingMillis } = this.#settings;
    const isPreparing = this.#running !== null && this.#stage === PREPARING;
    waiting.isPatient = isPreparing && preparingMillis > 0 && performance.now() < waiting.wantedUntil;
    if (waiting.isPatient) this.#allow(waiting, preparingMillis, () => this.#late(waiting));
    else this.#late(waiting);
  }

  /** From here on they have the usual time. */
  #prepared(): void {
    this.#stage = EXPLAINING;
    this.#limit(this.#settings.timeoutMillis + this.#graceMillis);
    for (const waiting of this.#running === null ? [] : [this.#running, ...this.#queue]) {
      if (!waiting.isPatient) continue;
      waiting.isPatient = false;
      this.#allow(waiting, this.#settings.timeoutMillis, () => this.#patient(waiting));
    }
  }

  #late(waiting: Waiting): void {
    const { order, limit } = waiting;
    const reason = this.#running === waiting ? this.#stage : 'others were before it';
    this.#settle(waiting, new PlimsollError('EXPLANATION_LATE', { model: order.model, limit, reason }));
    const at = this.#queue.indexOf(waiting);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  #settle({ timer, settle }: Waiting, outcome: MadeExplanation | PlimsollError): void {
    clearTimeout(timer);
    settle(outcome instanceof PlimsollError ? { kind: 'missing', error: outcome } : outcome);
  }

  #next(): void {
    while (this.#running === null) {
      const next = this.#queue.shift();
      if (next === undefined) {
        this.#rest();
        return;
      }
      if (!next.isWanted()) {
        clearTimeout(next.timer);
        continue;
      }
      clearTimeout(this.#idle);
      this.#running = next;
      const isReady = this.#child !== null && this.#ways.has(next.order);
      this.#stage = isReady ? EXPLAINING : PREPARING;
      this.#limit(isReady ? this.#settings.timeoutMillis + this.#graceMillis : MOST_PREPARING);
      this.#child ??= this.#start();
      this.#child.send(next.order);
    }
  }

  #start(): ChildProcess {
    const { memoryBytes } = this.#settings;
    const heap = Math.ceil((memoryBytes * HEAP_SHARE) / 2 ** 20);
    const execArgv = [`--max-old-space-size=${heap}`];
    const child = startNode(this.#entry, { execArgv, memoryBytes, isSacrificed: true });
    this.#ways.clear();
    child.hold(false);
    child.onMessage((reply) => this.#hear(reply as ExplainReply));
    void child.ended.then(({ reason }) => this.#ended(child, reason));
    return child;
  }

  #hear(reply: ExplainReply): void {
    const running = this.#running;
    if (running?.order.id !== reply.id) return;
    if (reply.kind === 'prepared') {
      this.#ways.add(running.order);
      this.#prepared();
      return;
    }
    this.#free();
    this.#backoff.reset();
    this.#settle(running, reply.kind === 'explained' ? reply.explanation : PlimsollError.from(reply.error));
    this.#next();
  }

  #limit(millis: number): void {
    clearTimeout(this.#guard);
    this.#guard = setTimeout(() => this.#child?.kill(`it took more than ${millis} ms`), millis).unref();
  }

  #free(): void {
    clearTimeout(this.#guard);
    this.#running = null;
  }

  /** Nothing waits: the process goes where that stays so. */
  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#dismiss(), this.#settings.idleMillis).unref();
  }

  /** The next one starts with the next request. */
  #dismiss(): void {
    const child = this.#child;
    this.#child = null;
    child?.kill();
  }

  /** All that wait for a process that ended by itself go without: it may have been any of them. */
  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const pause = this.#backoff.fail();
    this.#restUntil = performance.now() + pause;
    this.#reason = reason;
    const { model } = this.#running?.order ?? { model: '' };
    if (!this.#isClosed) this.#logger.warn({ model, reason }, 'the process that explains answers ended');
    const lost = [...(this.#running === null ? [] : [this.#running]), ...this.#queue.splice(0)];
    this.#free();
    for (const waiting of lost) this.#settle(waiting, this.#crashed(waiting.order.model, reason, pause));
  }
}
