import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Contract } from '../../config/contract.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { AccessGate } from '../access-gate.ts';
import { AdmissionController } from '../admission/admission-controller.ts';
import { Tarpit } from '../admission/tarpit.ts';
import type { DataCapture } from '../capture/data-capture.ts';
import type { DataPlane, PlaneState } from '../data-plane.ts';
import type { LazyExplanations } from '../explanations/lazy-explanations.ts';
import { BodyDecompressor } from '../http/decompressor.ts';
import type { FastPathRequest, PredictionRequest } from '../http/fast-path/request.ts';
import type { FastPathResponse, PredictionResponse } from '../http/fast-path/response.ts';
import { type HttpLimits, INLINE_BODY_BYTES, INLINE_MICROS } from '../http/limits.ts';
import { ReceiveSlots } from '../http/receive-slots.ts';
import { codedError, requestPath, sendError } from '../http/reply.ts';
import { isRequestId, requestIds } from '../http/request-id.ts';
import type { SaturationLimits, ServingMetrics } from '../metrics/serving-metrics.ts';
import { PROTOCOL_ROUTES } from '../protocols/all.ts';
import type { RolloutRecorder } from '../recorder/rollout-recorder.ts';
import type { ShadowRunner } from '../shadow-runner.ts';
import type { ScoringPool } from '../threads/scoring-pool.ts';
import { admitPrediction } from './admit.ts';
import { PredictionContext } from './context.ts';
import { LoopScheduler } from './loop-scheduler.ts';
import { PredictionRouter, type RouteDestination } from './router.ts';
import type { PredictionServices } from './services.ts';

export interface PredictionServerOptions {
  readonly plane: DataPlane;
  readonly metrics: ServingMetrics;
  readonly pool: ScoringPool;
  readonly explanations: LazyExplanations;
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

/** Answers predictions, from `node:http` or past it: one lookup, one body, one answer, and no hooks. */
export class PredictionServer {
  readonly #options: PredictionServerOptions;
  readonly #router: PredictionRouter;
  readonly #services: PredictionServices;
  readonly #newId = requestIds();
  #releasing: NodeJS.Timeout | undefined;

  constructor(options: PredictionServerOptions) {
    this.#options = options;
    this.#router = routerOf(options);
    this.#services = this.#servicesOf(options);
    const { admission, scheduler } = this.#services;
    const { plane, metrics, recorder } = options;
    metrics.limits = saturationLimits(options.limits);
    metrics.waiting = () => admission.waiting;
    metrics.loopDelay = () => scheduler.last;
    recorder?.countUnits(() => metrics.units++);
    this.#router.prepare(plane.state);
    this.#follow(plane.state);
    plane.observe({
      prepare: (next) => this.#router.prepare(next),
      followed: (state) => this.#follow(state),
    });
  }

  #servicesOf(options: PredictionServerOptions): PredictionServices {
    const { plane, pool, explanations, limits, metrics, logger, gate = null, shadow = null } = options;
    return {
      ...{ plane, pool, explanations, limits, metrics, logger, gate, shadow },
      router: this.#router,
      scheduler: new LoopScheduler(() => this.#endTurn()),
      admission: new AdmissionController({
        threads: pool.size,
        inlineBytes: INLINE_BODY_BYTES,
        inlineMicros: INLINE_MICROS,
        shed: (endpoint, reason) => metrics.shedOf(endpoint).count(reason),
      }),
      tarpit: new Tarpit(),
      receiving: new ReceiveSlots({ limits, counts: metrics }),
      decompressor: new BodyDecompressor(limits.maxBodyBytes, limits.maxBufferedBytes),
      isStopping: false,
    };
  }

  get isStopping(): boolean {
    return this.#services.isStopping;
  }

  /** From now on every answer asks its client to connect elsewhere. */
  stop(): void {
    this.#services.isStopping = true;
  }

