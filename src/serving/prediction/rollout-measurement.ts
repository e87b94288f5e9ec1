import type { RouteRole } from '../../rollout/route.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import type { MeasuredRequest } from '../recorder/window-recorder.ts';
import type { RouteChoice } from '../route-assigner.ts';
import { isMirrored, SHADOW_BODY_MAX_BYTES, type ShadowRunner } from '../shadow-runner.ts';
import { headerText, type RequestHeaders } from '../unit-id.ts';
import type { MirrorTarget, PreparedEndpoint } from './router.ts';

/** Reports the outcome of one request to the rollout of its endpoint. It is the measured request itself, to save an object. */
export class RolloutMeasurement implements MeasuredRequest {
  readonly arm: number;
  readonly role: RouteRole | null;
  readonly unit: string | null;
  readonly segment: string | null;
  readonly requestId: string;
  readonly #endpoint: PreparedEndpoint;
  readonly #mirror: MirrorTarget | null;
  readonly #shadow: ShadowRunner | null;
  /** Body and protocol of the request, kept for a copy to the shadow; null if the body is too large or cannot be copied. */
  #body: Uint8Array | null = null;
  #protocol = '';
  #textBytes: number | null = null;

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

  /** The request has ended; its outcome is reported in this turn of the loop. */
  release(): void {
    this.#endpoint.windowRecorder?.end();
  }

  /** Takes the body of the request. Returns whether a copy will need it, so that it must not be transferred or changed. */
  received(body: Uint8Array, protocol: string, textBytes: number | null): boolean {
    if (this.#mirror === null || body.byteLength > SHADOW_BODY_MAX_BYTES) return false;
    this.#body = body;
    this.#protocol = protocol;
    this.#textBytes = textBytes;
    return true;
  }

  /** The answer was sent, `millis` after the body was complete. */
  answered(millis: number, first: FirstRow): void {
    this.#endpoint.windowRecorder?.answered(this, millis, first);
    this.#copy(first);
  }

  failed(millis: number): void {
    this.#endpoint.windowRecorder?.failed(this, millis);
    this.#copy(null);
  }

  /** The client disconnected, `millis` after the body was complete. */
  cancelled(millis: number): void {
    this.#endpoint.windowRecorder?.cancelled(this, millis);
  }

  /** Copies the request in the next turn of the loop, so that the answer is sent first. */
  #copy(stable: FirstRow | null): void {
    const [mirror, shadow, body] = [this.#mirror, this.#shadow, this.#body];
    if (mirror === null || shadow === null) return;
    const { windowRecorder, assignment } = this.#endpoint;
    setImmediate(() =>
      shadow.copy(mirror, {
        protocol: this.#protocol,
        body,
        textBytes: this.#textBytes,
        unitField: assignment.field,
        subject: this,
        stable,
        windowRecorder,
      }),
    );
  }
}

/** Target of a copy of the request, or null. */
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
