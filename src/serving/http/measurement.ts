import type { RouteRole } from '../../rollout/route.ts';
import type { Assigned, Choice } from '../assignment.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import type { Subject } from '../recorder/tape.ts';
import { COPY_MAX, isMirrored, type Shadow } from '../shadow.ts';
import { type Headers, headerText } from '../unit.ts';
import type { Mirror, PreparedEndpoint } from './routes.ts';

/** A choice that is measured. */
type Measured = Choice & { readonly arm: number };

/** What becomes of one request in the rollout of its endpoint; one object a request, whose subject it is, too. */
export class Measurement implements Subject {
  readonly arm: number;
  readonly role: RouteRole | null;
  readonly unit: string | null;
  readonly segment: string | null;
  readonly requestId: string;
  readonly #endpoint: PreparedEndpoint;
  readonly #mirror: Mirror | null;
  readonly #shadow: Shadow | null;
  /** The request's body and what it is written in, kept for a copy; null where it is too large or nobody else can read it. */
  #body: Uint8Array | null = null;
  #protocol = '';

  constructor(
    endpoint: PreparedEndpoint,
    { arm, role }: Measured,
    unit: string | null,
    segment: string | null,
    requestId: string,
    shadow: Shadow | null,
  ) {
    this.arm = arm;
    this.role = role;
    this.unit = unit;
    this.segment = segment;
    this.requestId = requestId;
    this.#endpoint = endpoint;
    this.#shadow = shadow;
    this.#mirror = shadow === null ? null : mirrorOf(endpoint, this);
    endpoint.tape?.begin();
  }

  /** The request has ended; what is to be said of it is said in this turn. */
  release(): void {
    this.#endpoint.tape?.end();
  }

  /** The request's body in the words of a protocol; whether it will be wanted once more, and so must stay as it is. */
  received(body: Uint8Array, protocol: string): boolean {
    if (this.#mirror === null || body.byteLength > COPY_MAX) return false;
    this.#body = body;
    this.#protocol = protocol;
    return true;
  }

  /** The answer is out, `millis` after the body was there. */
  answered(millis: number, first: FirstRow): void {
    this.#endpoint.tape?.answered(this, millis, first);
    this.#copy(first);
  }

  failed(millis: number): void {
    this.#endpoint.tape?.failed(this, millis);
    this.#copy(null);
  }

  /** The client left, `millis` after the body was there. */
  cancelled(millis: number): void {
    this.#endpoint.tape?.cancelled(this, millis);
  }

  /** In the next turn, so that the answer leaves first. */
  #copy(stable: FirstRow | null): void {
    const [mirror, shadow, body] = [this.#mirror, this.#shadow, this.#body];
    if (mirror === null || shadow === null) return;
    const { tape, assignment } = this.#endpoint;
    setImmediate(() =>
      shadow.copy(mirror, {
        protocol: this.#protocol,
        body,
        unitField: assignment.field,
        subject: this,
        stable,
        tape,
      }),
    );
  }
}

/** Where a copy of the request goes, or null. */
function mirrorOf({ mirror }: PreparedEndpoint, { role, requestId }: Subject): Mirror | null {
  const isStable = role === 'stable' || role === 'control';
  return mirror !== null && isStable && isMirrored(mirror, requestId) ? mirror : null;
}

/** The measurement of a request, or null where its choice is not measured. */
export function measurementOf(
  endpoint: PreparedEndpoint,
  { choice, unit }: Assigned,
  headers: Headers,
  requestId: string,
  shadow: Shadow | null,
): Measurement | null {
  const { assignment, tape, mirror } = endpoint;
  if (tape === null && mirror === null) return null;
  const chosen = assignment.choices[choice]!;
  if (chosen.arm === null) return null;
  const header = tape?.recording.segment ?? null;
  const segment = header === null ? null : headerText(headers, header);
  return new Measurement(endpoint, chosen as Measured, unit, segment, requestId, shadow);
}
