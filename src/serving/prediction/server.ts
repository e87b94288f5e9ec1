import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Contract } from '../../config/contract.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { AccessGate } from '../access-gate.ts';
import { AdmissionController } from '../admission/admission-controller.ts';
import { Tarpit } from '../admission/tarpit.ts';
import type { DataCapture } from '../capture/data-capture.ts';
import type { DataPlane, PlaneState } from '../data-plane.ts';
import { BodyDecompressor } from '../http/decompressor.ts';
import type { FastPathRequest, PredictionRequest } from '../http/fast-path/request.ts';
import type { FastPathResponse, PredictionResponse } from '../http/fast-path/response.ts';
import { type HttpLimits, INLINE_BODY_BYTES, INLINE_MICROS } from '../http/limits.ts';
import { ReceiveSlots } from '../http/receive-slots.ts';
import { codedError, requestPath, sendError } from '../http/reply.ts';
import { isRequestId, requestIds } from '../http/request-id.ts';
import type { ServingMetrics } from '../metrics/serving-metrics.ts';
import { PROTOCOL_ROUTES } from '../protocols/all.ts';
import type { RolloutRecorder } from '../recorder/rollout-recorder.ts';
import type { ShadowRunner } from '../shadow-runner.ts';
import type { ScoringPool } from '../threads/scoring-pool.ts';
import type { RequestHeaders } from '../unit-id.ts';
import { PredictionHandler } from './handler.ts';
import { LoopScheduler } from './loop-scheduler.ts';
import type { BodyServices } from './read.ts';
import { PredictionRouter, type PreparedVersion, type RouteDestination } from './router.ts';

export interface PredictionServerOptions {
  readonly plane: DataPlane;
  readonly metrics: ServingMetrics;
  readonly offload: ScoringPool;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  /** What the platform expects of this process. @default {PLAIN} */
  readonly contract?: Contract | undefined;
  /** Says who may ask; without one, everybody may. */
  readonly gate?: AccessGate | undefined;
  /** Notes what rollouts need to know; without one, nothing is measured. */
  readonly recorder?: RolloutRecorder | undefined;
  /** Captures rows and their answers; without one, none are. */
  readonly capture?: DataCapture | undefined;
  /** Copies requests to candidates; without one, none is copied. */
  readonly shadow?: ShadowRunner | undefined;
  /** Answers every path that is no prediction path; false where it does not know it. */
  readonly otherwise: (request: IncomingMessage, response: ServerResponse, path: string) => boolean;
}

/** How often refusals go out that wait for their turn while nobody comes. */
const RELEASE_MILLIS = 10;
/** No name of an endpoint: only keys for all of them are for this one. */
const EVERY_ENDPOINT = 'every endpoint';

