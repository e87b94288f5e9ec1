/** Answers that go on: server-sent events (HTML Standard §9.2), each with one document as its data. */
import type { ServerResponse } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';
import { endEvents } from '../event-responses.ts';

/** Streams at once: each takes one of the requests that may be under way to the control API. */
const STREAMS_MOST = 64;
/** Answers in a row that a client may miss: one that never reads takes nobody's place for long. */
const MISSED_MOST = 30;

/** Sends an answer, or what else an operation tells under the name of an event. */
export type SendEvent = (data: unknown, event?: string) => void;

/** What is sent to one who follows, until either side ends it. */
export class EventSubscription {
  readonly follow: (send: SendEvent) => () => void;
  constructor(follow: EventSubscription['follow']) {
    this.follow = follow;
  }
}

/** The streams of one API. */
export class EventStreams {
  #open = 0;
  /** The newest event, which is the same for all who follow, and its text. */
  #newest: { readonly data: unknown; readonly text: string } | null = null;

  /**
   * Sends events until the client leaves, or may not follow any more. A client that reads too slowly misses some: the next one
   * tells all. One that has read nothing for many of them is cut off. Throws OVERLOADED.
   */
  start(
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    { follow }: EventSubscription,
    mayFollow: () => boolean,
  ): void {
    if (response.destroyed) return; // it left before its turn came, and will not close again
    if (this.#open >= STREAMS_MOST) {
      const what = 'event streams';
      throw new PlimsollError('OVERLOADED', { found: this.#open + 1, what, limit: STREAMS_MOST, retry: 10 });
    }
    this.#open += 1;
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    let missed = 0;
    const end = follow((data, event) => {
      if (response.writableEnded) return; // its end is on the way
      missed = response.writableNeedDrain ? missed + 1 : 0;
      if (!mayFollow() || missed > MISSED_MOST) endEvents(response);
      else if (missed === 0) response.write(this.#textOf(data, event));
    });
    response.once('close', () => {
      this.#open -= 1;
      end();
    });
  }

  #textOf(data: unknown, event?: string): string {
    if (this.#newest === null || this.#newest.data !== data) {
      const name = event === undefined ? '' : `event: ${event}\n`;
      this.#newest = { data, text: `${name}data: ${JSON.stringify(data)}\n\n` };
    }
    return this.#newest.text;
  }
}
