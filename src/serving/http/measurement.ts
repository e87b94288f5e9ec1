import type { IncomingMessage } from 'node:http';
import type { Assigned } from '../assignment.ts';
import type { FirstRow } from '../recorder/first-row.ts';
import type { Subject } from '../recorder/tape.ts';
import { COPY_MAX, isMirrored, type Shadow } from '../shadow.ts';
import { headerText } from '../unit.ts';
import type { Mirror, PreparedEndpoint } from './routes.ts';

/** What becomes of one request in the rollout of its endpoint. */
export class Measurement {
  readonly #endpoint: PreparedEndpoint;
  readonly #subject: Subject;
  readonly #protocol: string;
  readonly #mirror: Mirror | null;
  readonly #shadow: Shadow | null;
  /** The request's body, kept for a copy; null where it is too large. */
  #body: Uint8Array | null = null;

  constructor(endpoint: PreparedEndpoint, subject: Subject, shadow: Shadow | null) {
    this.#endpoint = endpoint;
    this.#subject = subject;
    this.#shadow = shadow;
    const { mirror, choices, assignment } = endpoint;
    this.#protocol = choices[assignment.main]!.protocol;
    const isStable = subject.role === 'stable' || subject.role === 'control';
    this.#mirror =
      mirror !== null && shadow !== null && isStable && isMirrored(mirror, subject.requestId) ? mirror : null;
  }

  /** The request's body; whether it will be wanted once more, and so must stay as it is. */
  received(body: Uint8Array): boolean {
    if (this.#mirror === null || body.byteLength > COPY_MAX) return false;
    this.#body = body;
    return true;
  }

  /** The answer is out, `millis` after the body was there. */
  answered(millis: number, first: FirstRow): void {
    this.#endpoint.tape?.answered(this.#subject, millis, first);
    this.#copy(first);
  }

  failed(millis: number): void {
    this.#endpoint.tape?.failed(this.#subject, millis);
    this.#copy(null);
  }

  /** The client left, `millis` after the body was there. */
  cancelled(millis: number): void {
    this.#endpoint.tape?.cancelled(this.#subject, millis);
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
        subject: this.#subject,
        stable,
        tape,
      }),
    );
  }
}

/** The measurement of a request, or null where its choice is not measured. */
export function measurementOf(
  endpoint: PreparedEndpoint,
  { choice, unit }: Assigned,
  request: IncomingMessage,
  requestId: string,
  shadow: Shadow | null,
): Measurement | null {
  const { assignment, tape, mirror } = endpoint;
  if (tape === null && mirror === null) return null;
  const { arm, role } = assignment.choices[choice]!;
  if (arm === null) return null;
  const header = tape?.recording.segment ?? null;
  const segment = header === null ? null : headerText(request.headers, header);
  return new Measurement(endpoint, { arm, role, unit, segment, requestId }, shadow);
}