/** Handles predictions, from `node:http` or past it: one lookup, one body, one answer, and no hooks. */
export class PredictionServer implements BodyServices {
  readonly options: PredictionServerOptions;
  readonly limits: HttpLimits;
  readonly metrics: ServingMetrics;
  readonly turns = new LoopScheduler(() => this.#turned());
  readonly admission: AdmissionController;
  /** Refusals on their way. */
  readonly tarpit = new Tarpit();
  readonly decompressor: BodyDecompressor;
  readonly receiving: ReceiveSlots;
  readonly newId = requestIds();
  readonly #routes: PredictionRouter;
  #releasing: NodeJS.Timeout | undefined;
  /** Once set, every answer asks its client to connect elsewhere. */
  stopping = false;

  constructor(options: PredictionServerOptions) {
    this.options = options;
    this.limits = options.limits;
    this.metrics = options.metrics;
    const { maxInFlight, maxReceiving, maxQueue, maxBufferedBytes: maxBuffered } = options.limits;
    this.metrics.limits = {
      ...{ inFlight: maxInFlight, receiving: maxReceiving, queue: maxQueue, buffered: maxBuffered },
    };
    this.receiving = new ReceiveSlots({ limits: options.limits, counts: options.metrics });
    this.admission = new AdmissionController({
      threads: options.offload.size,
      inlineBytes: INLINE_BODY_BYTES,
      inlineMicros: INLINE_MICROS,
      shed: (endpoint, reason) => options.metrics.shedOf(endpoint).count(reason),
    });
    this.metrics.waiting = () => this.admission.waiting;
    this.metrics.loopDelay = () => this.turns.last;
    this.decompressor = new BodyDecompressor(options.limits.maxBodyBytes, options.limits.maxBufferedBytes);
    const { plane, metrics, contract, recorder, capture } = options;
    this.#routes = new PredictionRouter({
      plane,
      doorways: PROTOCOL_ROUTES,
      metrics,
      contract,
      recorder,
      capture,
    });
    recorder?.countUnits(() => metrics.units++);
    this.#routes.prepare(plane.state);
    this.#follow(plane.state);
    plane.observe({
      prepare: (next) => this.#routes.prepare(next),
      followed: (state) => this.#follow(state),
    });
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const found = this.#routes.exact(request.url!);
    if (found !== undefined && request.method === 'POST') this.#predict(request, response, found);
    else this.#find(request, response);
  };

  /** Answers a request that came in one piece; false where it is no prediction, or of what there is not. */
  readonly answer = (request: FastPathRequest, response: FastPathResponse): boolean => {
    const found = this.#routes.exact(request.url) ?? this.#wholeMatch(request);
    if (found === null) return false;
    this.#predict(request, response, found);
    return true;
  };

  #wholeMatch(request: FastPathRequest): RouteDestination | null {
    try {
      return this.#routes.match(requestPath(request), request.headers);
    } catch {
      return null;
    }
  }

  /** The id that the request brings, under our name or SageMaker's, or a new one. */
  idOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
    const given = headers['x-request-id'] ?? (headers['x-amzn-sagemaker-inference-id'] as string | undefined);
    return given !== undefined && isRequestId(given) ? given : this.newId();
  }

  /** Refusals go out at the end of a turn, when their small bodies have come with their headers. */
  #turned(): void {
    if (this.tarpit.length === 0) return;
    this.tarpit.release(performance.now(), this.admission.isShedding);
    if (this.tarpit.length > 0) this.#releasing ??= setTimeout(() => this.#releaseMore(), RELEASE_MILLIS);
  }

  #releaseMore(): void {
    this.#releasing = undefined;
    this.#turned();
  }

  /** Where the requests of an endpoint go now. Throws MODEL_NOT_FOUND. */
  current(destination: RouteDestination): RouteDestination {
    return this.#routes.current(destination);
  }

  /** The headers of a request with what the platform wishes where the client does not. */
  wished(headers: RequestHeaders): RequestHeaders {
    return this.#routes.wished(headers);
  }

  /** The version seen through the protocol that a request's headers ask of it. Throws MEDIA_TYPE_UNKNOWN, NOT_ACCEPTABLE. */
  negotiated(
    { negotiate }: RouteDestination,
    version: PreparedVersion,
    headers: RequestHeaders,
  ): PreparedVersion {
    if (negotiate === null) return version;
    const protocol = negotiate(this.wished(headers), version.raw);
    return protocol === version.protocol ? version : this.#routes.prepared(protocol, version.target);
  }

  /** Takes requests where the plane's routes lead from now on; who is on the way goes on as it came. */
  #follow({ endpoints, versions }: PlaneState): void {
    const { recorder, capture, metrics, offload, shadow } = this.options;
    offload.retain(versions);
    shadow?.follow([...endpoints.values()].flatMap(({ mirror }) => mirror ?? []));
    const routes = [...endpoints.values()].map(({ route }) => route);
    recorder?.follow(routes);
    capture?.follow(routes);
    this.#routes.forget();
    this.admission.retain(new Set(versions));
    metrics.generations.clear();
    for (const { endpoint, generation } of routes) metrics.generations.set(endpoint, generation);
  }

  /** Paths with queries or escapes, other methods, other pages, and mistakes. */
  #find(request: IncomingMessage, response: ServerResponse): void {
    const path = requestPath(request);
    try {
      const found = this.#routes.match(path, request.headers);
      if (found && request.method === 'POST') this.#predict(request, response, found);
      else if (found) {
        this.options.gate?.admit(request, found.endpoint?.name ?? found.main.target.model);
        throw new PlimsollError('METHOD_NOT_ALLOWED', { method: request.method, path, allowed: 'POST' });
      } else if (!this.options.otherwise(request, response, path))
        throw new PlimsollError('ROUTE_NOT_FOUND', { path });
    } catch (error) {
      const id = this.idOf(request);
      sendError(
        response,
        this.#told(request, codedError(error, id)),
        ['x-request-id', id],
        this.#routes.refuseOf(path),
      );
    }
  }

  /** What there is, and is not, is told to nobody who may not ask; of others than its own to no key for some endpoints. */
  #told(request: IncomingMessage, error: PlimsollError): PlimsollError {
    const { model, known } = error.details;
    if (error.http !== 404 || known === undefined) return error;
    const refused = this.#refusal(request, EVERY_ENDPOINT);
    if (refused?.code !== 'PREDICTION_FORBIDDEN' || model === undefined) return refused ?? error;
    const own = this.#refusal(request, String(model));
    if (own !== null || error.code !== 'MODEL_NOT_FOUND') return own ?? error;
    return new PlimsollError('MODEL_NOT_FOUND', { model, known: 'none of that name' });
  }

  #refusal(request: IncomingMessage, endpoint: string): PlimsollError | null {
    try {
      this.options.gate?.admit(request, endpoint);
      return null;
    } catch (refused) {
      return codedError(refused, '');
    }
  }

  #predict(request: PredictionRequest, response: PredictionResponse, found: RouteDestination): void {
    new PredictionHandler(this, request, response, found).start();
  }
}
