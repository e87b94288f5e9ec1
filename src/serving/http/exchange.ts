import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PlimsollError } from '../../core/errors.ts';
import type { Batch } from '../../model/batch.ts';
import type { RawAnswer, RawBody } from '../../model/raw.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import type { Assigned, Assignment, Choice } from '../assignment.ts';
import type { RequestAbout } from '../capture/row-buffer.ts';
import type { Asked, CaptureStream } from '../capture/stream.ts';
import type { InferResponse } from '../data-plane.ts';
import type { Wish } from '../protocol.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import { blameOf } from '../refusal.ts';
import { unitInBody, unitInHeaders, withoutUnit } from '../unit.ts';
import { codedError, outcomeOf, sendError } from './answer.ts';
import { answerHead, type Before, observeStages, timingOf } from './answer-head.ts';
import { compact, discard } from './body.ts';
import type { Door } from './door.ts';
import { isScoredElsewhere } from './elsewhere.ts';
import { Intake, overloaded, type Receiver } from './intake.ts';
import type { Scored, Timing } from './job.ts';
import { INLINE_BODY, INLINE_MICROS } from './limits.ts';
import { type Measurement, measurementOf } from './measurement.ts';
import { jsonIn, rawBody, rawReply, rawRequest, rowsGiven } from './raw.ts';
import type { Destination, Prepared } from './routes.ts';
import { textOf } from './text.ts';

/** Predicted microseconds to parse and check a byte of JSON, measured (bench/door.ts). */
const BYTE_MICROS = 0.02;

/** One prediction request from its first header to the last byte of its answer. */
export class Exchange implements Receiver, Asked {
  readonly #door: Door;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #destination: Destination;
  /** The version that answers; until it is chosen, the one that stands for its endpoint. */
  #version: Prepared;
  /** Whether the choice is made, and the version in use. */
  #chosen = false;
  #measurement: Measurement | null = null;
  /** What the endpoint's route has chosen, and where the rows of it are noted. */
  #choice: Choice | null = null;
  #stream: CaptureStream | null = null;
  /** Id of the unit, as far as it is known. */
  #unit: string | null = null;
  /** What the body asks of its answer. */
  #wish: Wish = null;
  /** Whether the version may read and write here itself. */
  #isRaw = false;
  readonly #id: string;
  readonly #started = performance.now();
  readonly #intake: Intake;
  /** Takes a queued job back when the client leaves. */
  #withdraw: (() => boolean) | null = null;
  /** Milliseconds that its version took to be loaded first. */
  #loading = 0;
  #watched = false;
  #over = false;

  constructor(door: Door, request: IncomingMessage, response: ServerResponse, destination: Destination) {
    this.#door = door;
    this.#request = request;
    this.#response = response;
    this.#destination = destination;
    this.#version = destination.main;
    this.#id = door.idOf(request);
    this.#intake = new Intake(door, request, this);
  }