  /** A connection was taken in this turn of the loop: others may wait behind it. */
  connectionAccepted(): void {
    this.#services.scheduler.accepted();
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const found = this.#router.exact(request.url ?? '/', request.headers);
    if (found !== undefined && request.method === 'POST') this.#predict(request, response, found);
    else this.#find(request, response);
  };

  /** Answers a request that came in one piece; false where it is no prediction, or of what there is not. */
  readonly answer = (request: FastPathRequest, response: FastPathResponse): boolean => {
    const found = this.#router.exact(request.url, request.headers) ?? this.#matchOrNull(request);
    if (found === null) return false;
    this.#predict(request, response, found);
    return true;
  };

  #matchOrNull(request: FastPathRequest): RouteDestination | null {
    try {
      return this.#router.match(requestPath(request), request.headers);
    } catch {
      return null;
    }
  }

  /** The id that the request brings, under our name or SageMaker's, or a new one. */
  #idOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
    const given = headers['x-request-id'] ?? headers['x-amzn-sagemaker-inference-id'];
    return isRequestId(given) ? given : this.#newId();
  }

  /** Refusals go out at the end of a turn, when their small bodies have come with their headers. */
  #endTurn(): void {
    const { tarpit, admission } = this.#services;
    if (tarpit.length === 0) return;
    tarpit.release(performance.now(), admission.isShedding);
    if (tarpit.length > 0) this.#releasing ??= setTimeout(() => this.#releaseMore(), RELEASE_MILLIS);
  }

  #releaseMore(): void {
    this.#releasing = undefined;
    this.#endTurn();
  }

  /** Takes requests where the plane's routes lead from now on; who is on the way goes on as it came. */
  #follow({ endpoints, versions }: PlaneState): void {
    const { recorder, capture, metrics, pool, shadow } = this.#options;
    pool.retain(versions);
    shadow?.follow([...endpoints.values()].flatMap(({ mirror }) => mirror ?? []));
    const routes = [...endpoints.values()].map(({ route }) => route);
    recorder?.follow(routes);
    capture?.follow(routes);
    this.#router.forget();
    this.#services.admission.retain(new Set(versions));
    metrics.generations.clear();
    for (const { endpoint, generation } of routes) metrics.generations.set(endpoint, generation);
  }

  /** Paths with queries or escapes, other methods, other pages, and mistakes. */
  #find(request: IncomingMessage, response: ServerResponse): void {
    const path = requestPath(request);
    try {
      const found = this.#router.match(path, request.headers);
      if (found && request.method === 'POST') this.#predict(request, response, found);
      else if (found) {
        this.#options.gate?.admit(request, found.endpoint?.name ?? found.main.target.model);
        throw new PlimsollError('METHOD_NOT_ALLOWED', { method: request.method, path, allowed: 'POST' });
      } else if (!this.#options.otherwise(request, response, path))
        throw new PlimsollError('ROUTE_NOT_FOUND', { path });
    } catch (error) {
      const id = this.#idOf(request);
      sendError(
        response,
        this.#told(request, codedError(error, id)),
        ['x-request-id', id],
        this.#router.errorFormatterOf(path),
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
      this.#options.gate?.admit(request, endpoint);
      return null;
    } catch (refused) {
      return codedError(refused, '');
    }
  }

  #predict(request: PredictionRequest, response: PredictionResponse, found: RouteDestination): void {
    admitPrediction(new PredictionContext(this.#services, request, response, this.#idOf(request), found));
  }
}

function routerOf(options: PredictionServerOptions): PredictionRouter {
  const { plane, metrics, contract, recorder, capture } = options;
  return new PredictionRouter({
    plane,
    protocolRoutes: PROTOCOL_ROUTES,
    metrics,
    contract,
    recorder,
    capture,
  });
}

const saturationLimits = (limits: HttpLimits): SaturationLimits => ({
  inFlight: limits.maxInFlight,
  receiving: limits.maxReceiving,
  queue: limits.maxQueue,
  buffered: limits.maxBufferedBytes,
});
