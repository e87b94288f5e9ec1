import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Requests that may take longer to come than a server's `requestTimeout`. Node checks all connections alike, reports one
 * that is late once, as a `clientError`, and leaves it to the listener to close it: those that are here stay.
 */
export class UploadRequests {
  readonly #sockets = new WeakSet<Duplex>();

  /** Lets a request take its time, until it is answered; what its connection brings next is checked again. */
  admit({ socket }: IncomingMessage, response: ServerResponse): void {
    this.#sockets.add(socket);
    response.once('close', () => this.#sockets.delete(socket));
  }

  /** Whether an error of a connection is nothing but the lateness of a request that was admitted. */
  mayGoOn({ code }: NodeJS.ErrnoException, socket: Duplex): boolean {
    return code === 'ERR_HTTP_REQUEST_TIMEOUT' && this.#sockets.has(socket);
  }
}
