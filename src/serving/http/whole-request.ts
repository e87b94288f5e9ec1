import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WholeHead } from './whole-head.ts';

/** A prediction request, as a stream or in one piece. */
export type PredictionRequest = IncomingMessage | WholeRequest;

/** A request that came in one piece, its body with it; what `IncomingMessage` is of those that come as a stream. */
export class WholeRequest {
  readonly method = 'POST';
  readonly complete = true;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  readonly body: Buffer;

  constructor({ url, headers }: WholeHead, body: Buffer, socket: Socket) {
    this.url = url;
    this.headers = headers;
    this.socket = socket;
    this.body = body;
  }
}
