/** Answers that go on: server-sent events (HTML Standard §9.2), each with a whole answer as its data. */
import type { ServerResponse } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';

/** Streams at once: each takes one of the requests that may be under way to the control API. */
const STREAMS_MOST = 64;

/** What is sent to one who follows, until either side ends it. */
export class EventSubscription {
  readonly follow: (send: (answer: unknown) => void) => () => void;
  constructor(follow: EventSubscription['follow']) {
    this.follow = follow;
  }
}

/** The streams of one API. */
export class EventStreams {
  #open = 0;
  /** The newest answer, which is the same for all who follow, and its text. */
  #newest: { readonly answer: unknown; readonly text: string } | null = null;

  /**
   * Sends events until the client leaves, or may not follow any more. A client that reads too slowly misses some: the next one
   * tells all. Throws OVERLOADED.
   */
  start(
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
    { follow }: EventSubscription,
    mayFollow: () => boolean,
  ): void {
    if (this.#open >= STREAMS_MOST) {
      const what = 'event streams';
      throw new PlimsollError('OVERLOADED', { found: this.#open + 1, what, limit: STREAMS_MOST, retry: 10 });
    }
    this.#open += 1;
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    const end = follow((answer) => {
      if (!mayFollow()) response.end();
      else if (!response.writableNeedDrain) response.write(this.#eventOf(answer));
    });
    response.once('close', () => {
      this.#open -= 1;
      end();
    });
  }
  #eventOf(answer: unknown): string {
    if (this.#newest === null || this.#newest.answer !== answer)
      this.#newest = { answer, text: `data: ${JSON.stringify(answer)}\n\n` };
    return this.#newest.text;
  }
}
