/** What Google answers instead of a result, in this program's own codes. */
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';

/** As gRPC throws it. */
export interface GrpcError extends Error {
  readonly code?: number;
  readonly details?: string;
}

/** google/rpc/code.proto. */
export const CODE = {
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  notFound: 5,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const DEADLINE_EXCEEDED = 4;
const INTERNAL = 13;

/** Whether the same call may go well in a moment: nothing was wrong with the request. */
export const isTransient = (error: unknown): boolean =>
  [CODE.unavailable, DEADLINE_EXCEEDED, INTERNAL].includes((error as GrpcError).code ?? -1);

/** CLOUD_DENIED, CLOUD_QUOTA, CLOUD_UNREACHABLE or CLOUD_REFUSED, out of what a call threw. */
export function failureOf(error: unknown, action: string): PlimsollError {
  if (isPlimsollError(error)) return error as PlimsollError;
  const { code, details, message } = error as GrpcError;
  return codedFailure(code, details || message || String(error), action, error);
}

export function codedFailure(
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

/** Credentials that cannot be found or renewed are told by google-auth-library in words, and wrapped by gRPC. */
const isAboutCredentials = (code: number | undefined, reason: string): boolean =>
  (code === undefined || typeof code === 'string' || code === CODE.unavailable || code === 2) &&
  /default credentials|The file at .* does not exist|invalid_grant|invalid_client|refresh access token|Getting metadata from plugin failed|impersonat/i.test(
    reason,
  );
