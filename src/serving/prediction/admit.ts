import type { IncomingHttpHeaders } from 'node:http';
import { isPlimsollError } from '../../core/errors.ts';
import { timeoutIn } from '../admission/deadline.ts';
import type { PredictedWork } from '../admission/predicted-work.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { BYTE_MICROS } from '../http/limits.ts';
import { codedError } from '../http/reply.ts';
import { checkInFlight } from './capacity.ts';
import { choosePinned } from './choose.ts';
import type { PredictionContext } from './context.ts';
import { readBody } from './read.ts';
import { refusePrediction, sendRefusal } from './refuse.ts';
import { cancelPrediction } from './release.ts';

/** Assumed bytes of a row: until requests are measured, the cost of a byte follows from the cost of a row. */
const ROW_BYTES = 64;
const SHED: ReadonlySet<string> = new Set(['OVERLOADED', 'DEADLINE_EXCEEDED']);

/** The admission stage: accepts the request, or refuses it before its body is read. */
export function admitPrediction(context: PredictionContext): void {
  const { services, startedAt } = context;
  context.ahead = services.metrics.inFlight++;
  services.scheduler.arrive(startedAt);
  try {
    if (isTurnedAway(context)) return;
    checkInFlight(services);
    context.work = workOf(context);
    choosePinned(context);
    readBody(context);
  } catch (error) {
    if (isTarpitted(error, context.request.headers)) holdRefusal(context, error);
    else refusePrediction(context, error);
  }
}

/** An unauthorized request is not counted for the version, and its answer does not name the version. */
function isTurnedAway(context: PredictionContext): boolean {
  const { gate } = context.services;
  if (gate === null) return false;
  try {
    gate.admit(context.request, context.endpoint);
    return false;
  } catch (error) {
    sendRefusal(context, codedError(error, context.id), []);
    return true;
  }
}

/**
 * The predicted work of the request; null where it is too little to count. Throws OVERLOADED, DEADLINE_EXCEEDED,
 * INPUT_INVALID.
 */
function workOf(context: PredictionContext): PredictedWork | null {
  const { request, services, version } = context;
  const { rowMicros, target } = version;
  const arrival = {
    endpoint: context.endpoint,
    elsewhere: hasExternalEngine(target) ? target : null,
    length: contentLengthOf(request.headers),
    perByte: BYTE_MICROS + rowMicros / ROW_BYTES,
    timeout: timeoutIn(request.headers) ?? Number.POSITIVE_INFINITY,
  };
  return services.admission.arrive(arrival, services.scheduler, context.startedAt);
}

/** Whether the refusal may be sent later: load was shed, and the client does not wait for `100 Continue`. */
const isTarpitted = (error: unknown, { expect }: IncomingHttpHeaders): boolean =>
  isPlimsollError(error) && SHED.has(error.code) && expect === undefined;

/** Refuses the request when the tarpit releases it. */
function holdRefusal(context: PredictionContext, error: unknown): void {
  const { metrics, tarpit } = context.services;
  const { headers, socket } = context.request;
  metrics.inFlight--;
  tarpit.hold(context.startedAt, contentLengthOf(headers) ?? 0, () => {
    metrics.inFlight++;
    if (socket.destroyed) cancelPrediction(context);
    else refusePrediction(context, error);
  });
}

/** Value of Content-Length in bytes, or null. */
function contentLengthOf({ 'content-length': given }: IncomingHttpHeaders): number | null {
  return given === undefined ? null : Number(given);
}
