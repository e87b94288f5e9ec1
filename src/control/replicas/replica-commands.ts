/**
 * Orders between replicas: who does not own the rollouts writes down what a person wants, who owns them does it and
 * answers. Done once: the event and the note that it was written are one transaction; a repetition finds the note.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../core/actor.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Clock, Logger } from '../../core/ports.ts';
import type { OrderRow } from '../../store/replicas.ts';
import type { RolloutRow, Store } from '../../store/store.ts';
import type { RolloutCommand } from '../port.ts';

export type ReplicaCommand =
  | { readonly kind: 'begin'; readonly row: RolloutRow }
  | {
      readonly kind: 'command';
      readonly rollout: string;
      readonly command: RolloutCommand;
      readonly actor: Actor;
    }
  | { readonly kind: 'rest'; readonly rollout: string; readonly version: number; readonly actor: Actor };

type Obey = (order: ReplicaCommand, id: string) => Promise<void>;

/** Error that an order came to, as it is kept. */
type Answer = { readonly error: Parameters<typeof PlimsollError.from>[0] | null };

/** Milliseconds that an answer is waited for, and between two looks. */
const ANSWER_MAX = 5000;
const LOOK_EVERY = 50;
/** Most orders that are read at once. */
const AT_ONCE = 100;

export class ReplicaCommands {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Those that are being obeyed. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor({ store, clock, logger }: { store: Store; clock: Clock; logger: Logger }) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * Resolves once the owner has done it, or has at least written it down and takes its time. Throws what it threw;
   * ROLLOUTS_UNOWNED, and nothing was done, where no owner has taken it within five seconds.
   */
  async send(order: ReplicaCommand): Promise<void> {
    const id = randomUUID();
    const { orders } = this.#store.tables;
    const by = order.kind === 'begin' ? order.row.by : order.actor.by;
    await orders.insert({ id, kind: order.kind, body: order, by, at: this.#clock.now() });
    if (settled(await this.#answer(id))) return;
    if (await orders.withdraw(id))
      throw new PlimsollError('ROLLOUTS_UNOWNED', {
        reason: `no server that owns them has answered within ${ANSWER_MAX / 1000} s; nothing was done`,
      });
    settled(await orders.get(id));
  }

  /** Obeys what is open, each order once at a time, without waiting for the end. Throws what the store throws. */
  async execute(obey: Obey): Promise<void> {
    for (const row of await this.#store.tables.orders.open(AT_ONCE)) {
      if (this.#underWay.has(row.id)) continue;
      const doing = this.#do(row, obey).finally(() => this.#underWay.delete(row.id));
      this.#underWay.set(row.id, doing);
    }
  }

  /** Resolves once nothing is under way. */
  async rest(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  async #answer(id: string): Promise<OrderRow | null> {
    const { orders } = this.#store.tables;
    const end = performance.now() + ANSWER_MAX;
    for (;;) {
      const row = await orders.get(id);
      if (row?.answer !== null || performance.now() > end) return row;
      await sleep(LOOK_EVERY);
    }
  }

  /** Never rejects: what cannot be answered is found open again. */
  async #do({ id, body, written }: OrderRow, obey: Obey): Promise<void> {
    try {
      const answer = written ? DONE : await answerOf(() => obey(body as ReplicaCommand, id));
      await this.#store.tables.orders.answer(id, answer);
    } catch (error) {
      this.#logger.error({ err: error, order: id }, 'An order of another replica cannot be answered now');
    }
  }
}

const DONE: Answer = { error: null };

/** A lost ownership is no answer: the next owner gives one. */
async function answerOf(work: () => Promise<void>): Promise<Answer> {
  try {
    await work();
    return DONE;
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    if (error.code === 'ROLLOUTS_UNOWNED') throw error;
    return { error: { code: error.code, details: error.details } };
  }
}

/** Whether the order has come to something; throws the error that it has come to. */
function settled(row: OrderRow | null): boolean {
  const answer = (row?.answer ?? null) as Answer | null;
  if (answer?.error) throw PlimsollError.from(answer.error);
  return answer !== null;
}
