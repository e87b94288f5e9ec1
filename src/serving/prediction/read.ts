import type { IncomingMessage } from 'node:http';
import type { PlimsollError } from '../../core/errors.ts';
import { networkOf } from '../../core/network.ts';
import { releaseBuffer } from '../../core/release-buffer.ts';
import { BodyBuffer, bodyTooLarge, contentEncodingOf } from '../http/body-buffer.ts';
import { FastPathRequest } from '../http/fast-path/request.ts';
import type { IncomingBody } from '../http/receive-slots.ts';
import { BUFFERED, checkInFlight, overloadedError } from './capacity.ts';
import { chooseVersion } from './choose.ts';
import type { HeldBody, PredictionContext } from './context.ts';
import { decodeBody } from './decode.ts';
import { refusePrediction } from './refuse.ts';
import { cancelPrediction, watchClient } from './release.ts';
import type { BodyServices } from './services.ts';

/** Callbacks for the body of a request `T`. One object serves all requests, so that none needs closures. */
export interface BodySteps<T> {
  /** The body is complete and decompressed; its last byte arrived at `completeAt`. */
  received(request: T, bytes: Buffer, completeAt: number): void;
  refuse(request: T, error: unknown): void;
  /** The client disconnected before the body was complete. */
  cancel(request: T): void;
  /** The body is complete and is being decompressed: the client may disconnect meanwhile. */
  watch(request: T): void;
}

/** Reads the body of one request under the limits of the server. */
export class BodyReader<T> implements IncomingBody, HeldBody {
  readonly #services: BodyServices;
  readonly #request: IncomingMessage;
  readonly #steps: BodySteps<T>;
  readonly #subject: T;
  readonly #body: BodyBuffer;
  /** Bytes that are counted as held. */
  #held = 0;
  /** Removes the body from the decompressor's queue. */
  #withdraw: (() => boolean) | null = null;
  #isOver = false;
  #peer: string | undefined;
  /** `performance.now()` when the headers were complete. */
  readonly startedAt: number;
  /** `performance.now()` when the last byte arrived; 0 before. */
  completeAt = 0;

  constructor(
    services: BodyServices,
    request: IncomingMessage,
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

  /** Throws BODY_TOO_LARGE if Content-Length exceeds the limit. */
  start(): void {
    const { maxBodyBytes } = this.#services.limits;
    const request = this.#request;
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > maxBodyBytes) throw bodyTooLarge(length, maxBodyBytes);
    this.#services.receiving.enter(this);
    request.on('data', (chunk: Buffer) => this.#receive(chunk));
    request.on('end', () => this.#complete());
    request.on('error', () => this.#steps.cancel(this.#subject));
  }

  /** The request has ended: releases its bytes; no callback is called any more. */
  release(): void {
    this.#isOver = true;
    this.#services.receiving.leave(this);
    this.#withdraw?.();
    // A body that was not handed over is not used by anybody.
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

/**
 * The read stage: reads the body, then chooses the version and decodes. Throws BODY_TOO_LARGE if Content-Length exceeds the
 * limit.
 */
export function readBody(context: PredictionContext): void {
  const { services, request, startedAt } = context;
  if (request instanceof FastPathRequest) {
    takeBody(context, request.body);
    return;
  }
  const reader = new BodyReader(services, request, startedAt, STEPS, context);
  context.body = reader;
  reader.start();
}

/** The body of a request in one piece needs no reader. Throws BODY_TOO_LARGE, OVERLOADED. */
function takeBody(context: PredictionContext, body: Buffer): void {
  const { limits, metrics } = context.services;
  if (body.length > limits.maxBodyBytes) throw bodyTooLarge(body.length, limits.maxBodyBytes);
  context.heldBytes = body.length;
  metrics.buffered += body.length;
  if (metrics.buffered > limits.maxBufferedBytes)
    throw overloadedError(metrics.buffered, BUFFERED, limits.maxBufferedBytes);
  received(context, body, performance.now());
}

function received(context: PredictionContext, bytes: Buffer, completeAt: number): void {
  if (context.isOver) return;
  context.bodyBytes = bytes.length;
  context.completeAt = completeAt;
  context.work?.received(bytes.length, completeAt);
  try {
    const { protocol } = context.version;
    if (protocol.textBytes !== undefined) context.textBytes = protocol.textBytes(context.request.headers);
    chooseVersion(context, bytes);
    const { headerOptions } = context.version.protocol;
    if (headerOptions !== undefined) context.headerOptions = headerOptions(context.request.headers);
    decodeBody(context, bytes);
  } catch (error) {
    refusePrediction(context, error);
  }
}
