import type { IncomingHttpHeaders } from 'node:http';
import { isPlimsollError } from '../../core/errors.ts';
import { timeoutIn } from '../admission/deadline.ts';
import type { Work } from '../admission/work.ts';
import type { Chosen } from './chosen.ts';
import type { Door } from './door.ts';
import { isScoredElsewhere } from './elsewhere.ts';
import { BYTE_MICROS } from './limits.ts';

/** Bytes of a row, about: what a row costs is believed of so many bytes until there are requests. */
const ROW_BYTES = 64;
const SHED: ReadonlySet<string> = new Set(['OVERLOADED', 'DEADLINE_EXCEEDED']);

interface Asked {
  readonly headers: IncomingHttpHeaders;
}

/** The first stage of a request: lets it in by its headers. Throws OVERLOADED, DEADLINE_EXCEEDED, INPUT_INVALID. */
export function admit(door: Door, request: Asked, chosen: Chosen, now: number): Work | null {
  const { rowMicros, target } = chosen.version;
  const arrival = {
    endpoint: chosen.endpoint,
    elsewhere: isScoredElsewhere(target) ? target : null,
    length: lengthOf(request),
    perByte: BYTE_MICROS + rowMicros / ROW_BYTES,
    timeout: timeoutIn(request.headers) ?? Number.POSITIVE_INFINITY,
  };
  return door.admission.arrive(arrival, door.turns, now);
}

/** Whether it is refused for want of time, and so may be told later; not where its client waits to hear of its headers. */
export const isHeld = (error: unknown, request: Asked): boolean =>
  isPlimsollError(error) && SHED.has(error.code) && request.headers.expect === undefined;

/** Announced bytes of its body, or null. */
export function lengthOf({ headers }: Asked): number | null {
  const given = headers['content-length'];
  return given === undefined ? null : Number(given);
}
