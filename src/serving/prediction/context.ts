import { unitHash } from '../../rollout/unit-hash.ts';
import type { PredictedWork } from '../admission/predicted-work.ts';
import type { CaptureStream, CaptureSubject } from '../capture/capture-stream.ts';
import type { RequestAbout } from '../capture/row-buffer.ts';
import type { PredictionRequest } from '../http/fast-path/request.ts';
import type { PredictionResponse } from '../http/fast-path/response.ts';
import type { ResponseOptions } from '../protocol.ts';
import type { RouteChoice } from '../route-assigner.ts';
import { unitInHeaders } from '../unit-id.ts';
import type { PreparedVersion } from './prepared-version.ts';
import type { RolloutMeasurement } from './rollout-measurement.ts';
import type { RouteDestination } from './router.ts';
import type { PredictionServices } from './services.ts';

/** What holds the bytes of a body until its request has ended. */
export interface HeldBody {
  release(): void;
}

/** One prediction request on its way through the stages: what they know of it so far, and nothing that they do. */
export class PredictionContext implements CaptureSubject {
  readonly services: PredictionServices;
  readonly request: PredictionRequest;
  readonly response: PredictionResponse;
  readonly id: string;
  /** `performance.now()` when its headers were there. */
  readonly startedAt = performance.now();
  /** What it is predicted to cost; null for a trifle. Set by admission. */
  work: PredictedWork | null = null;
  /** Its body; null until its reading begins. */
  body: HeldBody | null = null;
  /** Bytes of the whole body, without its content encoding. */
  bodyBytes = 0;
  /** `performance.now()` when the last byte of its body was there; 0 before. */
  completeAt = 0;
  destination: RouteDestination;
  /** Until it is chosen, the one that stands for its endpoint. */
  version: PreparedVersion;
  /** Whether the version is chosen, and in use. */
  isChosen = false;
  /** What the endpoint's route has chosen; null where the path names the version. */
  choice: RouteChoice | null = null;
  /** Where the rows of the request are captured, or null. */
  stream: CaptureStream | null = null;
  /** What rollouts measure of it, or null. */
  measurement: RolloutMeasurement | null = null;
  /** Id of the unit, as far as it is known. */
  unit: string | null = null;
  /** Whether the version may read and write here itself. */
  isRaw = false;
  /** What the body asks of its answer. */
  responseOptions: ResponseOptions = null;
  /** Takes a queued job back when the client leaves. */
  withdraw: (() => boolean) | null = null;
  /** Milliseconds that its version took to be loaded first, which is not its fault. */
  loadingMillis = 0;
  isWatched = false;
  /** It has been answered, refused or given up. */
  isOver = false;

  constructor(
    services: PredictionServices,
    request: PredictionRequest,
    response: PredictionResponse,
    id: string,
    destination: RouteDestination,
  ) {
    this.services = services;
    this.request = request;
    this.response = response;
    this.id = id;
    this.destination = destination;
    this.version = destination.main;
  }

  /** Name of the endpoint, or of the model where the path names a version. */
  get endpoint(): string {
    const { endpoint, main } = this.destination;
    return endpoint?.name ?? main.target.model;
  }

  /** Milliseconds from the whole body to `now` that are the version's own. */
  latency(now: number): number {
    return now - this.completeAt - this.loadingMillis;
  }

  /** Who was answered at `now`; `unit` is what the body says in a thread. */
  about(now: number, unit: string | null): RequestAbout {
    const { endpoint } = this.destination;
    const named = endpoint && unitInHeaders(this.request.headers, endpoint.unit);
    const id = named ?? this.unit ?? unit;
    const { arm = -1, role = null } = this.choice ?? {};
    return {
      ...{ requestId: this.id, arm: arm ?? -1, role, segment: this.measurement?.segment ?? null },
      unit: id === null ? null : unitHash(id),
      millis: this.latency(now),
    };
  }
}
