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

/** Bytes of a row, about: what a row costs is believed of so many bytes until there are requests. */
const ROW_BYTES = 64;
const SHED: ReadonlySet<string> = new Set(['OVERLOADED', 'DEADLINE_EXCEEDED']);

/** The first stage: takes the request in, or refuses it before its body is read. */
export function admitPrediction(context: PredictionContext): void {
  const { services, startedAt } = context;
  services.metrics.inFlight++;
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

/** Who may not ask is no request of the version, whose name and number are not told to strangers. */
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

/** What it will cost, null for a trifle. Throws OVERLOADED, DEADLINE_EXCEEDED, INPUT_INVALID. */
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

/** Whether it is refused for want of time, and so may be told later; not where its client waits to hear of its headers. */
const isTarpitted = (error: unknown, { expect }: IncomingHttpHeaders): boolean =>
  isPlimsollError(error) && SHED.has(error.code) && expect === undefined;

/** Refuses it when refusals have their turn. */
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

/** Announced bytes of its body, or null. */
function contentLengthOf({ 'content-length': given }: IncomingHttpHeaders): number | null {
  return given === undefined ? null : Number(given);
}
