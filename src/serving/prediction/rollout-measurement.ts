import type { RouteRole } from '../../rollout/route.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import type { MeasuredRequest } from '../recorder/window-recorder.ts';
import type { RouteChoice } from '../route-assigner.ts';
import { isMirrored, SHADOW_BODY_MAX_BYTES, type ShadowRunner } from '../shadow-runner.ts';
import { headerText, type RequestHeaders } from '../unit-id.ts';
import type { MirrorTarget, PreparedEndpoint } from './router.ts';

/** What becomes of one request in the rollout of its endpoint; one object a request, whose subject it is, too. */
export class RolloutMeasurement implements MeasuredRequest {
  readonly arm: number;
  readonly role: RouteRole | null;
  readonly unit: string | null;
  readonly segment: string | null;
  readonly requestId: string;
  readonly #endpoint: PreparedEndpoint;
  readonly #mirror: MirrorTarget | null;
  readonly #shadow: ShadowRunner | null;
  /** The request's body and what it is written in, kept for a copy; null where it is too large or nobody else can read it. */
  #body: Uint8Array | null = null;
  #protocol = '';

  constructor(
    endpoint: PreparedEndpoint,
    arm: number,
    role: RouteRole | null,
    unit: string | null,
    segment: string | null,
    requestId: string,
    shadow: ShadowRunner | null,
  ) {
    this.arm = arm;
    this.role = role;
    this.unit = unit;
    this.segment = segment;
    this.requestId = requestId;
    this.#endpoint = endpoint;
    this.#shadow = shadow;
    this.#mirror = shadow === null ? null : mirrorOf(endpoint, this);
    endpoint.windowRecorder?.begin();
  }

  /** The request has ended; what is to be said of it is said in this turn. */
  release(): void {
    this.#endpoint.windowRecorder?.end();
  }

  /** The request's body in the words of a protocol; whether it will be wanted once more, and so must stay as it is. */
  received(body: Uint8Array, protocol: string): boolean {
    if (this.#mirror === null || body.byteLength > SHADOW_BODY_MAX_BYTES) return false;
    this.#body = body;
    this.#protocol = protocol;
    return true;
  }

  /** The answer is out, `millis` after the body was there. */
  answered(millis: number, first: FirstRow): void {
    this.#endpoint.windowRecorder?.answered(this, millis, first);
    this.#copy(first);
  }

  failed(millis: number): void {
    this.#endpoint.windowRecorder?.failed(this, millis);
    this.#copy(null);
  }

  /** The client left, `millis` after the body was there. */
  cancelled(millis: number): void {
    this.#endpoint.windowRecorder?.cancelled(this, millis);
  }

  /** In the next turn, so that the answer leaves first. */
  #copy(stable: FirstRow | null): void {
    const [mirror, shadow, body] = [this.#mirror, this.#shadow, this.#body];
    if (mirror === null || shadow === null) return;
    const { windowRecorder, assignment } = this.#endpoint;
    setImmediate(() =>
      shadow.copy(mirror, {
        protocol: this.#protocol,
        body,
        unitField: assignment.field,
        subject: this,
        stable,
        windowRecorder,
      }),
    );
  }
}

/** Where a copy of the request goes, or null. */
function mirrorOf({ mirror }: PreparedEndpoint, { role, requestId }: MeasuredRequest): MirrorTarget | null {
  const isStable = role === 'stable' || role === 'control';
  return mirror !== null && isStable && isMirrored(mirror, requestId) ? mirror : null;
}

/** The measurement of a request, or null where its choice is not measured. */
export function measurementOf(
  endpoint: PreparedEndpoint,
  { arm, role }: RouteChoice,
  unit: string | null,
  headers: RequestHeaders,
  requestId: string,
  shadow: ShadowRunner | null,
): RolloutMeasurement | null {
  const { windowRecorder, mirror } = endpoint;
  if ((windowRecorder === null && mirror === null) || arm === null) return null;
  const header = windowRecorder?.recording.segment ?? null;
  const segment = header === null ? null : headerText(headers, header);
  return new RolloutMeasurement(endpoint, arm, role, unit, segment, requestId, shadow);
}
