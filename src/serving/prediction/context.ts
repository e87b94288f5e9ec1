import type { ExplanationNotes } from '../../capture/explanation-note.ts';
import type { ScoredPlace } from '../../metrics/recent-request.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import type { PredictedWork } from '../admission/predicted-work.ts';
import type { CaptureStream, CaptureSubject } from '../capture/capture-stream.ts';
import type { RequestAbout } from '../capture/row-buffer.ts';
import { hasExternalEngine } from '../external-engine.ts';
import type { PredictionRequest } from '../http/fast-path/request.ts';
import type { PredictionResponse } from '../http/fast-path/response.ts';
import type { NotedRequest } from '../metrics/request-slots.ts';
import type { HeaderOptions, ResponseOptions } from '../protocol.ts';
import type { RouteChoice } from '../route-assigner.ts';
import { unitInHeaders } from '../unit-id.ts';
import type { PreparedVersion } from './prepared-version.ts';
import type { RolloutMeasurement } from './rollout-measurement.ts';
import type { RouteDestination } from './router.ts';
import type { PredictionServices } from './services.ts';

/** Holds the bytes of a body until its request has ended. */
export interface HeldBody {
  release(): void;
}

/** The state of one prediction request on its way through the stages. It is data; the stages are functions of it. */
export class PredictionContext implements CaptureSubject, NotedRequest {
  readonly services: PredictionServices;
  readonly request: PredictionRequest;
  readonly response: PredictionResponse;
  readonly id: string;
  /** `performance.now()` when the headers were complete. */
  readonly startedAt = performance.now();
  /** Predicted work; null where it is too little to count. Set by the admission stage. */
  work: PredictedWork | null = null;
  /** The body of a request that comes as a stream; null before the read stage. */
  body: HeldBody | null = null;
  /** Bytes of a body in one piece that count as buffered until the request has ended. */
  heldBytes = 0;
  /** Bytes of the whole body, without its content encoding. */
  bodyBytes = 0;
  /** Bytes of the body that are text where others follow, or null. */
  textBytes: number | null = null;
  /** `performance.now()` when the last byte of the body arrived; 0 before. */
  completeAt = 0;
  destination: RouteDestination;
  /** The chosen version; before the choice, the main version of the endpoint. */
  version: PreparedVersion;
  /** Whether the version is chosen, and in use. */
  isChosen = false;
  /** The choice of the endpoint's route; null where the path names the version. */
  choice: RouteChoice | null = null;
  /** Where the rows of the request are captured, or null. */
  stream: CaptureStream | null = null;
  /** Measurement for the rollout, or null if none is measured. */
  measurement: RolloutMeasurement | null = null;
  /** Id of the unit, if it is known. */
  unit: string | null = null;
  /** Whether the version's own code may read the body and write the answer. */
  isRaw = false;
  /** What the headers ask of the answer; null where they ask nothing. */
  headerOptions: HeaderOptions = null;
  /** What the body, and the headers with it, ask of the answer. */
  responseOptions: ResponseOptions = null;
  /** Removes the job from the queue of the scoring threads; false if a thread has it. */
  withdraw: (() => boolean) | null = null;
  /** Milliseconds that a scoring thread took to load the version; no part of the version's latency. */
  loadingMillis = 0;
  /** Milliseconds that the answer waited for its explanation; no part of the version's latency either. */
  explainingMillis = 0;
  /** What is captured of that explanation, by row. */
  explanationNotes: ExplanationNotes | null = null;
  /** Others that were being received or scored when it came. */
  ahead = 0;
  /** Whether a scoring thread reads and scores it. */
  isInThread = false;
  isWatched = false;
  /** Whether the request has been answered, refused or cancelled. */
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

  get versionNumber(): number {
    return this.version.target.version;
  }

  get place(): ScoredPlace {
    if (hasExternalEngine(this.version.target)) return 'process';
    return this.isInThread ? 'thread' : 'loop';
  }

  get role(): string | null {
    return this.choice?.role ?? null;
  }

  /** Whether its rows are captured, where there is room for them. */
  get isLogged(): boolean {
    return (this.stream?.wanted(this.id) ?? 0) > 0;
  }

  /** Name of the endpoint, or of the model where the path names a version. */
  get endpoint(): string {
    const { endpoint, main } = this.destination;
    return endpoint?.name ?? main.target.model;
  }

  /** Milliseconds from the complete body to `now`, without the time to load the version and to explain the answer. */
  latency(now: number): number {
    return now - this.completeAt - this.loadingMillis - this.explainingMillis;
  }

  /**
   * Description of the request for captured rows, answered at `now`. `unit` is the id that a scoring thread found in the body.
   */
  about(now: number, unit: string | null): RequestAbout {
    const { endpoint } = this.destination;
    const named = endpoint && unitInHeaders(this.request.headers, endpoint.unit);
    const id = named ?? this.unit ?? unit;
    const { arm = -1, role = null } = this.choice ?? {};
    return {
      ...{ requestId: this.id, arm: arm ?? -1, role, segment: this.measurement?.segment ?? null },
      unit: id === null ? null : unitHash(id),
      millis: this.latency(now),
      notes: this.explanationNotes,
    };
  }
}
