import type { PlimsollError } from '../../core/errors.ts';
import type { IsWanted } from '../../engine/engine.ts';
import type { Batch } from '../../model/batch.ts';
import type { RawAnswer, RawBody } from '../../model/raw.ts';
import { checkDepth } from '../admission/memory/request-cost.ts';
import type { PredictedWork } from '../admission/predicted-work.ts';
import type { CaptureSubject } from '../capture/capture-stream.ts';
import type { RequestAbout } from '../capture/row-buffer.ts';
import type { InferResponse } from '../data-plane.ts';
import { attributionOf } from '../error-attribution.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { compactBytes, discardBody } from '../http/body-buffer.ts';
import type { PredictionRequest } from '../http/fast-path/request.ts';
import type { PredictionResponse } from '../http/fast-path/response.ts';
import { BYTE_MICROS, INLINE_MICROS, INLINE_ROWS_BYTES } from '../http/limits.ts';
import { codedError, predictionOutcomeOf, sendError } from '../http/reply.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import type { ScoringResult, StageTiming } from '../threads/scoring-job.ts';
import { admitRequest, contentLengthOf, isTarpitted } from './admit.ts';
import { ChosenVersion } from './choose.ts';
import { jsonOfBody, rawBodyOf, rawReply, rawRequest, rawRowCount } from './raw-body.ts';
import { type BodyConsumer, BodyReader, checkInFlight } from './read.ts';
import { type EarlierStages, observeStages, stageTiming, writeResponseHead } from './response-head.ts';
import { checkResponseMemory, holdResponse } from './response-memory.ts';
import type { RouteDestination } from './router.ts';
import type { PredictionServer } from './server.ts';

/** One prediction request from its first header to the last byte of its answer. */
export class PredictionHandler implements BodyConsumer, CaptureSubject {
  readonly #door: PredictionServer;
  readonly #request: PredictionRequest;
  readonly #response: PredictionResponse;
  readonly #chosen: ChosenVersion;
  readonly #id: string;
  readonly #started = performance.now();
  readonly #intake: BodyReader;
  /** What it is predicted to cost; null for a trifle. */
  #work: PredictedWork | null = null;
  /** Takes a queued job back when the client leaves. */
  #withdraw: (() => boolean) | null = null;
  /** Bytes of its body. */
  #size = 0;
  /** Milliseconds that its version took to be loaded first. */
  #loading = 0;
  #watched = false;
  #over = false;

  constructor(
    door: PredictionServer,
    request: PredictionRequest,
    response: PredictionResponse,
    found: RouteDestination,
  ) {
    this.#door = door;
    this.#request = request;
    this.#response = response;
    this.#id = door.idOf(request);
    this.#chosen = new ChosenVersion(door, request, this.#id, found);
    this.#intake = new BodyReader(door, request, this, this.#started);
  }

