import { PlimsollError } from '../../core/errors.ts';
import type { AssignedChoice } from '../route-assigner.ts';
import type { PredictionContext } from './context.ts';
import type { PreparedVersion } from './prepared-version.ts';
import { jsonOfBody } from './raw-body.ts';
import { measurementOf } from './rollout-measurement.ts';
import type { PreparedEndpoint } from './router.ts';

/** What needs no choice: a version that the path names is in use from the beginning. */
export function choosePinned(context: PredictionContext): void {
  const { pinned, endpoint, main } = context.destination;
  context.stream = pinned;
  if (endpoint === null) begin(context, main);
}

/**
 * Chooses the version as far as the headers tell; where only its own code reads the body, by the body too. The route is the
 * one that is followed at this moment, when the whole body is there: a client that sends slowly brings no request to a
 * candidate that has been rolled back meanwhile. Throws MODEL_NOT_FOUND where the endpoint is gone, MEDIA_TYPE_UNKNOWN and
 * NOT_ACCEPTABLE where the headers ask for what the version that answers does not speak.
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

/** Chooses by a parsed body where the headers left the choice to it. Throws MODEL_NOT_FOUND. */
export function chooseByBody(context: PredictionContext, body: unknown): void {
  const endpoint = undecidedEndpoint(context);
  if (endpoint !== null) assign(context, endpoint, endpoint.assignment.byBody(body));
}

/** The same by the beginning of a body that is too large to be parsed here. Throws MODEL_NOT_FOUND. */
export function chooseByStart(context: PredictionContext, bytes: Buffer): void {
  const endpoint = undecidedEndpoint(context);
  if (endpoint !== null) assign(context, endpoint, endpoint.assignment.byStart(bytes));
}

/** The endpoint as it is now, of which no version is chosen yet; null where one is. */
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
