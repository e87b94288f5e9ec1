import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastPathHead } from './request-head.ts';

/** A prediction request, as a stream or in one piece. */
export type PredictionRequest = IncomingMessage | FastPathRequest;

/** A request that arrived in one piece with its body; the counterpart of `IncomingMessage`. */
export class FastPathRequest {
  readonly method = 'POST';
  readonly complete = true;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
  readonly body: Buffer;

  constructor({ url, headers }: FastPathHead, body: Buffer, socket: Socket) {
    this.url = url;
    this.headers = headers;
    this.socket = socket;
    this.body = body;
  }
}