  /** Takes the request in, or refuses it before its body is read. */
  start(): void {
    const { metrics, turns } = this.#door;
    metrics.inFlight++;
    turns.arrive(this.#started);
    try {
      if (this.#isTurnedAway(this.#chosen.endpoint)) return;
      checkInFlight(this.#door);
      this.#work = admitRequest(this.#door, this.#request, this.#chosen, this.#started);
      this.#chosen.start();
      this.#intake.start();
    } catch (error) {
      if (isTarpitted(error, this.#request)) this.#hold(error);
      else this.refuse(error);
    }
  }

  /** Refuses it when refusals have their turn. */
  #hold(error: unknown): void {
    const { metrics, tarpit } = this.#door;
    metrics.inFlight--;
    tarpit.hold(this.#started, contentLengthOf(this.#request) ?? 0, () => {
      metrics.inFlight++;
      if (this.#request.socket.destroyed) this.cancel();
      else this.refuse(error);
    });
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
    if (!this.#request.complete) discardBody(this.#request);
    sendError(this.#response, coded, headers, this.#chosen.destination.refuse);
    this.#release();
  }

  /** Inline where that is quick, else in a scoring thread. */
  received(bytes: Buffer): void {
    if (this.#over) return;
    this.#size = bytes.length;
    this.#work?.received(bytes.length, this.#intake.completeAt);
    try {
      this.#chosen.choose((assignment) => assignment.byHeaders(this.#request.headers));
      if (!this.#chosen.isMade && this.#chosen.destination.isRaw)
        this.#chosen.choose((assignment) => assignment.byBody(jsonOfBody(bytes)));
      if (this.#chosen.isMade) this.#chosen.negotiate();
      if (this.#chosen.isRaw && this.#chosen.version.raw.input) {
        this.#invoke(rawBodyOf(this.#request.headers, bytes), { queue: 0, preprocess: 0 });
        return;
      }
      // While the body has to say who is meant, nobody knows what a row will cost.
      const isSlow = this.#chosen.isMade && this.#chosen.version.rowMicros > INLINE_MICROS;
      if (bytes.length > this.#chosen.version.inlineBody || isSlow) this.#offload(bytes);
      else this.#door.turns.run(bytes.length * BYTE_MICROS, () => this.#decode(bytes));
    } catch (error) {
      this.refuse(error);
    }
  }

  /** Whether its turn is worth taking: nobody waits for what has been given up. It has ended where it is not. */
  #isDue(): boolean {
    if (this.#over || this.#work === null) return !this.#over;
    const lost = this.#door.admission.lost(this.#work, performance.now());
    if (this.#request.socket.destroyed) {
      this.#door.metrics.shedOf(this.#work.endpoint).count('abandoned');
      this.cancel();
    } else if (lost !== null) this.refuse(lost);
    return !this.#over;
  }

  /** For engines that have batches wait. */
  get #isWanted(): IsWanted | undefined {
    return hasExternalEngine(this.#chosen.version.target) ? () => this.#isDue() : undefined;
  }

  #decode(bytes: Buffer): void {
    if (!this.#isDue()) return;
    const started = performance.now();
    try {
      checkDepth(bytes, this.#chosen.version.protocol);
      const batch = this.#chosen.batchIn(bytes);
      const micros = batch.rows * this.#chosen.version.rowMicros;
      const preprocess = performance.now() - started;
      const isRead = hasExternalEngine(this.#chosen.version.target);
      const isWide = batch.rows * this.#chosen.version.rowBytes > INLINE_ROWS_BYTES;
      if ((micros > INLINE_MICROS || isWide) && !isRead) this.#offload(bytes);
      else
        this.#door.turns.goOn(micros, () => {
          if (this.#isDue()) this.#infer(batch, preprocess);
        });
    } catch (error) {
      this.refuse(error);
    }
  }

  #infer(batch: Batch, preprocess: number, queue = 0): void {
    if (this.#over) return;
    const before = { queue, preprocess };
    if (this.#chosen.isRaw && this.#chosen.version.raw.output) {
      this.#invoke(batch, before);
      return;
    }
    const started = performance.now();
    try {
      const { target } = this.#chosen.version;
      const answer = this.#door.options.plane.infer({ target, batch, isWanted: this.#isWanted });
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

  #encode(batch: Batch, { outputs, rows }: InferResponse, before: EarlierStages, started: number): void {
    if (this.#over) return;
    const predicted = performance.now();
    checkResponseMemory({ outputs, rows }, this.#chosen.version, this.#door);
    const text = this.#chosen.version.encode(outputs, rows, this.#id, this.#chosen.wish);
    const now = this.#answer(text, rows, stageTiming(before, started, predicted));
    this.#measured(this.#chosen.measurement && this.#chosen.version.readFirstRow(outputs));
    this.#chosen.stream?.note(batch, outputs, this.#id, now, this);
  }

  /** Has the version's own code read the body, or write the answer, or both. */
  #invoke(given: RawBody | Batch, before: EarlierStages): void {
    const started = performance.now();
    const { raw, target } = this.#chosen.version;
    this.watch();
    this.#door.options.plane
      .invoke(target, rawRequest(this.#door.wished(this.#request.headers), raw, given), this.#isWanted)
      .then((answer) => this.#invoked(answer, rawRowCount(given), before, started))
      .catch((error: unknown) => this.refuse(error));
  }

  /** What nobody here can read is counted, and neither captured nor compared by its values. */
  #invoked(answer: RawAnswer, given: number, before: EarlierStages, started: number): void {
    if (this.#over) return;
    const predicted = performance.now();
    const { body, rows, type, first } = rawReply(answer, given, this.#chosen.version, this.#id);
    const now = this.#answer(body, rows, stageTiming(before, started, predicted), type);
    this.#measured(this.#chosen.measurement && first());
    this.#chosen.stream?.noteExtracted(rows, null, this.#id, now, this);
  }

  #offload(bytes: Buffer): void {
    if (this.#over) return;
    this.watch();
    const { offload, metrics } = this.#door.options;
    try {
      this.#chosen.choose((assignment) => assignment.byStart(bytes));
      const { target, protocol } = this.#chosen.version;
      const isWanted = this.#chosen.measurement?.received(bytes, protocol.id) ?? false;
      const body = isWanted ? new Uint8Array(bytes) : compactBytes(bytes);
      const capture = this.#chosen.stream?.wanted(this.#id) ?? 0;
      const { unitField } = this.#chosen.destination;
      const job = { target, protocol: protocol.id, body, requestId: this.#id, unitField, capture };
      if (!hasExternalEngine(target)) this.#work?.moveTo(this.#door.admission.threads, performance.now());
      this.#withdraw = offload.submit(
        job,
        (result) => this.#scored(result),
        () => this.#isDue(),
      );
      metrics.queueDepth = offload.depth;
    } catch (error) {
      this.refuse(error);
    }
  }

  #scored(result: ScoringResult): void {
    this.#withdraw = null;
    this.#door.options.metrics.queueDepth = this.#door.options.offload.depth;
    if (this.#over) return;
    if (result.kind === 'refused') {
      this.refuse(result.error, result.loading);
      return;
    }
    this.#loading = result.loading;
    if (result.kind === 'decoded') {
      this.#chosen.unit ??= result.unit;
      this.#chosen.wish = result.wish;
      this.#infer(result.batch, result.timing.preprocess, result.timing.queue);
      return;
    }
    const refusal = holdResponse(result.body.byteLength, this.#response, this.#door);
    if (refusal !== null) {
      this.refuse(refusal);
      return;
    }
    const now = this.#answer(result.body, result.rows, result.timing);
    this.#measured(result.first);
    this.#chosen.stream?.noteExtracted(result.rows, result.captured, this.#id, now, this);
  }

  /** Who was answered at `now`; `unit` is what the body says in a thread. */
  about(now: number, unit: string | null): RequestAbout {
    return this.#chosen.about(unit, now - this.#intake.completeAt - this.#loading);
  }

  /** Notes the answer that has just been written; that its version had to be loaded first is not its fault. */
  #measured(first: FirstRow | null): void {
    if (first === null) return;
    this.#chosen.measurement?.answered(performance.now() - this.#intake.completeAt - this.#loading, first);
  }

  /** Says when, on the steady clock. `type` is the media type where that is not the protocol's. */
  #answer(body: string | Uint8Array, rows: number, timing: StageTiming, type: string | null = null): number {
    const { series, headers, lines } = this.#chosen.version;
    const now = performance.now();
    series.answered(rows, now);
    observeStages(series, timing, now - this.#started);
    this.#learn(rows, timing, now);
    const head = { headers, lines, type, length: Buffer.byteLength(body), requestId: this.#id, timing };
    writeResponseHead(this.#response, head, this.#chosen.moreHeaders());
    this.#response.end(body);
    this.#release();
    return now;
  }

  /** What the request has cost; processes of their own are not seen at work, only for how long they were asked. */
  #learn(rows: number, { preprocess, predict, postprocess }: StageTiming, now: number): void {
    const { target } = this.#chosen.version;
    const seen = (preprocess + predict + postprocess) * 1000;
    const micros = hasExternalEngine(target) ? rows * target.manifest.rowMicros : seen;
    if (this.#work === null) this.#door.admission.learn(this.#chosen.endpoint, this.#size, micros);
    else if (this.#loading === 0) this.#work.answered(this.#size, micros, now);
  }

  refuse(error: unknown, loading = 0): void {
    if (this.#over) return;
    const coded = codedError(error, this.#id);
    if (coded.code === 'INTERNAL') {
      const cause: unknown = coded.cause ?? coded;
      this.#door.options.logger.error(
        { requestId: this.#id, model: this.#chosen.version.target.model, error: cause },
        'prediction failed',
      );
    }
    this.#chosen.version.series.count(predictionOutcomeOf(coded));
    this.#sendRefusal(coded, this.#chosen.version.headers.slice(2));
    if (attributionOf(coded) !== 'version') return;
    this.#chosen.version.series.blame();
    this.#chosen.measurement?.failed(performance.now() - this.#intake.completeAt - loading);
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
    this.#chosen.version.series.count('cancelled');
    this.#release();
    if (this.#intake.completeAt > 0)
      this.#chosen.measurement?.cancelled(performance.now() - this.#intake.completeAt);
  }

  #release(): void {
    this.#over = true;
    this.#chosen.release();
    this.#work?.end(performance.now());
    this.#door.metrics.inFlight--;
    this.#intake.release();
  }
}
