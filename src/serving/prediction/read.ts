import { PlimsollError } from '../../core/errors.ts';
import { networkOf } from '../../core/network.ts';
import { BodyBuffer, bodyTooLarge, contentEncodingOf, releaseBuffer } from '../http/body-buffer.ts';
import type { BodyDecompressor } from '../http/decompressor.ts';
import { FastPathRequest, type PredictionRequest } from '../http/fast-path/request.ts';
import type { HttpLimits } from '../http/limits.ts';
import type { IncomingBody, ReceiveSlots } from '../http/receive-slots.ts';
import type { ServingMetrics } from '../metrics/serving-metrics.ts';

/** Who wants the body. */
export interface BodyConsumer {
  /** The whole body is there, without its content encoding. */
  received(bytes: Buffer): void;
  refuse(error: unknown): void;
  /** The client has left before its body was there. */
  cancel(): void;
  /** The body is there and has to be decompressed: the client may leave meanwhile. */
  watch(): void;
}

/** What all requests share. */
export interface BodyServices {
  readonly limits: HttpLimits;
  readonly metrics: ServingMetrics;
  readonly decompressor: BodyDecompressor;
  readonly receiving: ReceiveSlots;
}

/** Takes in the body of one request under the limits of the server. */
export class BodyReader implements IncomingBody {
  readonly #reception: BodyServices;
  readonly #request: PredictionRequest;
  readonly #receiver: BodyConsumer;
  readonly #body: BodyBuffer;
  /** Bytes that are counted as held. */
  #held = 0;
  /** Takes the body back from those that wait to be decompressed. */
  #withdraw: (() => boolean) | null = null;
  #isOver = false;
  #peer: string | undefined;
  /** `performance.now()` when its headers were there. */
  readonly startedAt: number;
  /** `performance.now()` when its last byte was there; 0 before. */
  completeAt = 0;

  constructor(
    reception: BodyServices,
    request: PredictionRequest,
    receiver: BodyConsumer,
    startedAt: number,
  ) {
    this.#reception = reception;
    this.startedAt = startedAt;
    this.#request = request;
    this.#receiver = receiver;
    this.#body = new BodyBuffer(reception.limits.maxBodyBytes);
  }

  get peer(): string {
    this.#peer ??= networkOf(this.#request.socket.remoteAddress);
    return this.#peer;
  }

  get received(): number {
    return this.#body.size;
  }

  refuse(error: PlimsollError): void {
    this.#receiver.refuse(error);
  }

  /** Throws BODY_TOO_LARGE where the body is announced as such. */
  start(): void {
    const { maxBodyBytes: maxBody } = this.#reception.limits;
    const request = this.#request;
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > maxBody) throw bodyTooLarge(length, maxBody);
    if (request instanceof FastPathRequest) {
      this.#body.add(request.body);
      this.#hold(request.body.length);
      this.#complete();
      return;
    }
    this.#reception.receiving.enter(this);
    request.on('data', (chunk: Buffer) => this.#receive(chunk));
    request.on('end', () => this.#complete());
    request.on('error', () => this.#receiver.cancel());
  }

  /** The request has ended: nothing is held for it any more, and nobody called. */
  release(): void {
    this.#isOver = true;
    this.#reception.receiving.leave(this);
    this.#withdraw?.();
    // What has not been handed to anybody is wanted by nobody.
    if (this.completeAt === 0) this.#body.giveUp();
    this.#reception.metrics.buffered -= this.#held;
    this.#held = 0;
  }

  #receive(chunk: Buffer): void {
    try {
      this.#body.add(chunk);
      this.#hold(chunk.length);
    } catch (error) {
      this.#receiver.refuse(error);
    }
  }

  /** Throws OVERLOADED. */
  #hold(bytes: number): void {
    const { metrics, limits } = this.#reception;
    this.#held += bytes;
    metrics.buffered += bytes;
    if (metrics.buffered > limits.maxBufferedBytes)
      throw overloadedError(metrics.buffered, BUFFERED, limits.maxBufferedBytes);
  }

  #complete(): void {
    this.completeAt = performance.now();
    this.#reception.receiving.leave(this);
    try {
      checkInFlight(this.#reception);
    } catch (error) {
      this.#receiver.refuse(error);
      return;
    }
    const bytes = this.#body.bytes();
    const encoding = contentEncodingOf(this.#request);
    if (encoding === null) {
      this.#receiver.received(bytes);
      return;
    }
    this.#receiver.watch();
    this.#withdraw = this.#reception.decompressor.submit(
      bytes,
      encoding,
      (plain) => this.#decompressed(plain),
      (error) => this.#receiver.refuse(error),
    );
  }

  #decompressed(bytes: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#hold(bytes.length);
      this.#receiver.received(bytes);
    } catch (error) {
      releaseBuffer(bytes);
      this.#receiver.refuse(error);
    }
  }
}

/** Bodies that are being received hold no place among the requests in flight. Throws OVERLOADED. */
export function checkInFlight({ limits: { maxInFlight }, metrics }: BodyServices): void {
  const found = metrics.inFlight - metrics.receiving;
  if (found > maxInFlight) throw overloadedError(found, 'requests in flight', maxInFlight);
}

/** What `maxBuffered` limits. */
export const BUFFERED = 'bytes of bodies and answers';

export const overloadedError = (found: number, what: string, limit: number): PlimsollError =>
  new PlimsollError('OVERLOADED', { found, what, limit, retry: 1 });
