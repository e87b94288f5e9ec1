import { PlimsollError } from '../core/errors.ts';
import { type ChildProcess, type NodeOptions, startNode } from './child-process.ts';
import { type ErrorMessage, toErrorMessage } from './messages.ts';

export interface ChildOrdersOptions extends Required<Pick<NodeOptions, 'execArgv' | 'memoryBytes'>> {
  /** `new URL('./x.child.ts', import.meta.url)`, so that the build finds it. */
  readonly entry: URL;
  /** Milliseconds that one order may take, and without an order after which the process ends. */
  readonly limitMillis: number;
  readonly idleMillis: number;
  /** Orders that may wait. */
  readonly maxQueue: number;
  /** The errors of an order that is one too many, takes too long, or whose process ended. */
  busy(found: number): PlimsollError;
  late(): PlimsollError;
  ended(reason: string): PlimsollError;
}

interface WaitingOrder {
  readonly id: number;
  readonly order: object;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type OrderReply = { readonly id: number } & (
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
);

/**
 * A process that does one order after the other, and keeps what it has read for the next: it starts with the first order and ends
 * when it has had nothing to do. An order that takes too long ends it; the next one has a new process.
 */
export class ChildOrders {
  readonly #options: ChildOrdersOptions;
  readonly #queue: WaitingOrder[] = [];
  #running: WaitingOrder | null = null;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  constructor(options: ChildOrdersOptions) {
    this.#options = options;
  }

  /** Of the process that is there; undefined where there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What the process answers. Throws what it throws, and the errors of the options. */
  do<Result>(order: object): Promise<Result> {
    const found = this.#queue.length;
    if (found >= this.#options.maxQueue) return Promise.reject(this.#options.busy(found));
    return new Promise((resolve, reject) => {
      const settle = resolve as (result: unknown) => void;
      this.#queue.push({ id: ++this.#lastId, order, resolve: settle, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    // Of a command nothing else may keep the process until its end is heard of.
    this.#child?.hold(true);
    this.#child?.kill();
    await this.#child?.ended;
  }

  #next(): void {
    if (this.#running !== null) return;
    const { limitMillis, idleMillis } = this.#options;
    const next = this.#queue.shift();
    clearTimeout(this.#timer);
    if (next === undefined) {
      this.#timer = setTimeout(() => this.#dismiss(), idleMillis).unref();
      return;
    }
    this.#running = next;
    this.#timer = setTimeout(() => this.#late(), limitMillis).unref();
    this.#child ??= this.#start();
    this.#child.send({ id: next.id, order: next.order });
  }

  #start(): ChildProcess {
    const { entry, execArgv, memoryBytes } = this.#options;
    const child = startNode(entry, { execArgv, memoryBytes, isSacrificed: true });
    child.hold(false);
    child.onMessage((reply) => this.#hear(reply as OrderReply));
    void child.ended.then(({ reason }) => this.#ended(child, reason));
    return child;
  }

  #hear(reply: OrderReply): void {
    const running = this.#running;
    if (running?.id !== reply.id) return;
    this.#running = null;
    if (reply.kind === 'done') running.resolve(reply.result);
    else running.reject(PlimsollError.from(reply.error));
    this.#next();
  }

  #late(): void {
    const running = this.#running;
    this.#dismiss();
    this.#running = null;
    running?.reject(this.#options.late());
    this.#next();
  }

  /** The next process starts with the next order. */
  #dismiss(): void {
    const child = this.#child;
    this.#child = null;
    child?.kill();
  }

  /** What waits is done by the next process: it was the running order that this one ended of. */
  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const running = this.#running;
    this.#running = null;
    running?.reject(this.#options.ended(reason));
    this.#next();
  }
}

/** The other side: does what it is asked for, one after the other, until whoever asks is gone. */
export function answerChildOrders<Order>(action: string, work: (order: Order) => Promise<unknown>): void {
  const say = (reply: OrderReply): void => void process.send?.(reply, undefined, undefined, () => undefined);
  process.once('disconnect', () => process.exit(0));
  // A terminal sends its Ctrl-C to every process of the command; what it means is for the parent to say.
  process.on('SIGINT', () => undefined);
  process.on('message', ({ id, order }: { readonly id: number; readonly order: Order }) => {
    work(order).then(
      (result) => say({ id, kind: 'done', result }),
      (error: unknown) => say({ id, kind: 'refused', error: toErrorMessage(error, action) }),
    );
  });
}
