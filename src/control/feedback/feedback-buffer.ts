/** Takes feedback into the store, or keeps it on the disk of this server until the store is back. */

import { randomUUID } from 'node:crypto';
import { elementAt } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import { isStoreAway } from '../../store/away.ts';
import type { Feedback, FeedbackRow, Store, Tables } from '../../store/store.ts';
import type { IntervalScheduler } from '../rollouts/interval-scheduler.ts';
import { OutageLog } from '../rollouts/outage-log.ts';
import { CoalescingWriter } from './coalescing-writer.ts';
import type { FeedbackSpool, SpooledGroup } from './feedback-spool.ts';

export interface FeedbackBufferOptions {
  readonly store: Store;
  readonly logger: Logger;
  readonly now: () => number;
  readonly every: IntervalScheduler;
  /** Null where nothing can be kept here. */
  readonly spool: FeedbackSpool | null;
}

/** Rows that are written in one go. */
const BATCH_ITEMS_MAX = 10_000;
/** Milliseconds between two tries while something is kept, and after which a client is told to send again. */
const INTERVAL_MS = 1000;
const SEND_AGAIN = 5;
/** Status of the note that a group has been written, among the answers to repeated requests. */
const WRITTEN = 200;

export class FeedbackBuffer implements Pick<Feedback, 'insert'> {
  readonly #options: FeedbackBufferOptions;
  readonly #together: CoalescingWriter<FeedbackRow>;
  readonly #outage: OutageLog;
  readonly #end: () => Promise<void>;

  constructor(options: FeedbackBufferOptions) {
    this.#options = options;
    this.#outage = new OutageLog({
      logger: options.logger,
      begins: 'Feedback is kept on the disk of this server: the store is away',
      ends: 'Feedback that was kept has been written',
    });
    this.#together = new CoalescingWriter((rows) => this.#take(rows), BATCH_ITEMS_MAX);
    this.#end =
      options.spool === null ? () => Promise.resolve() : options.every(INTERVAL_MS, () => this.#drain());
  }

  /** Rows that wait to be taken. */
  get waiting(): number {
    return this.#together.waiting;
  }

  /** Something is kept here that the store does not have yet. */
  get isKeeping(): boolean {
    return this.#options.spool?.isEmpty === false;
  }

  /** Resolves once they are in the store or on the disk. Throws FEEDBACK_UNKEPT where they are neither. */
  insert(rows: readonly FeedbackRow[]): Promise<void> {
    return this.#together.add(rows);
  }

  async close(): Promise<void> {
    await this.#end();
  }

  async #take(rows: readonly FeedbackRow[]): Promise<void> {
    // What is kept comes first: of two labels of a request the later one counts.
    if (this.isKeeping) {
      this.#keep({ id: randomUUID(), isUncertain: false, rows }, 'earlier feedback is being written');
      return;
    }
    try {
      await this.#options.store.tables.feedback.insert(rows);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      const isUncertain = isPlimsollError(error) && error.code === 'STORE_UNAVAILABLE';
      this.#keep({ id: randomUUID(), isUncertain, rows }, messageOf(error));
    }
  }

  #keep(group: SpooledGroup, store: string): void {
    const { spool } = this.#options;
    try {
      if (spool === null) throw new RangeError('this process keeps none');
      spool.add(group);
    } catch (error) {
      const reason = messageOf(error);
      throw new PlimsollError('FEEDBACK_UNKEPT', { store, reason, retry: SEND_AGAIN });
    }
  }

  async #drain(): Promise<void> {
    const { spool, logger } = this.#options;
    if (spool === null || spool.isEmpty) return;
    try {
      await spool.drain(
        (group) => this.#write(group),
        () => logger.error({}, 'A group of feedback that was kept here is damaged, and left out'),
      );
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
  }

  #write(group: SpooledGroup): Promise<void> {
    const { store, now } = this.#options;
    return store.transaction((tables) => write(tables, group, Math.floor(now())));
  }
}

async function write({ idempotency, feedback }: Tables, group: SpooledGroup, at: number): Promise<void> {
  const key = `feedback/${group.id}`;
  if ((await idempotency.get(key)) !== null) return;
  await idempotency.put(key, key, WRITTEN, null, at);
  if (group.isUncertain && (await isThere(feedback, elementAt(group.rows, 0)))) return;
  await feedback.insert(group.rows);
}

/** A group is written whole or not at all: its first row, with the moment of its arrival, tells of all. */
async function isThere(feedback: Pick<Feedback, 'values'>, row: FeedbackRow): Promise<boolean> {
  const found = await feedback.values(row.endpoint, row.metric, row.at, row.at + 1);
  return found.some(
    ({ requestId, unit, value, receivedAt }) =>
      requestId === row.requestId &&
      unit === row.unit &&
      value === row.value &&
      receivedAt === row.receivedAt,
  );
}
