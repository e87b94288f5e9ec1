import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { InferResponse } from '../data-plane.ts';
import { parseBody } from '../rows/parse.ts';
import { codedError, outcomeOf, sendError } from './answer.ts';
import { BodyBuffer, decompress, discard, encodingOf, tooLarge } from './body.ts';
import type { Door } from './door.ts';
import type { Scored, Timing } from './job.ts';
import { INLINE_BODY, INLINE_MICROS } from './limits.ts';
import { STAGE } from './metrics.ts';
import type { Route } from './routes.ts';
import { serverTiming } from './server-timing.ts';
import { textOf } from './text.ts';

/** Predicted microseconds to parse and check a byte of JSON, measured (bench/door.ts). */
const BYTE_MICROS = 0.02;

/** One prediction request from its first header to the last byte of its answer. */
export class Exchange {
  readonly #door: Door;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #route: Route;
  readonly #id: string;
  readonly #started = performance.now();
  readonly #body: BodyBuffer;
  /** Takes a queued job back when the client leaves. */
  #withdraw: (() => void) | null = null;
  #held = 0;
  #watched = false;
  #over = false;

  constructor(door: Door, request: IncomingMessage, response: ServerResponse, route: Route) {
    this.#door = door;
    this.#request = request;
    this.#response = response;
    this.#route = route;
    this.#id = door.idOf(request);
    this.#body = new BodyBuffer(door.options.limits.maxBody);
  }

  /** Takes the request in, or refuses it before its body is read. */
  start(): void {
    const { metrics, limits } = this.#door.options;
    const request = this.#request;
    metrics.inFlight++;
    if (metrics.inFlight > limits.maxInFlight) {
      this.#refuse(overloaded(metrics.inFlight, 'requests in flight', limits.maxInFlight));
      return;
    }
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > limits.maxBody) {
      this.#refuse(tooLarge(length, limits.maxBody));
      return;
    }
    request.on('data', (chunk: Buffer) => this.#receive(chunk));
    request.on('end', () => this.#received());
    request.on('error', () => this.#cancel());
  }

  #receive(chunk: Buffer): void {
    const { metrics, limits } = this.#door.options;
    try {
      this.#body.add(chunk);
      this.#held += chunk.length;
      metrics.buffered += chunk.length;
      if (metrics.buffered > limits.maxBuffered)
        throw overloaded(metrics.buffered, 'bytes of bodies', limits.maxBuffered);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #received(): void {
    const encoding = encodingOf(this.#request);
    if (encoding === null) {
      this.#schedule(this.#body.bytes());
      return;
    }
    this.#watch();
    decompress(this.#body.bytes(), encoding, this.#door.options.limits.maxBody).then(
      (bytes) => this.#schedule(bytes),
      (error: unknown) => this.#refuse(error),
    );
  }

  /** Inline where that is quick, else in a scoring thread. */
  #schedule(bytes: Buffer): void {
    const { rowMicros } = this.#route;
    if (bytes.length > INLINE_BODY || rowMicros > INLINE_MICROS) this.#offload(bytes);
    else this.#door.turns.run(bytes.length * BYTE_MICROS, () => this.#decode(bytes));
  }

  #decode(bytes: Buffer): void {
    if (this.#over) return;
    const started = performance.now();
    try {
      const batch = this.#route.decode(parseBody(textOf(bytes)));
      const micros = batch.rows * this.#route.rowMicros;
      const preprocess = performance.now() - started;
      if (micros > INLINE_MICROS) this.#offload(bytes);
      else this.#door.turns.run(micros, () => this.#infer(batch, preprocess));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #infer(batch: Batch, preprocess: number): void {
    if (this.#over) return;
    const started = performance.now();
    try {
      const answer = this.#door.options.plane.infer({ target: this.#route.target, batch });
      if (!(answer instanceof Promise)) {
        this.#encode(answer, preprocess, started);
        return;
      }
      this.#watch();
      answer
        .then((settled) => this.#encode(settled, preprocess, started))
        .catch((error: unknown) => this.#refuse(error));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #encode({ outputs, rows }: InferResponse, preprocess: number, started: number): void {
    if (this.#over) return;
    const predicted = performance.now();
    const text = this.#route.encode(outputs, rows, this.#id);
    const postprocess = performance.now() - predicted;
    this.#answer(text, Buffer.byteLength(text), rows, {
      queue: 0,
      preprocess,
      predict: predicted - started,
      postprocess,
    });
  }

  #offload(bytes: Buffer): void {
    if (this.#over) return;
    this.#watch();
    const { offload, metrics } = this.#door.options;
    const { target, protocol } = this.#route;
    try {
      const job = { target, protocol, body: ownBytes(bytes), requestId: this.#id };
      this.#withdraw = offload.submit(job, (result) => this.#scored(result));
      metrics.queueDepth = offload.depth;
    } catch (error) {
      this.#refuse(error);
    }
  }

  #scored(result: Scored): void {
    this.#withdraw = null;
    this.#door.options.metrics.queueDepth = this.#door.options.offload.depth;
    if (this.#over) return;
    if (result.kind === 'refused') this.#refuse(result.error);
    else this.#answer(result.body, result.body.length, result.rows, result.timing);
  }

  #answer(body: string | Uint8Array, length: number, rows: number, timing: Timing): void {
    const { series, headers } = this.#route;
    const now = performance.now();
    series.answered(rows, now);
    series.observe(STAGE.queue, timing.queue);
    series.observe(STAGE.preprocess, timing.preprocess);
    series.observe(STAGE.predict, timing.predict);
    series.observe(STAGE.postprocess, timing.postprocess);
    series.observe(STAGE.total, now - this.#started);
    const all = [
      ...headers,
      'content-length',
      String(length),
      'x-request-id',
      this.#id,
      'server-timing',
      serverTiming(timing),
    ];
    if (this.#door.stopping) all.push('connection', 'close');
    this.#response.writeHead(200, all);
    this.#response.end(body);
    this.#release();
  }

  #refuse(error: unknown): void {
    if (this.#over) return;
    const coded = codedError(error, this.#id);
    if (coded.code === 'INTERNAL') {
      const cause: unknown = coded.cause ?? coded;
      this.#door.options.logger.error(
        { requestId: this.#id, model: this.#route.target.model, error: cause },
        'prediction failed',
      );
    }
    this.#route.series.count(outcomeOf(coded));
    const headers = [...this.#route.headers.slice(2), 'x-request-id', this.#id];
    if (this.#door.stopping) headers.push('connection', 'close');
    // Closing now would reset the connection before its client has read why; the rest is read and forgotten.
    if (!this.#request.complete) discard(this.#request);
    sendError(this.#response, coded, headers);
    this.#release();
  }

  /** From here on the answer takes time, and the client may leave before it. */
  #watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#response.once('close', () => this.#cancel());
  }

  #cancel(): void {
    if (this.#over) return;
    this.#withdraw?.();
    this.#route.series.count('cancelled');
    this.#release();
  }

  #release(): void {
    const { metrics } = this.#door.options;
    this.#over = true;
    metrics.inFlight--;
    metrics.buffered -= this.#held;
  }
}

const overloaded = (found: number, what: string, limit: number): PlimsollError =>
  new PlimsollError('OVERLOADED', { found, what, limit, retry: 1 });

/** The bytes in a buffer of their own, which can be handed to a thread. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  if (bytes.byteOffset === 0 && bytes.length > INLINE_BODY && bytes.buffer instanceof ArrayBuffer) {
    return new Uint8Array(bytes.buffer, 0, bytes.length);
  }
  return new Uint8Array(bytes);
}
