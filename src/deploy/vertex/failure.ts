/** What Google answers instead of a result, in this program's own codes. */
import { valueOfKey } from '../../core/element-at.ts';
import { messageOf } from '../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';

/** google/rpc/code.proto. */
export const CODE = {
  unknown: 2,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const NAMES: Readonly<Record<string, number>> = {
  ...{ CANCELLED: 1, UNKNOWN: 2, INVALID_ARGUMENT: 3, DEADLINE_EXCEEDED: 4, NOT_FOUND: 5, ALREADY_EXISTS: 6 },
  ...{ PERMISSION_DENIED: 7, RESOURCE_EXHAUSTED: 8, FAILED_PRECONDITION: 9, ABORTED: 10, OUT_OF_RANGE: 11 },
  ...{ UNIMPLEMENTED: 12, INTERNAL: 13, UNAVAILABLE: 14, DATA_LOSS: 15, UNAUTHENTICATED: 16 },
};
/**
 * Of an answer that names none: from something in between, such as a proxy. That there is nothing at such an address says
 * nothing of the resource.
 */
const BY_STATUS: Readonly<Record<number, number>> = {
  ...{ 400: 3, 401: CODE.unauthenticated, 403: CODE.permissionDenied, 404: 12, 409: CODE.aborted },
  ...{ 429: CODE.resourceExhausted, 500: CODE.internal, 501: 12, 504: CODE.deadlineExceeded },
};

/** The code of google.rpc of an answer with an error. */
export const codeOf = (name: string | null, status: number): number =>
  NAMES[name ?? ''] ?? BY_STATUS[status] ?? (status >= 500 ? CODE.unavailable : valueOfKey(NAMES, 'UNKNOWN'));

/** A call that did not go well. Without a code: it was not made, since there are no credentials. */
export class ApiError extends Error {
  readonly code: number | undefined;

  constructor(code: number | undefined, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The code of what a call threw; undefined of what has none. */
export const apiCodeOf = (error: unknown): number | undefined =>
  isRecord(error) && typeof error['code'] === 'number' ? error['code'] : undefined;

/** Whether the same call may go well in a moment: nothing was wrong with the request. */
export const isTransient = (error: unknown): boolean => TRANSIENT.has(apiCodeOf(error));

const TRANSIENT = new Set<number | undefined>([CODE.unavailable, CODE.deadlineExceeded, CODE.internal]);

/** CLOUD_DENIED, CLOUD_QUOTA, CLOUD_UNREACHABLE or CLOUD_REFUSED, out of what a call threw. */
export function failureOf(error: unknown, action: string): PlimsollError {
  if (isPlimsollError(error)) return error;
  return vertexErrorOf(apiCodeOf(error), messageOf(error) || String(error), action, error);
}

export function vertexErrorOf(
  code: number | undefined,
  reason: string,
  action: string,
  cause?: unknown,
): PlimsollError {
  const details = { action: `${action} on Vertex`, reason: reason.slice(0, 1000) };
  if (code === CODE.permissionDenied || code === CODE.unauthenticated || isAboutCredentials(code, reason))
    return new PlimsollError('CLOUD_DENIED', details, { cause });
  if (code === CODE.resourceExhausted) return new PlimsollError('CLOUD_QUOTA', details, { cause });
  if (code === undefined || isTransient({ code }) || code === CODE.aborted)
    return new PlimsollError('CLOUD_UNREACHABLE', details, { cause });
  return new PlimsollError('CLOUD_REFUSED', details, { cause });
}

/** Credentials that cannot be found or renewed are told by google-auth-library in words; so is a server of them that is silent. */
const isAboutCredentials = (code: number | undefined, reason: string): boolean =>
  code === undefined &&
  /default credentials|The file at .* does not exist|invalid_grant|invalid_client|refresh access token|impersonat/i.test(
    reason,
  );
