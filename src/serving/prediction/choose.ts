import { PlimsollError } from '../../core/errors.ts';
import type { AssignedChoice } from '../route-assigner.ts';
import type { PredictionContext } from './context.ts';
import type { PreparedVersion } from './prepared-version.ts';
import { jsonOfBody } from './raw-body.ts';
import { measurementOf } from './rollout-measurement.ts';
import type { PreparedEndpoint } from './router.ts';

/** A version that the path names needs no choice: it is in use from the beginning. */
export function choosePinned(context: PredictionContext): void {
  const { pinned, endpoint, main } = context.destination;
  context.stream = pinned;
  if (endpoint === null) begin(context, main);
}

/**
 * Chooses the version by the headers. Where a version's own code reads the body, it chooses by the body as well. The route
 * that applies is the current one, now that the body is complete: a slow client must not reach a candidate that was rolled
 * back meanwhile. Throws MODEL_NOT_FOUND if the endpoint no longer exists, MEDIA_TYPE_UNKNOWN or NOT_ACCEPTABLE if the
 * version does not support the media types that the headers ask for.
 */
export function chooseVersion(context: PredictionContext, bytes: Buffer): void {
  const { headers } = context.request;
  const endpoint = undecidedEndpoint(context);
  if (endpoint !== null) assign(context, endpoint, endpoint.assignment.byHeaders(headers));
  if (!context.isChosen && context.destination.isRaw) chooseByBody(context, jsonOfBody(bytes));
  if (!context.isChosen) return;
  const { destination, version, services } = context;
  context.version = services.router.negotiated(destination, version, headers);
  context.isRaw = destination.negotiate !== null;
}

/** Chooses by the parsed body, unless the version is chosen already. Throws MODEL_NOT_FOUND. */
export function chooseByBody(context: PredictionContext, body: unknown): void {
  const endpoint = undecidedEndpoint(context);
  if (endpoint !== null) assign(context, endpoint, endpoint.assignment.byBody(body));
}

/** Chooses by the beginning of a body that is too large to be parsed on the loop. Throws MODEL_NOT_FOUND. */
export function chooseByStart(context: PredictionContext, bytes: Buffer): void {
  const endpoint = undecidedEndpoint(context);
  if (endpoint !== null) assign(context, endpoint, endpoint.assignment.byStart(bytes));
}

/** The endpoint in its current state; null if the version is chosen already. */
function undecidedEndpoint(context: PredictionContext): PreparedEndpoint | null {
  if (context.isChosen) return null;
  context.destination = context.services.router.current(context.destination);
  context.version = context.destination.main;
  return context.destination.endpoint;
}

function assign(
  context: PredictionContext,
  endpoint: PreparedEndpoint,
  assigned: AssignedChoice | null,
): void {
  if (assigned === null) return;
  const prepared = endpoint.choices[assigned.choice];
  if (prepared === undefined) throw noSuchChoice(endpoint, assigned);
  const { choice, version, stream } = prepared;
  begin(context, version);
  context.choice = choice;
  context.stream = stream;
  context.unit = assigned.unit;
  const { request, id, services } = context;
  context.measurement = measurementOf(endpoint, choice, assigned.unit, request.headers, id, services.shadow);
}

const noSuchChoice = ({ name }: PreparedEndpoint, { choice }: AssignedChoice): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: `following the route of "${name}"`,
    reason: `it has no choice ${choice}`,
  });

/** The version is in use until the request has ended. */
function begin(context: PredictionContext, version: PreparedVersion): void {
  context.version = version;
  context.isChosen = true;
  version.usage.begin();
}
