import type { PlimsollError } from '../../core/errors.ts';
import { networkOf } from '../../core/network.ts';
import { BodyBuffer, bodyTooLarge, contentEncodingOf, releaseBuffer } from '../http/body-buffer.ts';
import { FastPathRequest, type PredictionRequest } from '../http/fast-path/request.ts';
import type { IncomingBody } from '../http/receive-slots.ts';
import { BUFFERED, checkInFlight, overloadedError } from './capacity.ts';
import { chooseVersion } from './choose.ts';
import type { HeldBody, PredictionContext } from './context.ts';
import { decodeBody } from './decode.ts';
import { refusePrediction } from './refuse.ts';
import { cancelPrediction, watchClient } from './release.ts';
import type { BodyServices } from './services.ts';

/** What becomes of the body of one request, `T`; the same object for all requests. */
export interface BodySteps<T> {
  /** The whole body is there, without its content encoding; its last byte came at `completeAt`. */
  received(request: T, bytes: Buffer, completeAt: number): void;
  refuse(request: T, error: unknown): void;
  /** The client has left before its body was there. */
  cancel(request: T): void;
  /** The body is there and has to be decompressed: the client may leave meanwhile. */
  watch(request: T): void;
}

/** Takes in the body of one request under the limits of the server. */
export class BodyReader<T> implements IncomingBody, HeldBody {
  readonly #services: BodyServices;
  readonly #request: PredictionRequest;
  readonly #steps: BodySteps<T>;
  readonly #subject: T;
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
    services: BodyServices,
    request: PredictionRequest,
    startedAt: number,
    steps: BodySteps<T>,
    subject: T,
  ) {
    this.#services = services;
    this.#request = request;
    this.startedAt = startedAt;
    this.#steps = steps;
    this.#subject = subject;
    this.#body = new BodyBuffer(services.limits.maxBodyBytes);
  }

  get peer(): string {
    this.#peer ??= networkOf(this.#request.socket.remoteAddress);
    return this.#peer;
  }

  get received(): number {
    return this.#body.size;
  }

  refuse(error: PlimsollError): void {
    this.#steps.refuse(this.#subject, error);
  }

  /** Throws BODY_TOO_LARGE where the body is announced as such. */
  start(): void {
    const { maxBodyBytes: maxBody } = this.#services.limits;
    const request = this.#request;
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > maxBody) throw bodyTooLarge(length, maxBody);
    if (request instanceof FastPathRequest) {
      this.#body.add(request.body);
      this.#hold(request.body.length);
      this.#complete();
      return;
    }
    this.#services.receiving.enter(this);
    request.on('data', (chunk: Buffer) => this.#receive(chunk));
    request.on('end', () => this.#complete());
    request.on('error', () => this.#steps.cancel(this.#subject));
  }

  /** The request has ended: nothing is held for it any more, and nobody called. */
  release(): void {
    this.#isOver = true;
    this.#services.receiving.leave(this);
    this.#withdraw?.();
    // What has not been handed to anybody is wanted by nobody.
    if (this.completeAt === 0) this.#body.giveUp();
    this.#services.metrics.buffered -= this.#held;
    this.#held = 0;
  }

  #receive(chunk: Buffer): void {
    try {
      this.#body.add(chunk);
      this.#hold(chunk.length);
    } catch (error) {
      this.#steps.refuse(this.#subject, error);
    }
  }

  /** Throws OVERLOADED. */
  #hold(bytes: number): void {
    const { metrics, limits } = this.#services;
    this.#held += bytes;
    metrics.buffered += bytes;
    if (metrics.buffered > limits.maxBufferedBytes)
      throw overloadedError(metrics.buffered, BUFFERED, limits.maxBufferedBytes);
  }

  #complete(): void {
    this.completeAt = performance.now();
    this.#services.receiving.leave(this);
    try {
      checkInFlight(this.#services);
    } catch (error) {
      this.#steps.refuse(this.#subject, error);
      return;
    }
    const bytes = this.#body.bytes();
    const encoding = contentEncodingOf(this.#request);
    if (encoding === null) {
      this.#steps.received(this.#subject, bytes, this.completeAt);
      return;
    }
    this.#steps.watch(this.#subject);
    this.#withdraw = this.#services.decompressor.submit(
      bytes,
      encoding,
      (plain) => this.#decompressed(plain),
      (error) => this.#steps.refuse(this.#subject, error),
    );
  }

  #decompressed(bytes: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#hold(bytes.length);
      this.#steps.received(this.#subject, bytes, this.completeAt);
    } catch (error) {
      releaseBuffer(bytes);
      this.#steps.refuse(this.#subject, error);
    }
  }
}

const STEPS: BodySteps<PredictionContext> = {
  received,
  refuse: refusePrediction,
  cancel: cancelPrediction,
  watch: watchClient,
};

/** The second stage: reads the body, then goes on with it. Throws BODY_TOO_LARGE where it is announced as such. */
export function readBody(context: PredictionContext): void {
  const { services, request, startedAt } = context;
  const reader = new BodyReader(services, request, startedAt, STEPS, context);
  context.body = reader;
  reader.start();
}

function received(context: PredictionContext, bytes: Buffer, completeAt: number): void {
  if (context.isOver) return;
  context.bodyBytes = bytes.length;
  context.completeAt = completeAt;
  context.work?.received(bytes.length, completeAt);
  try {
    chooseVersion(context, bytes);
    decodeBody(context, bytes);
  } catch (error) {
    refusePrediction(context, error);
  }
}
