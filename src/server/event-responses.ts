import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlimsollError } from '../core/errors.ts';

export const wantsEvents = (accept: string | undefined): boolean =>
  accept?.includes('text/event-stream') ?? false;

/** Answers that go on until their clients leave: a server that stops would wait for them, so that it ends them. */
export class EventResponses {
  readonly #open = new Set<ServerResponse>();
  #isEnded = false;

  /** Notes the answer to a request for events. Throws STOPPING where no more are begun. */
  admit({ headers }: IncomingMessage, response: ServerResponse): void {
    if (!wantsEvents(headers.accept)) return;
    if (this.#isEnded) throw new PlimsollError('STOPPING');
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
  }

  /** Ends those that have begun; one that is refused, or not answered yet, comes to its end by itself. */
  end(): void {
    this.#isEnded = true;
    for (const response of this.#open) if (response.headersSent) endEvents(response);
  }
}

/** A client that has not read what was sent would never come to an end of its own: it is cut off. */
export function endEvents(response: ServerResponse): void {
  if (response.writableLength > 0) response.destroy();
  else response.end();
}
