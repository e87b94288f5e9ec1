import type { Batch } from '../../model/batch.ts';
import { unitHash } from '../../rollout/unit-hash.ts';
import type { CaptureStream } from '../capture/capture-stream.ts';
import type { RequestAbout } from '../capture/row-buffer.ts';
import { bodyText } from '../http/body-text.ts';
import type { PredictionRequest } from '../http/fast-path/request.ts';
import type { ResponseOptions } from '../protocol.ts';
import type { AssignedChoice, RouteAssigner, RouteChoice } from '../route-assigner.ts';
import { unitInBody, unitInHeaders, withoutUnit } from '../unit-id.ts';
import { measurementOf, type RolloutMeasurement } from './rollout-measurement.ts';
import type { PreparedVersion, RouteDestination } from './router.ts';
import type { PredictionServer } from './server.ts';

/** The version that answers one request, and what is to be noted of it. */
export class ChosenVersion {
  readonly #door: PredictionServer;
  readonly #request: PredictionRequest;
  readonly #id: string;
  destination: RouteDestination;
  /** Until it is chosen, the one that stands for its endpoint. */
  version: PreparedVersion;
  /** Whether the choice is made, and the version in use. */
  isMade = false;
  measurement: RolloutMeasurement | null = null;
  /** What the endpoint's route has chosen, and where the rows of it are noted. */
  #choice: RouteChoice | null = null;
  stream: CaptureStream | null = null;
  /** Id of the unit, as far as it is known. */
  unit: string | null = null;
  /** What the body asks of its answer. */
  wish: ResponseOptions = null;
  /** Whether the version may read and write here itself. */
  isRaw = false;

  constructor(door: PredictionServer, request: PredictionRequest, id: string, destination: RouteDestination) {
    this.#door = door;
    this.#request = request;
    this.#id = id;
    this.destination = destination;
    this.version = destination.main;
  }

  /** Name of the endpoint, or of the model where the path names a version. */
  get endpoint(): string {
    const { endpoint, main } = this.destination;
    return endpoint?.name ?? main.target.model;
  }

  /** What needs no choice. */
  start(): void {
    const { pinned, endpoint, main } = this.destination;
    this.stream = pinned;
    if (endpoint === null) this.#use(main);
  }

  /**
   * Chooses the version, unless that is done or `assign` leaves it to the body. The route is the one that is followed at
   * this moment, when the whole body is there: a client that sends slowly brings no request to a candidate that has been
   * rolled back meanwhile. Throws MODEL_NOT_FOUND where the endpoint is gone.
   */
  choose(assign: (assignment: RouteAssigner) => AssignedChoice | null): void {
    if (this.isMade) return;
    this.destination = this.#door.current(this.destination);
    const endpoint = this.destination.endpoint!;
    const assigned = assign(endpoint.assignment);
    this.version = this.destination.main;
    if (assigned === null) return;
    this.#use(endpoint.choices[assigned.choice]!);
    this.#choice = endpoint.assignment.choices[assigned.choice]!;
    this.stream = endpoint.streams[assigned.choice] ?? null;
    this.unit = assigned.unit;
    const { shadow } = this.#door.options;
    this.measurement = measurementOf(endpoint, assigned, this.#request.headers, this.#id, shadow ?? null);
  }

  #use(version: PreparedVersion): void {
    this.version = version;
    this.isMade = true;
    version.usage.begin();
  }

  /** What the headers ask for, of the version that answers. Throws MEDIA_TYPE_UNKNOWN, NOT_ACCEPTABLE. */
  negotiate(): void {
    this.version = this.#door.negotiated(this.destination, this.version, this.#request.headers);
    this.isRaw = this.destination.negotiate !== null;
  }

  /** The rows of a body; chooses the version where that was left to the body. Throws INPUT_INVALID. */
  batchIn(bytes: Buffer): Batch {
    const scanned = this.#scanned(bytes);
    if (scanned !== null) return scanned;
    const rows = this.#rowsIn(this.version.protocol.parse(bodyText(bytes)), bytes);
    return this.version.decode(rows);
  }

  /** The rows of a usual body, in which nothing else is looked for; null where there may be. */
  #scanned(bytes: Buffer): Batch | null {
    const { scan, protocol } = this.version;
    if (scan === null || !this.isMade || this.destination.unitField !== null) return null;
    const batch = scan(bytes);
    if (batch !== null) this.measurement?.received(bytes, protocol.id);
    return batch;
  }

  #rowsIn(body: unknown, bytes: Buffer): unknown {
    this.choose((assignment) => assignment.byBody(body));
    this.measurement?.received(bytes, this.version.protocol.id);
    if (this.version.wish !== null) this.wish = this.version.wish(body);
    const { unitField } = this.destination;
    if (unitField === null) return body;
    this.unit ??= unitInBody(body, unitField);
    return withoutUnit(body, unitField, this.version.target.manifest.signature);
  }

  /** Headers of the answer beside the usual ones, flat. */
  moreHeaders(): readonly string[] {
    const { answerHeaders } = this.destination;
    const { stopping } = this.#door;
    if (answerHeaders === null && !stopping) return [];
    const more = answerHeaders?.(this.#request.headers, this.version.target) ?? [];
    return stopping ? [...more, 'connection', 'close'] : more;
  }

  /** Who was answered after `millis`; `unit` is what the body says in a thread. */
  about(unit: string | null, millis: number): RequestAbout {
    const { endpoint } = this.destination;
    const named = endpoint && unitInHeaders(this.#request.headers, endpoint.unit);
    const id = named ?? this.unit ?? unit;
    const { arm = -1, role = null } = this.#choice ?? {};
    return {
      ...{ requestId: this.#id, arm: arm ?? -1, role, segment: this.measurement?.segment ?? null },
      unit: id === null ? null : unitHash(id),
      millis,
    };
  }

  #noteCaller(): void {
    const { endpoint } = this.destination;
    endpoint?.callers.note(this.unit ?? unitInHeaders(this.#request.headers, endpoint.unit));
  }

  /** The request has ended. */
  release(): void {
    if (this.isMade) {
      this.version.usage.end();
      this.#noteCaller();
    }
    this.measurement?.release();
  }
}