  /** Takes the request in, or refuses it before its body is read. */
  start(): void {
    const { metrics, limits } = this.#door;
    metrics.inFlight++;
    try {
      if (metrics.inFlight > limits.maxInFlight)
        throw overloaded(metrics.inFlight, 'requests in flight', limits.maxInFlight);
      const { endpoint, main, pinned } = this.#destination;
      if (this.#isTurnedAway(endpoint?.name ?? main.target.model)) return;
      this.#intake.start();
      this.#stream = pinned;
      if (endpoint === null) this.#use(main);
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Who may not ask is no request of the version, whose name and number are not told to strangers. */
  #isTurnedAway(endpoint: string): boolean {
    try {
      this.#door.options.gate?.admit(this.#request, endpoint);
      return false;
    } catch (error) {
      this.#sendRefusal(codedError(error, this.#id), []);
      return true;
    }
  }

  #sendRefusal(coded: PlimsollError, about: readonly string[]): void {
    const headers = [...about, 'x-request-id', this.#id];
    if (this.#door.stopping) headers.push('connection', 'close');
    // Closing now would reset the connection before its client has read why; the rest is read and forgotten.
    if (!this.#request.complete) discard(this.#request);
    sendError(this.#response, coded, headers, this.#destination.refuse);
    this.#release();
  }

  /**
   * Chooses the version, unless that is done or `assign` leaves it to the body. The route is the one that is followed at
   * this moment, when the whole body is there: a client that sends slowly brings no request to a candidate that has been
   * rolled back meanwhile. Throws MODEL_NOT_FOUND where the endpoint is gone.
   */
  #choose(assign: (assignment: Assignment) => Assigned | null): void {
    if (this.#chosen) return;
    this.#destination = this.#door.current(this.#destination);
    const endpoint = this.#destination.endpoint!;
    const assigned = assign(endpoint.assignment);
    this.#version = this.#destination.main;
    if (assigned === null) return;
    this.#use(endpoint.choices[assigned.choice]!);
    this.#choice = endpoint.assignment.choices[assigned.choice]!;
    this.#stream = endpoint.streams[assigned.choice] ?? null;
    this.#unit = assigned.unit;
    const { shadow } = this.#door.options;
    this.#measurement = measurementOf(endpoint, assigned, this.#request, this.#id, shadow ?? null);
  }

  #use(version: Prepared): void {
    this.#version = version;
    this.#chosen = true;
    version.usage.begin();
  }

  /** Inline where that is quick, else in a scoring thread. */
  received(bytes: Buffer): void {
    if (this.#over) return;
    try {
      this.#choose((assignment) => assignment.byHeaders(this.#request.headers));
      if (!this.#chosen && this.#destination.isRaw)
        this.#choose((assignment) => assignment.byBody(jsonIn(bytes)));
      if (this.#chosen) this.#negotiate();
      if (this.#isRaw && this.#version.raw.input) {
        this.#invoke(rawBody(this.#request.headers, bytes), { queue: 0, preprocess: 0 });
        return;
      }
      // While the body has to say who is meant, nobody knows what a row will cost.
      const isSlow = this.#chosen && this.#version.rowMicros > INLINE_MICROS;
      if (bytes.length > INLINE_BODY || isSlow) this.#offload(bytes);
      else this.#door.turns.run(bytes.length * BYTE_MICROS, () => this.#decode(bytes));
    } catch (error) {
      this.refuse(error);
    }
  }

  /** What the headers ask for, of the version that answers. Throws MEDIA_TYPE_UNKNOWN, NOT_ACCEPTABLE. */
  #negotiate(): void {
    this.#version = this.#door.negotiated(this.#destination, this.#version, this.#request.headers);
    this.#isRaw = this.#destination.negotiate !== null;
  }

  #decode(bytes: Buffer): void {
    if (this.#over) return;
    const started = performance.now();
    try {
      const rows = this.#rowsIn(this.#version.protocol.parse(textOf(bytes)), bytes);
      const batch = this.#version.decode(rows);
      const micros = batch.rows * this.#version.rowMicros;
      const preprocess = performance.now() - started;
      const isRead = isScoredElsewhere(this.#version.target);
      if (micros > INLINE_MICROS && !isRead) this.#offload(bytes);
      else this.#door.turns.run(micros, () => this.#infer(batch, preprocess));
    } catch (error) {
      this.refuse(error);
    }
  }

  /** The rows of a parsed body; chooses the version where that was left to the body. */
  #rowsIn(body: unknown, bytes: Buffer): unknown {
    this.#choose((assignment) => assignment.byBody(body));
    this.#measurement?.received(bytes, this.#version.protocol.id);
    if (this.#version.wish !== null) this.#wish = this.#version.wish(body);
    const { unitField } = this.#destination;
    const { target } = this.#version;
    if (unitField === null) return body;
    this.#unit ??= unitInBody(body, unitField);
    return withoutUnit(body, unitField, target.manifest.signature);
  }

  #infer(batch: Batch, preprocess: number, queue = 0): void {
    if (this.#over) return;
    const before = { queue, preprocess };
    if (this.#isRaw && this.#version.raw.output) {
      this.#invoke(batch, before);
      return;
    }
    const started = performance.now();
    try {
      const answer = this.#door.options.plane.infer({ target: this.#version.target, batch });
      if (!(answer instanceof Promise)) {
        this.#encode(batch, answer, before, started);
        return;
      }
      this.watch();
      answer
        .then((settled) => this.#encode(batch, settled, before, started))
        .catch((error: unknown) => this.refuse(error));
    } catch (error) {
      this.refuse(error);
    }
  }

  #encode(batch: Batch, { outputs, rows }: InferResponse, before: Before, started: number): void {
    if (this.#over) return;
    const predicted = performance.now();
    const text = this.#version.encode(outputs, rows, this.#id, this.#wish);
    const now = this.#answer(text, rows, timingOf(before, started, predicted));
    this.#measured(this.#measurement && this.#version.readFirstRow(outputs));
    this.#stream?.note(batch, outputs, this.#id, now, this);
  }

  /** Has the version's own code read the body, or write the answer, or both. */
  #invoke(given: RawBody | Batch, before: Before): void {
    const started = performance.now();
    const { raw, target } = this.#version;
    this.watch();
    this.#door.options.plane
      .invoke(target, rawRequest(this.#door.wished(this.#request.headers), raw, given))
      .then((answer) => this.#invoked(answer, rowsGiven(given), before, started))
      .catch((error: unknown) => this.refuse(error));
  }

  /** What nobody here can read is counted, and neither captured nor compared by its values. */
  #invoked(answer: RawAnswer, given: number, before: Before, started: number): void {
    if (this.#over) return;
    const predicted = performance.now();
    const { body, rows, type, first } = rawReply(answer, given, this.#version, this.#id);
    const now = this.#answer(body, rows, timingOf(before, started, predicted), type);
    this.#measured(this.#measurement && first());
    this.#stream?.noteExtracted(rows, null, this.#id, now, this);
  }

  #offload(bytes: Buffer): void {
    if (this.#over) return;
    this.watch();
    const { offload, metrics } = this.#door.options;
    try {
      this.#choose((assignment) => assignment.byStart(bytes));
      const { target, protocol } = this.#version;
      const { unitField } = this.#destination;
      const isWanted = this.#measurement?.received(bytes, protocol.id) ?? false;
      const body = isWanted ? new Uint8Array(bytes) : compact(bytes);
      const capture = this.#stream?.wanted(this.#id) ?? 0;
      const job = { target, protocol: protocol.id, body, requestId: this.#id, unitField, capture };
      this.#withdraw = offload.submit(job, (result) => this.#scored(result));
      metrics.queueDepth = offload.depth;
    } catch (error) {
      this.refuse(error);
    }
  }

  #scored(result: Scored): void {
    this.#withdraw = null;
    this.#door.options.metrics.queueDepth = this.#door.options.offload.depth;
    if (this.#over) return;
    if (result.kind === 'refused') {
      this.refuse(result.error, result.loading);
      return;
    }
    this.#loading = result.loading;
    if (result.kind === 'decoded') {
      this.#unit ??= result.unit;
      this.#wish = result.wish;
      this.#infer(result.batch, result.timing.preprocess, result.timing.queue);
      return;
    }
    const now = this.#answer(result.body, result.rows, result.timing);
    this.#measured(result.first);
    this.#stream?.noteExtracted(result.rows, result.captured, this.#id, now, this);
  }

  /** Who was answered at `now`; `unit` is what the body says in a thread. */
  about(now: number, unit: string | null): RequestAbout {
    const { endpoint } = this.#destination;
    const named = endpoint && unitInHeaders(this.#request.headers, endpoint.unit);
    const id = named ?? this.#unit ?? unit;
    const { arm = -1, role = null } = this.#choice ?? {};
    return {
      ...{ requestId: this.#id, arm: arm ?? -1, role, segment: this.#measurement?.segment ?? null },
      unit: id === null ? null : unitHash(id),
      millis: now - this.#intake.completeAt - this.#loading,
    };
  }

  /** Notes the answer that has just been written; that its version had to be loaded first is not its fault. */
  #measured(first: FirstRow | null): void {
    if (first === null) return;
    this.#measurement?.answered(performance.now() - this.#intake.completeAt - this.#loading, first);
  }

  /** Says when, on the steady clock. `type` is the media type where that is not the protocol's. */
  #answer(body: string | Uint8Array, rows: number, timing: Timing, type: string | null = null): number {
    const { series, headers } = this.#version;
    const now = performance.now();
    series.answered(rows, now);
    observeStages(series, timing, now - this.#started);
    const all = answerHead({ headers, type, length: Buffer.byteLength(body), requestId: this.#id, timing });
    const { answerHeaders } = this.#destination;
    if (answerHeaders !== null) all.push(...answerHeaders(this.#request.headers, this.#version.target));
    if (this.#door.stopping) all.push('connection', 'close');
    this.#response.writeHead(200, all);
    this.#response.end(body);
    this.#release();
    return now;
  }

  refuse(error: unknown, loading = 0): void {
    if (this.#over) return;
    const coded = codedError(error, this.#id);
    if (coded.code === 'INTERNAL') {
      const cause: unknown = coded.cause ?? coded;
      this.#door.options.logger.error(
        { requestId: this.#id, model: this.#version.target.model, error: cause },
        'prediction failed',
      );
    }
    this.#version.series.count(outcomeOf(coded));
    this.#sendRefusal(coded, this.#version.headers.slice(2));
    if (blameOf(coded) !== 'version') return;
    this.#version.series.blame();
    this.#measurement?.failed(performance.now() - this.#intake.completeAt - loading);
  }

  /** From here on the answer takes time, and the client may leave before it. */
  watch(): void {
    if (this.#watched) return;
    this.#watched = true;
    this.#response.once('close', () => this.cancel());
  }

  cancel(): void {
    if (this.#over) return;
    this.#withdraw?.();
    this.#version.series.count('cancelled');
    this.#release();
    if (this.#intake.completeAt > 0)
      this.#measurement?.cancelled(performance.now() - this.#intake.completeAt);
  }

  #release(): void {
    this.#over = true;
    if (this.#chosen) this.#version.usage.end();
    this.#door.metrics.inFlight--;
    this.#intake.release();
  }
}
