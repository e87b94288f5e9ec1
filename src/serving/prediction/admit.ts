import type { IncomingHttpHeaders } from 'node:http';
import { isPlimsollError } from '../../core/errors.ts';
import { timeoutIn } from '../admission/deadline.ts';
import type { PredictedWork } from '../admission/predicted-work.ts';
import { hasExternalEngine } from '../external-engine.ts';
import { BYTE_MICROS } from '../http/limits.ts';
import type { ChosenVersion } from './choose.ts';
import type { PredictionServer } from './server.ts';

/** Bytes of a row, about: what a row costs is believed of so many bytes until there are requests. */
const ROW_BYTES = 64;
const SHED: ReadonlySet<string> = new Set(['OVERLOADED', 'DEADLINE_EXCEEDED']);

interface Asked {
  readonly headers: IncomingHttpHeaders;
}

/** The first stage of a request: lets it in by its headers. Throws OVERLOADED, DEADLINE_EXCEEDED, INPUT_INVALID. */
export function admitRequest(
  door: PredictionServer,
  request: Asked,
  chosen: ChosenVersion,
  now: number,
): PredictedWork | null {
  const { rowMicros, target } = chosen.version;
  const arrival = {
    endpoint: chosen.endpoint,
    elsewhere: hasExternalEngine(target) ? target : null,
    length: contentLengthOf(request),
    perByte: BYTE_MICROS + rowMicros / ROW_BYTES,
    timeout: timeoutIn(request.headers) ?? Number.POSITIVE_INFINITY,
  };
  return door.admission.arrive(arrival, door.turns, now);
}

/** Whether it is refused for want of time, and so may be told later; not where its client waits to hear of its headers. */
export const isTarpitted = (error: unknown, request: Asked): boolean =>
  isPlimsollError(error) && SHED.has(error.code) && request.headers.expect === undefined;

/** Announced bytes of its body, or null. */
export function contentLengthOf({ headers }: Asked): number | null {
  const given = headers['content-length'];
  return given === undefined ? null : Number(given);
}
